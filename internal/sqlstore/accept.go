package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/muban-dev/muban"
)

// Accept implements messaging.MessageStore.
func (s *Store) Accept(ctx context.Context, send muban.Accept) (muban.Message, error) {
	entry := &acceptance{Accept: send}
	// What can be done by many callers at once is done before the queue.
	entry.body = appendBody(make([]byte, 0, usualBody), &entry.Message)
	if err := s.committer.submit(&job{ctx: ctx, accept: entry, answer: make(chan error, 1)}); err != nil {
		return muban.Message{}, err
	}
	if entry.repeated != 0 {
		return s.Message(ctx, entry.repeated)
	}
	return entry.Message, nil
}

// usualBody is room for most bodies, in bytes.
const usualBody = 512

// acceptance is a send with its message's body.
type acceptance struct {
	muban.Accept
	body []byte // but for its end; see closeBody
	// grant is what the send left of its grant, of which it is the use of that
	// number; nil if it has none.
	grant *openGrant
	use   int
	// repeated is the message that the send named again; 0 if it is a new one.
	repeated muban.MessageID
}

// remember takes over what a group committed.
func (s *Store) remember(group []*job, results []error) {
	for i, j := range group {
		switch {
		case results[i] != nil:
		case j.accept != nil && j.accept.grant != nil:
			s.recent.put(j.accept.grant.Grant)
		case j.committed != nil:
			j.committed()
		}
	}
}

// acceptGroup decides the sends of a group, in their order, and writes the
// accepted ones with a few statements. A refused send gets its refusal as its
// result and leaves no trace; two sends of one grant obey its uses.
func (s *Store) acceptGroup(ctx context.Context, group []*job, results []error) error {
	sends := make([]*acceptance, 0, len(group))
	for _, j := range group {
		if j.accept != nil {
			sends = append(sends, j.accept)
		}
	}
	if len(sends) == 0 {
		return nil
	}
	books, err := s.openBooks(ctx, sends)
	if err != nil {
		return err
	}
	accepted := sends[:0]
	for i, j := range group {
		if j.accept == nil {
			continue
		}
		switch refusal := books.decide(j.accept); {
		case refusal != nil:
			results[i] = refusal
		case j.accept.repeated == 0:
			accepted = append(accepted, j.accept)
		}
	}
	return s.writeBooks(ctx, books, accepted)
}

// books are the grants and counters that a group's sends need, as they stand
// after the sends decided so far.
type books struct {
	grants map[grantKey]*openGrant
	sent   map[dayKey]*openDay
	names  map[clientKey]named
}

type (
	grantKey struct{ appID, id string }
	dayKey   struct {
		appID string
		day   muban.Day
	}
)

type openGrant struct{ muban.Grant }

type openDay struct {
	before, accepted int64
}

// openBooks reads, and thereby locks, in key order.
func (s *Store) openBooks(ctx context.Context, sends []*acceptance) (*books, error) {
	b := &books{grants: make(map[grantKey]*openGrant, len(sends))}
	for _, send := range sends {
		if m := &send.Message; m.GrantID != "" {
			b.grants[grantKey{m.AppID, m.GrantID}] = nil
		}
	}
	var err error
	if b.sent, err = s.openDays(ctx, sends); err != nil {
		return nil, fmt.Errorf("reading the day's sends: %w", err)
	}
	if b.names, err = s.openNames(ctx, sends); err != nil {
		return nil, fmt.Errorf("reading client_msg_ids: %w", err)
	}
	return b, s.readGrants(ctx, b)
}

