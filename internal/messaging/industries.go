package messaging

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/library"
)

// SetIndustries sets an official account's two industries by their codes
// (api_set_industry). What belongs to an industry that the account does not
// have any more is deleted: those of its templates that the library gave an
// industry.
//
// Refusals, in this order: a missing code, one that no industry has, a second
// call in a calendar month of UTC+8 (protocol.md §3.3).
func (s *Service) SetIndustries(ctx context.Context, app muban.App, primary, secondary Number) error {
	chosen := make([]muban.Industry, 2)
	codes := []Number{primary, secondary}
	for i, code := range codes {
		if code.Text == "" {
			return muban.Refuse(muban.RuleIndustryMissing, "parameter", industryParameter(i))
		}
	}
	for i, code := range codes {
		industry, known := library.IndustryOf(code.Value)
		if !code.Valid || !known {
			return muban.Refuse(muban.RuleIndustryUnknown, "parameter", industryParameter(i), "value", quote(code.Text))
		}
		chosen[i] = industry
	}
	now := s.clock.Now()
	_, err := s.store.UpdateAppDropping(ctx, app.ID, func(a *muban.App) error {
		if refusal := oncePerMonth(*a, now); refusal != nil {
			return refusal
		}
		a.Industries = muban.Industries{Primary: chosen[0].Code, Secondary: chosen[1].Code}
		a.IndustriesSetAt = now
		return nil
	}, func(t muban.Template) bool { return !anyIndustry(chosen, t.PrimaryIndustry, t.DeputyIndustry) })
	if err == nil {
		s.apps.Forget(app.Number)
		s.templates.Clear()
	}
	return err
}

func industryParameter(i int) string { return "industry_id" + strconv.Itoa(i+1) }

func oncePerMonth(app muban.App, now time.Time) *muban.Refusal {
	if app.IndustriesSetAt.IsZero() {
		return nil
	}
	set := muban.PlatformTime(app.IndustriesSetAt)
	next := time.Date(set.Year(), set.Month()+1, 1, 0, 0, 0, 0, set.Location())
	if !now.Before(next) {
		return nil
	}
	return muban.Refuse(muban.RuleIndustryMonth, "app_id", app.ID, "set_at", stamp(set), "next", stamp(next), "now", stamp(now))
}

// Industries are an official account's two industries; the zero Industry where
// one is not set.
func (s *Service) Industries(app muban.App) (primary, secondary muban.Industry) {
	primary, _ = library.IndustryOf(int64(app.Industries.Primary))
	secondary, _ = library.IndustryOf(int64(app.Industries.Secondary))
	return primary, secondary
}

// anyIndustry reports whether something of that industry belongs to one of
// these. What has no industry belongs to all.
func anyIndustry(industries []muban.Industry, first, second string) bool {
	return first == "" || slices.ContainsFunc(industries, func(i muban.Industry) bool {
		return i.FirstClass == first && i.SecondClass == second
	})
}

// checkTemplateIndustry refuses a title of an industry that the account does
// not have (protocol.md §3.4, 45027). An account that has set none may use
// every title.
func (s *Service) checkTemplateIndustry(app muban.App, title muban.Title) *muban.Refusal {
	if app.Industries == (muban.Industries{}) {
		return nil
	}
	primary, secondary := s.Industries(app)
	if anyIndustry([]muban.Industry{primary, secondary}, title.PrimaryIndustry, title.DeputyIndustry) {
		return nil
	}
	return muban.Refuse(muban.RuleTemplateIndustry, "app_id", app.ID, "template_id_short", title.ID,
		"industry", industryName(title.PrimaryIndustry, title.DeputyIndustry),
		"primary", industryName(primary.FirstClass, primary.SecondClass),
		"secondary", industryName(secondary.FirstClass, secondary.SecondClass))
}

func industryName(first, second string) string {
	if first == "" {
		return "none"
	}
	return first + "/" + second
}

// checkIndustries refuses codes that no industry has; 0 is unset.
func checkIndustries(i muban.Industries) error {
	for _, row := range []struct {
		field string
		code  int
	}{{"industries.primary", i.Primary}, {"industries.secondary", i.Secondary}} {
		if _, known := library.IndustryOf(int64(row.code)); row.code != 0 && !known {
			return invalid(row.field, strconv.Itoa(row.code), "the code of an industry, 1 to 41")
		}
	}
	return nil
}
