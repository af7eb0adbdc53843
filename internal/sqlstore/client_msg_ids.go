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

// clientKey is what a client called a message to one user.
type clientKey struct {
	appID  string
	userNo int64
	id     string
}

// named is the message that a client's id stands for, and since when.
type named struct {
	seq, acceptedAt int64
}

func (send *acceptance) clientKey() (key clientKey, named bool) {
	m := &send.Message
	return clientKey{m.AppID, m.UserNo, m.ClientMsgID}, m.ClientMsgID != "" && send.RepeatWithin > 0
}

// readNames reads which messages the sends' client_msg_ids stand for. On a
// database that others share it locks them, making those that are missing so
// that there is something to lock.
func (s *Store) readNames(ctx context.Context, b *books, sends []*acceptance) error {
	b.names = make(map[clientKey]named)
	for _, send := range sends {
		if key, ok := send.clientKey(); ok {
			b.names[key] = named{}
		}
	}
	if len(b.names) == 0 {
		return nil
	}
	keys := slices.SortedFunc(maps.Keys(b.names), func(x, y clientKey) int {
		return cmp.Or(strings.Compare(x.appID, y.appID), cmp.Compare(x.userNo, y.userNo), strings.Compare(x.id, y.id))
	})
	if s.shared {
		wanted := s.clientKeys(keys)
		err := s.hot.later(ctx, `INSERT INTO client_msg_ids (app_id, user_no, client_msg_id, message_seq, accepted_at)
			SELECT wanted.column1, wanted.column2, wanted.column3, 0, 0 FROM (`+wanted.source()+`) AS wanted ON CONFLICT (app_id, user_no, client_msg_id) DO NOTHING`, wanted.args())
		if err != nil {
			return err
		}
	}
	return inParts(s, keys, func(part []clientKey) error {
		wanted := s.clientKeys(part)
		return s.hot.ask(ctx, `SELECT app_id, user_no, client_msg_id, message_seq, accepted_at FROM client_msg_ids
			WHERE (app_id, user_no, client_msg_id) IN (`+wanted.source()+`)`+s.lock("app_id, user_no, client_msg_id"), wanted.args(), func(row scanner) error {
			var key clientKey
			var name named
			err := row.Scan(&key.appID, &key.userNo, &key.id, &name.seq, &name.acceptedAt)
			b.names[key] = name
			return err
		})
	})
}

// clientKeys are keys as a statement takes them.
func (s *Store) clientKeys(keys []clientKey) *rows {
	wanted := s.rowsOf(len(keys), "app_id user_no# client_msg_id")
	for _, key := range keys {
		wanted.text(key.appID)
		wanted.number(key.userNo)
		wanted.text(key.id)
	}
	return wanted
}

// repeats is the message that the send names again; false where it is a new one.
func (b *books) repeats(send *acceptance) (muban.MessageID, bool) {
	key, ok := send.clientKey()
	if !ok {
		return 0, false
	}
	m := &send.Message
	first := b.names[key]
	if first.seq == 0 || m.AcceptedAt.UnixMilli() >= first.acceptedAt+send.RepeatWithin.Milliseconds() {
		return 0, false
	}
	return muban.NewMessageID(m.Platform, first.seq), true
}

// writeNames stores what clients called the accepted messages, and drops what
// stands for no message any more.
func (s *Store) writeNames(ctx context.Context, accepted []*acceptance) error {
	over := make(map[string]int64) // by app: what was accepted before stands for nothing
	for _, send := range accepted {
		key, ok := send.clientKey()
		if !ok {
			continue
		}
		m := &send.Message
		err := s.hot.later(ctx, `INSERT INTO client_msg_ids (app_id, user_no, client_msg_id, message_seq, accepted_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (app_id, user_no, client_msg_id) DO UPDATE SET message_seq = excluded.message_seq, accepted_at = excluded.accepted_at`,
			[]any{key.appID, key.userNo, key.id, m.ID.Seq(), m.AcceptedAt.UnixMilli()})
		if err != nil {
			return err
		}
		over[m.AppID] = max(over[m.AppID], m.AcceptedAt.UnixMilli()-send.RepeatWithin.Milliseconds())
	}
	for appID, before := range over {
		err := s.hot.later(ctx, `DELETE FROM client_msg_ids WHERE app_id = ? AND accepted_at < ?`, []any{appID, before})
		if err != nil {
			return fmt.Errorf("dropping old ones: %w", err)
		}
	}
	return nil
}
