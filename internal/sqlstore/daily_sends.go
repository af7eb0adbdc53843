package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/muban-dev/muban"
)

// daysOf are the days that sends are counted in, in key order.
func daysOf(sends []*acceptance) []dayKey {
	var keys []dayKey
	for _, send := range sends {
		key := dayKey{send.Message.AppID, muban.DayOf(send.Message.AcceptedAt)}
		if len(keys) == 0 || keys[len(keys)-1] != key {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(x, y dayKey) int {
		return cmp.Or(strings.Compare(x.appID, y.appID), cmp.Compare(x.day, y.day))
	})
	return slices.Compact(keys)
}

// lockDays keeps the days' counters from other nodes until the transaction
// ends.
func (s *Store) lockDays(ctx context.Context, sends []*acceptance) error {
	keys := daysOf(sends)
	if err := s.makeDays(ctx, keys); err != nil {
		return err
	}
	if err := s.readDays(ctx, keys, make(map[dayKey]*openDay)); err != nil {
		return err
	}
	return s.hot.flush(ctx)
}

// makeDays makes the counters that are missing, so that there is something to
// lock.
func (s *Store) makeDays(ctx context.Context, keys []dayKey) error {
	for _, key := range keys {
		err := s.hot.later(ctx, `INSERT INTO daily_sends (app_id, day, sent) VALUES (?, ?, 0) ON CONFLICT (app_id, day) DO NOTHING`,
			[]any{key.appID, int(key.day)})
		if err != nil {
			return err
		}
	}
	return nil
}

// readDays reads how many sends each day had, and locks the counters on a
// database that others share. A day without a counter is left out.
func (s *Store) readDays(ctx context.Context, keys []dayKey, sent map[dayKey]*openDay) error {
	return inParts(s, keys, func(part []dayKey) error {
		wanted := s.rowsOf(len(part), "app_id day#")
		for _, key := range part {
			wanted.text(key.appID)
			wanted.number(int64(key.day))
		}
		return s.hot.ask(ctx, `SELECT app_id, day, sent FROM daily_sends
			WHERE (app_id, day) IN (`+wanted.source()+`)`+s.lock("app_id, day"), wanted.args(), func(row scanner) error {
			var key dayKey
			var day openDay
			err := row.Scan(&key.appID, &key.day, &day.before)
			sent[key] = &day
			return err
		})
	})
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
