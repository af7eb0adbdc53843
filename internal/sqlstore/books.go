package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/muban-dev/muban"
)

// books are the grants and counters that a group's sends need, as they stand
// after the sends decided so far.
type books struct {
	grants map[grantKey]*muban.Grant // nil where there is none
	sent   map[dayKey]*openDay
	names  map[clientKey]named
	// templates are those that the sends name, and whether they are there.
	templates map[templateKey]bool
}

type (
	grantKey struct{ appID, id string }
	dayKey   struct {
		appID string
		day   muban.Day
	}
)

type openDay struct {
	before, accepted int64
}

// openBooks reads what the sends need. On a database that others share it
// locks counters and names, in key order, before it reads grants; all of it
// travels together. Who deletes an app waits for its counters, or the sends wait
// for him and find them missing. A counter that is made only now nobody waits
// for: then the sends hold their templates.
func (s *Store) openBooks(ctx context.Context, sends []*acceptance) (*books, error) {
	b, err := s.readBooks(ctx, sends, "")
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(daysOf(sends), func(key dayKey) bool { return b.sent[key] != nil })
	if len(missing) == 0 {
		return b, nil
	}
	if s.shared { // what was read was read without the lock
		if err := s.makeDays(ctx, missing); err != nil {
			return nil, err
		}
		return s.readBooks(ctx, sends, s.hold("app_id, seq"))
	}
	for _, key := range missing {
		b.sent[key] = &openDay{}
	}
	return b, nil
}

// readBooks reads the books; hold is what keeps templates from being deleted,
// if anything.
func (s *Store) readBooks(ctx context.Context, sends []*acceptance, hold string) (*books, error) {
	b := &books{grants: make(map[grantKey]*muban.Grant, len(sends)), sent: make(map[dayKey]*openDay), templates: make(map[templateKey]bool)}
	for _, send := range sends {
		if m := &send.Message; m.GrantID != "" {
			b.grants[grantKey{m.AppID, m.GrantID}] = nil
		}
	}
	if err := s.readDays(ctx, daysOf(sends), b.sent); err != nil {
		return nil, fmt.Errorf("reading the day's sends: %w", err)
	}
	if err := s.readTemplates(ctx, b, sends, hold); err != nil {
		return nil, fmt.Errorf("reading templates: %w", err)
	}
	if err := s.readNames(ctx, b, sends); err != nil {
		return nil, fmt.Errorf("reading client_msg_ids: %w", err)
	}
	var uses []muban.Grant
	if err := s.readGrants(ctx, b, &uses); err != nil {
		return nil, fmt.Errorf("reading grants: %w", err)
	}
	if err := s.hot.flush(ctx); err != nil {
		return nil, fmt.Errorf("reading counters, names and grants: %w", err)
	}
	for _, g := range mergeUses(uses) {
		b.grants[grantKey{g.AppID, g.ID}] = &g
	}
	return b, nil
}

// decide asks the send's own rule and, where it accepts, notes what the send
// uses up.
func (b *books) decide(send *acceptance) *muban.Refusal {
	m := &send.Message
	var again bool
	if send.repeated, again = b.repeats(send); again {
		return nil
	}
	if !b.templates[send.templateKey()] { // it was deleted since it was read, or its app was
		return muban.Refuse(muban.RuleTemplateUnknown, "app_id", m.AppID, "template_id", m.TemplateID)
	}
	day := b.sent[dayKey{m.AppID, muban.DayOf(m.AcceptedAt)}]
	grant := b.grants[grantKey{m.AppID, m.GrantID}]
	if refusal := send.Decide(muban.Ledger{Grant: grant, SentToday: day.before + day.accepted}); refusal != nil {
		return refusal
	}
	day.accepted++
	if key, ok := send.clientKey(); ok {
		b.names[key] = named{m.ID.Seq(), m.AcceptedAt.UnixMilli()}
	}
	if grant != nil {
		m.GrantKind = grant.Kind
		grant.Remaining--
		grant.SpentBy = append(slices.Clip(grant.SpentBy), m.ID) // a retry of the group starts from the old list
		send.grant, send.use = grant, len(grant.SpentBy)
	}
	return nil
}
