package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

func (b *bundle) newKeywordRequest(name string) muban.KeywordRequest {
	b.t.Helper()
	r, err := b.CreateKeywordRequest(b.ctx, muban.KeywordRequest{
		Platform: muban.WeChatMini, AppID: b.app.ID, TitleID: "AT0001", Name: name, Example: "例", State: muban.RequestPending, CreatedAt: b.now,
	})
	b.must(err)
	return r
}

// approve gives a keyword the title's next number.
func (b *bundle) approve(seq int64) (muban.KeywordRequest, error) {
	return b.DecideKeywordRequest(b.ctx, muban.WeChatMini, seq, func(r *muban.KeywordRequest, title *muban.Title) error {
		if r.State != muban.RequestPending {
			return muban.Refuse(muban.RuleRequestDecided)
		}
		r.State, r.KeywordID, r.DecidedAt = muban.RequestApproved, len(title.Keywords)+1, b.now.Add(time.Hour)
		title.Keywords = append(title.Keywords, muban.Keyword{ID: r.KeywordID, Name: r.Name, Origin: muban.OriginMuban})
		return nil
	})
}

func keywordRequests(t *testing.T, b *bundle) {
	one, two := b.newKeywordRequest("取货码"), b.newKeywordRequest("柜号")
	find := func(filter muban.KeywordRequestFilter) []muban.KeywordRequest {
		t.Helper()
		found, err := b.KeywordRequests(b.ctx, filter, muban.Page{Limit: 10})
		b.must(err)
		return found.Items
	}
	mini := muban.KeywordRequestFilter{Platform: muban.WeChatMini}
	if diff := cmp.Diff([]muban.KeywordRequest{two, one}, find(mini)); diff != "" {
		t.Errorf("applications:\n%s", diff)
	}

	// A decision and the title's keyword are one; an error undoes both.
	stop := errors.New("stop")
	_, err := b.DecideKeywordRequest(b.ctx, muban.WeChatMini, one.Seq, func(r *muban.KeywordRequest, title *muban.Title) error {
		r.State, title.Keywords = muban.RequestApproved, nil
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want the rule's own error", err)
	}
	one, err = b.approve(one.Seq)
	b.must(err)
	if diff := cmp.Diff([]muban.KeywordRequest{two, one}, find(mini)); diff != "" || one.KeywordID != 2 {
		t.Errorf("after one was approved:\n%s", diff)
	}
	title, err := b.Title(b.ctx, muban.WeChatMini, "AT0001")
	b.must(err)
	if k, has := title.Keyword(2); !has || k.Name != "取货码" || len(title.Keywords) != 2 {
		t.Errorf("the title has %v", title.Keywords)
	}

	for _, test := range []struct {
		filter muban.KeywordRequestFilter
		found  int
	}{
		{muban.KeywordRequestFilter{Platform: muban.Baidu}, 0},
		{muban.KeywordRequestFilter{Platform: muban.WeChatMini, State: muban.RequestPending}, 1},
		{muban.KeywordRequestFilter{Platform: muban.WeChatMini, State: muban.RequestRejected}, 0},
		{muban.KeywordRequestFilter{Platform: muban.WeChatMini, AppID: b.app.ID}, 2},
		{muban.KeywordRequestFilter{Platform: muban.WeChatMini, AppID: "wx9"}, 0},
	} {
		if found := find(test.filter); len(found) != test.found {
			t.Errorf("%+v finds %d, want %d", test.filter, len(found), test.found)
		}
	}
	for platform, seq := range map[muban.Platform]int64{muban.Baidu: one.Seq, muban.WeChatMini: two.Seq + 1} {
		_, err = b.DecideKeywordRequest(b.ctx, platform, seq, nil)
		b.refused(err, muban.RuleNotFound)
	}

	// A title that is gone is none; applications go with their app.
	b.must(b.DeleteTitle(b.ctx, muban.WeChatMini, "AT0001"))
	_, err = b.DecideKeywordRequest(b.ctx, muban.WeChatMini, two.Seq, func(r *muban.KeywordRequest, title *muban.Title) error {
		if title != nil {
			t.Errorf("the title that is gone is %v", title)
		}
		r.State, r.Reason = muban.RequestRejected, "no such title"
		return nil
	})
	b.must(err)
	b.must(b.DeleteApp(b.ctx, b.app.ID))
	if found := find(mini); len(found) != 0 {
		t.Errorf("the app is gone, its applications are %v", found)
	}
}

func keywordRequestsUnderConcurrency(t *testing.T, b *bundle) {
	const requests = 8
	var approved atomic.Int64
	var deciding sync.WaitGroup
	for i := range requests {
		r := b.newKeywordRequest(string(rune('a' + i)))
		for range 2 {
			deciding.Go(func() {
				if _, err := b.approve(r.Seq); err == nil {
					approved.Add(1)
				}
			})
		}
	}
	deciding.Wait()
	title, err := b.Title(b.ctx, muban.WeChatMini, "AT0001")
	b.must(err)
	if approved.Load() != requests || len(title.Keywords) != 1+requests {
		t.Errorf("%d were approved, the title has %v", approved.Load(), title.Keywords)
	}
}
