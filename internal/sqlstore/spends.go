package sqlstore

import (
	"context"
	"slices"

	"github.com/muban-dev/muban"
)

// A grant's row is never changed. Each use of it is a row of spends, whose key
// is the grant and the number of the use: the database itself holds no use
// twice, whoever writes it.

const grantColumns = `seq, app_id, grant_id, kind, user_no, user_id, logged_in, uses, issued_at, expires_at`

// grantUses are a grant's columns and one use of it, 0 where there is none: a
// grant has a row a use, and one where it has none.
const grantUses = `g.seq, g.app_id, g.grant_id, g.kind, g.user_no, g.user_id, g.logged_in, g.uses,
	g.issued_at, g.expires_at, COALESCE(s.message_seq, 0)`

const joinSpends = ` g LEFT JOIN spends s ON s.app_id = g.app_id AND s.grant_seq = g.seq `

func scanGrantUse(row scanner) (muban.Grant, error) {
	var g muban.Grant
	var loggedIn, issued, expires, message int64
	err := row.Scan(&g.Seq, &g.AppID, &g.ID, &g.Kind, &g.UserNo, &g.UserID, &loggedIn, &g.Uses, &issued, &expires, &message)
	g.LoggedIn = loggedIn != 0
	g.IssuedAt, g.ExpiresAt, g.Remaining = instant(issued), instant(expires), g.Uses
	if message != 0 {
		// Where there are grants, a message's id is its sequence number.
		g.SpentBy, g.Remaining = []muban.MessageID{muban.MessageID(message)}, g.Uses-1
	}
	return g, err
}

// mergeUses makes grants of rows of which each is a use, in the order of uses,
// a grant's rows together.
func mergeUses(uses []muban.Grant) []muban.Grant {
	grants := uses[:0]
	for _, use := range uses {
		if n := len(grants); n > 0 && grants[n-1].Seq == use.Seq {
			grants[n-1].SpentBy = append(grants[n-1].SpentBy, use.SpentBy...)
			grants[n-1].Remaining--
			continue
		}
		grants = append(grants, use)
	}
	return grants
}

// readGrants reads the uses of the grants of a group's sends, and takes those
// grants that are in memory from there.
// It locks none: whoever spends an app's grants has locked the counter of the
// app's day, and where two nodes count in two days the key of spends is there.
func (s *Store) readGrants(ctx context.Context, b *books, uses *[]muban.Grant) error {
	keys := make([]grantKey, 0, len(b.grants))
	for key := range b.grants {
		if g, found := s.recent.get(key); found {
			b.grants[key] = &g
			continue
		}
		keys = append(keys, key)
	}
	return inParts(s, keys, func(part []grantKey) error {
		wanted := s.rowsOf(len(part), "app_id grant_id")
		for _, key := range part {
			wanted.text(key.appID)
			wanted.text(key.id)
		}
		return s.hot.ask(ctx, `SELECT `+grantUses+` FROM grants`+joinSpends+`
			WHERE (g.app_id, g.grant_id) IN (`+wanted.source()+`) ORDER BY g.seq, s.use`, wanted.args(), func(row scanner) error {
			use, err := scanGrantUse(row)
			*uses = append(*uses, use)
			return err
		})
	})
}

// writeSpends stores what the accepted sends used up.
func (s *Store) writeSpends(ctx context.Context, accepted []*acceptance) error {
	spending := accepted
	if slices.ContainsFunc(accepted, func(a *acceptance) bool { return a.grant == nil }) {
		spending = slices.DeleteFunc(slices.Clone(accepted), func(a *acceptance) bool { return a.grant == nil })
	}
	return inParts(s, spending, func(part []*acceptance) error {
		spends := s.rowsOf(len(part), "app_id grant_seq# use# message_seq#")
		for _, a := range part {
			spends.text(a.Message.AppID)
			spends.number(a.grant.Seq)
			spends.number(int64(a.use))
			spends.number(a.Message.ID.Seq())
		}
		return s.hot.insert(ctx, "spends", spends)
	})
}