// openDays reads how many sends each day had. On a database that others share
// it locks the counters, making those that are missing so that there is
// something to lock.
func (s *Store) openDays(ctx context.Context, sends []*acceptance) (map[dayKey]*openDay, error) {
	sent := make(map[dayKey]*openDay)
	for _, send := range sends {
		sent[dayKey{send.Message.AppID, muban.DayOf(send.Message.AcceptedAt)}] = nil
	}
	keys := slices.SortedFunc(maps.Keys(sent), func(x, y dayKey) int {
		return cmp.Or(strings.Compare(x.appID, y.appID), cmp.Compare(x.day, y.day))
	})
	if err := s.readDays(ctx, keys, sent); err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(slices.Clone(keys), func(key dayKey) bool { return sent[key] != nil })
	for _, key := range missing {
		sent[key] = &openDay{}
	}
	if !s.shared || len(missing) == 0 {
		return sent, nil
	}
	for _, key := range missing {
		err := s.hot.exec(ctx, `INSERT INTO daily_sends (app_id, day, sent) VALUES (?, ?, 0) ON CONFLICT (app_id, day) DO NOTHING`,
			[]any{key.appID, int(key.day)})
		if err != nil {
			return nil, err
		}
	}
	return sent, s.readDays(ctx, missing, sent)
}

func (s *Store) readDays(ctx context.Context, keys []dayKey, sent map[dayKey]*openDay) error {
	return inParts(s, keys, func(part []dayKey) error {
		wanted := s.rowsOf(len(part), "app_id day#")
		for _, key := range part {
			wanted.text(key.appID)
			wanted.number(int64(key.day))
		}
		rows, err := s.hot.query(ctx, `SELECT app_id, day, sent FROM daily_sends
			WHERE (app_id, day) IN (`+wanted.source()+`)`+s.lock("app_id, day"), wanted.args())
		if err != nil {
			return err
		}
		_, err = collect(rows, func(row scanner) (struct{}, error) {
			var key dayKey
			var day openDay
			err := row.Scan(&key.appID, &key.day, &day.before)
			sent[key] = &day
			return struct{}{}, err
		})
		return err
	})
}

// decide asks the send's own rule and, where it accepts, notes what the send
// uses up.
func (b *books) decide(send *acceptance) *muban.Refusal {
	m := &send.Message
	var again bool
	if send.repeated, again = b.repeats(send); again {
		return nil
	}
	day := b.sent[dayKey{m.AppID, muban.DayOf(m.AcceptedAt)}]
	ledger := muban.Ledger{SentToday: day.before + day.accepted}
	grant := b.grants[grantKey{m.AppID, m.GrantID}]
	if grant != nil {
		ledger.Grant = &grant.Grant
	}
	if refusal := send.Decide(ledger); refusal != nil {
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

// writeBooks stores the accepted sends and what they changed.
func (s *Store) writeBooks(ctx context.Context, b *books, accepted []*acceptance) error {
	if len(accepted) == 0 {
		return nil
	}
	if err := s.writeDays(ctx, b); err != nil {
		return fmt.Errorf("counting the day's sends: %w", err)
	}
	if err := s.writeSpends(ctx, accepted); err != nil {
		return fmt.Errorf("spending grants: %w", err)
	}
	if err := inParts(s, accepted, func(part []*acceptance) error { return s.insertMessages(ctx, part) }); err != nil {
		return fmt.Errorf("storing messages: %w", err)
	}
	if err := s.insertCallbacks(ctx, accepted); err != nil {
		return fmt.Errorf("storing callbacks: %w", err)
	}
	if err := s.writeNames(ctx, accepted); err != nil {
		return fmt.Errorf("storing client_msg_ids: %w", err)
	}
	return nil
}

func (s *Store) writeDays(ctx context.Context, b *books) error {
	for key, day := range b.sent {
		if day.accepted == 0 {
			continue
		}
		err := s.hot.later(ctx, `INSERT INTO daily_sends (app_id, day, sent) VALUES (?, ?, ?)
			ON CONFLICT (app_id, day) DO UPDATE SET sent = daily_sends.sent + excluded.sent`,
			[]any{key.appID, int(key.day), day.accepted})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) insertMessages(ctx context.Context, part []*acceptance) error {
	messages := s.rowsOf(len(part), "seq# app_id user_no# template_seq# state accepted_at# body")
	for _, send := range part {
		m := &send.Message
		messages.number(m.ID.Seq())
		messages.text(m.AppID)
		messages.number(m.UserNo)
		messages.number(m.TemplateSeq)
		messages.text(string(m.State))
		messages.number(millis(m.AcceptedAt))
		messages.text(closeBody(send.body, m))
	}
	return s.hot.insert(ctx, "messages", messages)
}
