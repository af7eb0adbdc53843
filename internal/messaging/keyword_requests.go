package messaging

import (
	"context"
	"strconv"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/library"
)

// NewKeywordRequest is an application for a keyword.
type NewKeywordRequest struct {
	Platform       muban.Platform
	AppID, TitleID string
	Name, Example  string
}

// firstOwnKeyword is where own keywords begin under every title, far above the
// platforms' known ones (library/README.md).
const firstOwnKeyword = 9001

// RequestKeyword applies for a keyword of a title. It is usable once the
// application is approved.
//
// Refusals: official accounts, whose titles have no keywords; an app of another
// platform; no such title; a keyword that it has, or for which the app has applied.
func (s *Service) RequestKeyword(ctx context.Context, req NewKeywordRequest) (muban.KeywordRequest, error) {
	if req.Platform == muban.WeChatOA {
		return muban.KeywordRequest{}, muban.Refuse(muban.RuleNotOnPlatform, "platform", string(req.Platform), "object", "keyword requests")
	}
	app, err := s.App(ctx, req.AppID)
	if err != nil {
		return muban.KeywordRequest{}, err
	}
	if app.Platform != req.Platform {
		return muban.KeywordRequest{}, invalid("app_id", req.AppID, "an app on "+string(req.Platform)+"; it is on "+string(app.Platform))
	}
	title, err := s.LibraryTitle(ctx, req.Platform, req.TitleID)
	if err != nil {
		return muban.KeywordRequest{}, err
	}
	if err := checkKeyword(muban.Keyword{Name: req.Name, Example: req.Example, Origin: muban.OriginMuban}); err != nil {
		return muban.KeywordRequest{}, keywordMember(err)
	}
	if err := keywordFree(title, req.Name); err != nil {
		return muban.KeywordRequest{}, err
	}
	return s.store.CreateKeywordRequest(ctx, muban.KeywordRequest{
		Platform: req.Platform, AppID: app.ID, TitleID: title.ID, Name: req.Name, Example: req.Example,
		State: muban.RequestPending, CreatedAt: s.clock.Now(),
	})
}

// keywordMember names the request's member in the refusal of a keyword.
func keywordMember(err error) error {
	refusal, ok := err.(*muban.Refusal) //nolint:errorlint // checkKeyword wraps nothing
	if !ok {
		return err
	}
	return muban.Refuse(refusal.Rule, "field", strings.TrimPrefix(refusal.Values["field"], "keywords."),
		"value", refusal.Values["value"], "wanted", refusal.Values["wanted"])
}

// keywordFree refuses a name that the title has.
func keywordFree(title muban.Title, name string) error {
	for _, k := range title.Keywords {
		if k.Name == name {
			return muban.Refuse(muban.RuleConflict, "object", "title "+title.ID+"'s keyword", "id", quote(name)+" ("+strconv.Itoa(k.ID)+")")
		}
	}
	return nil
}

// KeywordRequests lists applications, newest first.
func (s *Service) KeywordRequests(ctx context.Context, filter muban.KeywordRequestFilter, page muban.Page) (muban.List[muban.KeywordRequest], error) {
	return s.store.KeywordRequests(ctx, filter, page)
}

// ApproveKeyword grants an application: the title has the keyword from now on,
// under the next own number.
//
// Refusals: no such application; decided before; the title is gone, or has the
// keyword meanwhile.
func (s *Service) ApproveKeyword(ctx context.Context, platform muban.Platform, seq int64) (muban.KeywordRequest, error) {
	now := s.clock.Now()
	return s.store.DecideKeywordRequest(ctx, platform, seq, func(r *muban.KeywordRequest, title *muban.Title) error {
		if err := undecided(r); err != nil {
			return err
		}
		if title == nil {
			return muban.Refuse(muban.RuleTitleUnknown, "library_id", r.TitleID)
		}
		if err := keywordFree(*title, r.Name); err != nil {
			return err
		}
		r.State, r.DecidedAt, r.KeywordID = muban.RequestApproved, now, nextOwnKeyword(*title)
		title.Keywords = append(title.Keywords, muban.Keyword{ID: r.KeywordID, Name: r.Name, Example: r.Example, Origin: muban.OriginMuban})
		return nil
	})
}

// RejectKeyword turns an application down.
//
// Refusals: no such application; decided before; no reason.
func (s *Service) RejectKeyword(ctx context.Context, platform muban.Platform, seq int64, reason string) (muban.KeywordRequest, error) {
	if len(reason) > longestName || !plainLine(reason) {
		return muban.KeywordRequest{}, invalid("reason", reason, "why, in one line of at most 200 bytes")
	}
	now := s.clock.Now()
	return s.store.DecideKeywordRequest(ctx, platform, seq, func(r *muban.KeywordRequest, _ *muban.Title) error {
		if err := undecided(r); err != nil {
			return err
		}
		r.State, r.DecidedAt, r.Reason = muban.RequestRejected, now, reason
		return nil
	})
}

func undecided(r *muban.KeywordRequest) error {
	if r.State == muban.RequestPending {
		return nil
	}
	return muban.Refuse(muban.RuleRequestDecided, "id", strconv.FormatInt(r.Seq, 10), "state", string(r.State), "decided_at", stamp(r.DecidedAt))
}

// nextOwnKeyword is the number after the title's last or, where the largest is
// taken, the first that is free.
func nextOwnKeyword(t muban.Title) int {
	next, taken := firstOwnKeyword, make(map[int]bool, len(t.Keywords))
	for _, k := range t.Keywords {
		next, taken[k.ID] = max(next, k.ID+1), true
	}
	if next <= library.LargestNumber {
		return next
	}
	for next = firstOwnKeyword; taken[next]; {
		next++
	}
	return next
}
