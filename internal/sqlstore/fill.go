package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/muban-dev/muban"
)

// Filling says what [Fill] stores.
type Filling struct {
	// AppID is an app with users and a template.
	AppID    string
	Messages int
	// Progress is told of so many more that are stored; may be nil.
	Progress func(int)
}

const (
	// filledInTransaction is how many messages a filling commits at once.
	filledInTransaction = 1 << 16
	// filledInTick is how many a filling puts into each tick: 1000 a second.
	filledInTick = 10
	// filledBefore is how many ticks before now a filling ends: nobody has given
	// out numbers there when the store was made a moment ago.
	filledBefore = 6000
	// oneUsersShare: every so many messages one goes to the app's newest user,
	// who thereby has a large inbox.
	oneUsersShare = 10
)

// Fill gives a store that was just made a past, for measures of a store that
// has one: delivered messages to the app's users, each with the grant that paid
// for it where the platform has grants, a thousand a second until a minute ago.
// A tenth goes to the newest user. They are rows like those of real sends, in
// large transactions and without the sends' checks; grants' ids ascend, so that
// their index grows at its end. No server may work on the store meanwhile.
func Fill(ctx context.Context, o Options, f Filling) (err error) {
	s, err := connect(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.engine.close()) }()
	if err := s.migrateExactly(ctx); err != nil {
		return err
	}
	if s.hot, err = s.newHot(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.hot.close()) }()
	past, err := s.newPast(ctx, f)
	if err != nil {
		return fmt.Errorf("filling app %s: %w", f.AppID, err)
	}
	for first := 0; first < f.Messages; first += filledInTransaction {
		n := min(filledInTransaction, f.Messages-first)
		if err := s.storePast(ctx, past, first, n); err != nil {
			return fmt.Errorf("filling app %s: %w", f.AppID, err)
		}
		if f.Progress != nil {
			f.Progress(n)
		}
	}
	return s.tidyUp(ctx)
}

// tidyUp does now what the next start would, or PostgreSQL's autovacuum in the
// middle of what is measured.
func (s *Store) tidyUp(ctx context.Context) error {
	if !s.shared {
		return s.fileAll(ctx)
	}
	if _, err := s.hot.conn.ExecContext(ctx, `SET statement_timeout = 0`); err != nil {
		return err
	}
	_, err := s.hot.conn.ExecContext(ctx, `VACUUM (ANALYZE) messages, grants, spends`)
	return err
}

// past makes the messages of a filling.
type past struct {
	app      muban.App
	users    []muban.User // the newest first
	template muban.Template
	messages int
	tick     int64 // of the first message
}

func (s *Store) newPast(ctx context.Context, f Filling) (*past, error) {
	app, err := s.App(ctx, f.AppID)
	if err != nil {
		return nil, err
	}
	users, err := s.Users(ctx, f.AppID, muban.Page{Limit: 10_000})
	if err != nil {
		return nil, err
	}
	templates, err := s.Templates(ctx, f.AppID, muban.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(users.Items) == 0 || len(templates.Items) == 0 {
		return nil, errors.New("it has no users or no template")
	}
	now := newSequence(0, time.Now).current()
	return &past{
		app: app, users: users.Items, template: templates.Items[0], messages: f.Messages,
		tick: now - filledBefore - int64(f.Messages/filledInTick),
	}, nil
}

// send is the message of that number, as it was accepted.
func (p *past) send(i int) *acceptance {
	user := p.users[0]
	if i%oneUsersShare != 0 {
		user = p.users[(i-i/oneUsersShare)%len(p.users)]
	}
	seq := (p.tick+int64(i/filledInTick))<<tickShift | int64(i%filledInTick)
	at := time.UnixMilli(epoch + seq>>tickShift*tick.Milliseconds()).UTC()
	m := muban.Message{
		ID: muban.NewMessageID(p.app.Platform, seq), AppID: p.app.ID, Platform: p.app.Platform,
		UserNo: user.No, UserID: user.OpenID, TemplateSeq: p.template.Seq, Page: "index",
		Data: make(map[string]muban.Value, len(p.template.Keywords)), State: muban.StateDelivered,
		AcceptedAt: at, DeliveredAt: at, FinishedAt: at,
	}
	for _, keyword := range p.template.Keywords {
		m.Data[keyword.Key] = muban.Value{Text: "339208499"}
	}
	send := &acceptance{Accept: muban.Accept{Message: m}, use: 1}
	if p.app.Platform != muban.WeChatOA {
		g := muban.Grant{
			AppID: p.app.ID, ID: p.grantID(i), Seq: seq, Kind: muban.GrantForm, UserNo: user.No, UserID: user.OpenID,
			LoggedIn: true, Uses: 1, IssuedAt: at.Add(-time.Minute), ExpiresAt: at.Add(muban.Week),
		}
		send.grant, send.Message.GrantID, send.Message.GrantKind = &g, g.ID, g.Kind
	}
	send.body = appendBody(make([]byte, 0, usualBody), &send.Message)
	return send
}

// grantID spreads the ids evenly over all that there can be, where those of
// new grants fall among them.
func (p *past) grantID(i int) string {
	const all = 1 << 60 // 15 hexadecimal digits
	return fmt.Sprintf("%015x%017x", int64(i)*(all/int64(p.messages)), i)
}

// storePast stores n messages from that number on in one transaction.
func (s *Store) storePast(ctx context.Context, p *past, first, n int) error {
	sends, grants := make([]*acceptance, n), make([]muban.Grant, 0, n)
	for i := range sends {
		sends[i] = p.send(first + i)
		if sends[i].grant != nil {
			grants = append(grants, *sends[i].grant)
		}
	}
	return s.inTransaction(ctx, func(*sql.Tx) error {
		err := inPages(grants, func(page []muban.Grant) error {
			return inParts(s, page, func(part []muban.Grant) error { return s.hot.insert(ctx, "grants", s.grantRows(part)) })
		})
		if err != nil {
			return err
		}
		return inPages(sends, func(page []*acceptance) error {
			if err := s.writeSpends(ctx, page); err != nil {
				return err
			}
			if err := inParts(s, page, func(part []*acceptance) error { return s.insertMessages(ctx, part) }); err != nil {
				return err
			}
			return s.hot.flush(ctx)
		})
	})
}

// inPages calls do with so many items at once as a statement may take long for.
func inPages[T any](items []T, do func([]T) error) error {
	for first := 0; first < len(items); first += rowsInTransaction {
		if err := do(items[first:min(first+rowsInTransaction, len(items))]); err != nil {
			return err
		}
	}
	return nil
}
