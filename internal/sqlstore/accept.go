package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
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
	body, err := json.Marshal(bodyOf(&entry.Message))
	if err != nil {
		return muban.Message{}, err
	}
	entry.body = string(body)
	if err := s.committer.submit(&job{ctx: ctx, accept: entry, answer: make(chan error, 1)}); err != nil {
		return muban.Message{}, err
	}
	if entry.repeated != 0 {
		return s.Message(ctx, entry.repeated)
	}
	return entry.Message, nil
}

// acceptance is a send with its message's body as it is stored.
type acceptance struct {
	muban.Accept
	body string
	// grant is what the send left of its grant; nil if it has none.
	grant *openGrant
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

type openGrant struct {
	muban.Grant
	spent bool // by this group
}

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
	return inChunks(keys, func(part []dayKey) error {
		args := make([]any, 0, 2*len(part))
		for _, key := range part {
			args = append(args, key.appID, int(key.day))
		}
		rows, err := s.hot.query(ctx, `SELECT app_id, day, sent FROM daily_sends
			WHERE (app_id, day) IN (VALUES `+typedTuples(len(part), "?,CAST(? AS INTEGER)")+`)`+s.lock("app_id, day"), args)
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

func (s *Store) readGrants(ctx context.Context, b *books) error {
	keys := make([]grantKey, 0, len(b.grants))
	for key := range b.grants {
		if g, found := s.recent.get(key); found {
			b.grants[key] = &openGrant{Grant: g}
			continue
		}
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y grantKey) int {
		if c := strings.Compare(x.appID, y.appID); c != 0 {
			return c
		}
		return strings.Compare(x.id, y.id)
	})
	return inKeys(s, keys, func(part []grantKey) error {
		args := make([]any, 0, 2*len(part))
		for _, key := range part {
			args = append(args, key.appID, key.id)
		}
		rows, err := s.hot.query(ctx, `SELECT `+grantColumns+` FROM grants
			WHERE (app_id, grant_id) IN (VALUES `+tuples(len(part), 2)+`)`+s.lock("app_id, grant_id"), args)
		if err != nil {
			return fmt.Errorf("reading grants: %w", err)
		}
		grants, err := collect(rows, scanGrant)
		if err != nil {
			return fmt.Errorf("reading grants: %w", err)
		}
		for _, g := range grants {
			b.grants[grantKey{g.AppID, g.ID}] = &openGrant{Grant: g}
		}
		return nil
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
		grant.spent = true
		send.grant = grant
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
	if err := s.writeGrants(ctx, b); err != nil {
		return fmt.Errorf("spending grants: %w", err)
	}
	if err := inChunks(accepted, func(part []*acceptance) error { return s.insertMessages(ctx, part) }); err != nil {
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

func (s *Store) writeGrants(ctx context.Context, b *books) error {
	spent := make([]*openGrant, 0, len(b.grants))
	for _, g := range b.grants {
		if g != nil && g.spent {
			spent = append(spent, g)
		}
	}
	slices.SortFunc(spent, func(x, y *openGrant) int { return int(x.Seq - y.Seq) })
	return inChunks(spent, func(part []*openGrant) error {
		args := make([]any, 0, 4*len(part))
		for _, g := range part {
			args = append(args, g.Seq, g.Remaining, joinIDs(g.SpentBy), g.AppID)
		}
		return s.hot.later(ctx, `UPDATE grants SET remaining = spent.column2, spent_by = spent.column3
			FROM (VALUES `+typedTuples(len(part), "CAST(? AS BIGINT),CAST(? AS INTEGER),?,?")+`) AS spent
			WHERE grants.seq = spent.column1 AND grants.app_id = spent.column4`, args)
	})
}

func (s *Store) insertMessages(ctx context.Context, part []*acceptance) error {
	args := make([]any, 0, 12*len(part))
	for _, send := range part {
		m := &send.Message
		args = append(args, m.ID.Seq(), m.AppID, m.UserNo, m.TemplateID, string(m.GrantKind), string(m.State), string(m.Reason),
			joinChannels(m.Channels), millis(m.AcceptedAt), millis(m.DeliveredAt), millis(m.FinishedAt), send.body)
	}
	return s.hot.later(ctx, `INSERT INTO messages
		(seq, app_id, user_no, template_id, grant_kind, state, reason, channels, accepted_at, delivered_at, finished_at, body)
		VALUES `+tuples(len(part), 12), args)
}
