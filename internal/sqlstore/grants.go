package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/muban-dev/muban"
)

const grantColumns = `seq, app_id, grant_id, kind, user_no, user_id, logged_in, uses, remaining, issued_at, expires_at, spent_by`

func scanGrant(row scanner) (muban.Grant, error) {
	var g muban.Grant
	var issued, expires int64
	var spentBy string
	err := row.Scan(&g.Seq, &g.AppID, &g.ID, &g.Kind, &g.UserNo, &g.UserID, &g.LoggedIn,
		&g.Uses, &g.Remaining, &issued, &expires, &spentBy)
	g.IssuedAt, g.ExpiresAt, g.SpentBy = instant(issued), instant(expires), splitIDs(spentBy)
	return g, err
}

// CreateGrants implements messaging.GrantStore.
func (s *Store) CreateGrants(ctx context.Context, grants []muban.Grant) ([]muban.Grant, error) {
	for i := range grants {
		seq, err := s.ids.next()
		if err != nil {
			return nil, err
		}
		grants[i].Seq = seq
	}
	work := func(ctx context.Context, _ *sql.Tx) error {
		return inChunks(grants, func(part []muban.Grant) error {
			args := make([]any, 0, 12*len(part))
			for _, g := range part {
				args = append(args, g.Seq, g.AppID, g.ID, string(g.Kind), g.UserNo, g.UserID, flag(g.LoggedIn),
					g.Uses, g.Remaining, millis(g.IssuedAt), millis(g.ExpiresAt), joinIDs(g.SpentBy))
			}
			err := s.hot.exec(ctx, `INSERT INTO grants (`+grantColumns+`) VALUES `+tuples(len(part), 12), args)
			return s.orConflict(err, "grant", part[0].ID)
		})
	}
	stored := slices.Clone(grants) // the caller may change what it gets
	err := s.committer.submit(&job{ctx: ctx, work: work, answer: make(chan error, 1), committed: func() {
		for _, g := range stored {
			s.recent.put(g)
		}
	}})
	return grants, err
}

// Grant implements messaging.GrantStore.
func (s *Store) Grant(ctx context.Context, appID, id string) (muban.Grant, error) {
	grant, err := scanGrant(s.reader.QueryRowContext(ctx,
		`SELECT `+grantColumns+` FROM grants WHERE app_id = $1 AND grant_id = $2`, appID, id))
	return grant, s.orNotFound(err, "grant", id)
}

// GrantElsewhere implements messaging.GrantStore.
func (s *Store) GrantElsewhere(ctx context.Context, platform muban.Platform, id string) (bool, error) {
	var found int
	err := s.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM grants
		WHERE grant_id = $1 AND app_id IN (SELECT app_id FROM apps WHERE platform = $2)`, id, string(platform)).Scan(&found)
	return found > 0, err
}

// Grants implements messaging.GrantStore.
func (s *Store) Grants(ctx context.Context, appID string, filter muban.GrantFilter, now time.Time, page muban.Page) (muban.List[muban.Grant], error) {
	where := conditions{}
	where.add(`app_id = $%d`, appID)
	where.add(`seq < $%d`, before(page))
	if filter.UserNo != 0 {
		where.add(`user_no = $%d`, filter.UserNo)
	}
	switch filter.State {
	case muban.GrantSpendable:
		where.add(`remaining > 0 AND expires_at > $%d`, millis(now))
	case muban.GrantExpired:
		where.add(`remaining > 0 AND expires_at <= $%d`, millis(now))
	case muban.GrantSpent:
		where.parts = append(where.parts, `remaining = 0`)
	}
	if !filter.ExpiresBy.IsZero() {
		where.add(`expires_at <= $%d`, millis(filter.ExpiresBy))
	}
	query := fmt.Sprintf(`SELECT %s FROM grants %s ORDER BY seq DESC LIMIT %d`, grantColumns, where.text(), page.Limit+1)
	rows, err := s.reader.QueryContext(ctx, query, where.args...)
	if err != nil {
		return muban.List[muban.Grant]{}, s.orBusy(err)
	}
	grants, err := collect(rows, scanGrant)
	return paged(grants, page, func(g muban.Grant) int64 { return g.Seq }), err
}
