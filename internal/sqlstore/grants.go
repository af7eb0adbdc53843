package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/muban-dev/muban"
)

// CreateGrants implements messaging.GrantStore.
func (s *Store) CreateGrants(ctx context.Context, grants []muban.Grant) ([]muban.Grant, error) {
	for i := range grants {
		seq, err := s.ids.next()
		if err != nil {
			return nil, err
		}
		grants[i].Seq = seq
	}
	work := func(ctx context.Context, tx *sql.Tx) error {
		if err := s.holdOwners(ctx, tx, grants); err != nil {
			return err
		}
		return inParts(s, grants, func(part []muban.Grant) error {
			minted := s.grantRows(part)
			err := s.hot.exec(ctx, `INSERT INTO grants (`+minted.list()+`) `+minted.source(), minted.args())
			return s.orConflict(err, "grant", part[0].ID)
		})
	}
	stored := slices.Clone(grants) // the caller may change what it gets
	at := place{locks: locksGrantIDs}
	if len(grants) > 0 { // ids of one's own are minted one by one
		at = locksGrantIDs.of(grants[0].AppID, grants[0].ID)
	}
	err := s.committer.submit(&job{ctx: ctx, work: work, place: at, committed: func() {
		for _, g := range stored {
			s.recent.put(g)
		}
	}})
	return grants, err
}

// holdOwners holds those whose grants are stored, mostly one user.
func (s *Store) holdOwners(ctx context.Context, tx *sql.Tx, grants []muban.Grant) error {
	return inRuns(grants, func(g muban.Grant) owner { return owner{g.AppID, g.UserNo} }, func(part []muban.Grant) error {
		return s.holdUser(ctx, tx, part[0].AppID, part[0].UserNo, part[0].UserID)
	})
}

func (s *Store) grantRows(grants []muban.Grant) *rows {
	r := s.rowsOf(len(grants), "seq# app_id grant_id kind user_no# user_id logged_in# uses# issued_at# expires_at#")
	for _, g := range grants {
		r.number(g.Seq)
		r.text(g.AppID)
		r.text(g.ID)
		r.text(string(g.Kind))
		r.number(g.UserNo)
		r.text(g.UserID)
		r.number(flag(g.LoggedIn))
		r.number(int64(g.Uses))
		r.number(millis(g.IssuedAt))
		r.number(millis(g.ExpiresAt))
	}
	return r
}

// Grant implements messaging.GrantStore.
func (s *Store) Grant(ctx context.Context, appID, id string) (muban.Grant, error) {
	where := conditions{}
	where.add(`app_id = $%d`, appID)
	where.add(`grant_id = $%d`, id)
	grants, err := s.listGrants(ctx, where, 1)
	if err == nil && len(grants) == 0 {
		err = s.orNotFound(sql.ErrNoRows, "grant", id)
	}
	if err != nil {
		return muban.Grant{}, err
	}
	return grants[0], nil
}

// listGrants reads grants, newest first.
func (s *Store) listGrants(ctx context.Context, where conditions, limit int) ([]muban.Grant, error) {
	query := fmt.Sprintf(`SELECT %s FROM (SELECT %s FROM grants %s ORDER BY seq DESC LIMIT %d)%sORDER BY g.seq DESC, s.use`,
		grantUses, grantColumns, where.text(), limit, joinSpends)
	read, err := s.reader.QueryContext(ctx, query, where.args...)
	if err != nil {
		return nil, s.orBusy(err)
	}
	uses, err := collect(read, scanGrantUse)
	return mergeUses(uses), err
}

// GrantElsewhere implements messaging.GrantStore.
func (s *Store) GrantElsewhere(ctx context.Context, platform muban.Platform, id string) (bool, error) {
	var found int
	err := s.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM grants
		WHERE grant_id = $1 AND app_id IN (SELECT app_id FROM apps WHERE platform = $2)`, id, string(platform)).Scan(&found)
	return found > 0, s.orBusy(err)
}

// Grants implements messaging.GrantStore.
func (s *Store) Grants(ctx context.Context, appID string, filter muban.GrantFilter, now time.Time, page muban.Page) (muban.List[muban.Grant], error) {
	where := conditions{}
	where.add(`app_id = $%d`, appID)
	where.add(`seq < $%d`, before(page))
	if filter.UserNo != 0 {
		where.add(`user_no = $%d`, filter.UserNo)
	}
	if filter.IssuedTo != "" {
		where.add(`user_id = $%d`, filter.IssuedTo)
	}
	switch filter.State {
	case muban.GrantSpendable:
		where.add(leftUses+` > 0 AND expires_at > $%d`, millis(now))
	case muban.GrantExpired:
		where.add(leftUses+` > 0 AND expires_at <= $%d`, millis(now))
	case muban.GrantSpent:
		where.parts = append(where.parts, leftUses+` = 0`)
	}
	if !filter.ExpiresBy.IsZero() {
		where.add(`expires_at <= $%d`, millis(filter.ExpiresBy))
	}
	grants, err := s.listGrants(ctx, where, page.Limit+1)
	return paged(grants, page, func(g muban.Grant) int64 { return g.Seq }), s.orBusy(err)
}

// leftUses is what is left of a row of grants.
const leftUses = `(uses - (SELECT COUNT(*) FROM spends WHERE spends.app_id = grants.app_id AND spends.grant_seq = grants.seq))`
