package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/muban-dev/muban"
)

const keywordRequestColumns = `seq, platform, app_id, title_id, name, example, state, reason, keyword_id, created_at, decided_at`

func scanKeywordRequest(row scanner) (muban.KeywordRequest, error) {
	var r muban.KeywordRequest
	var created, decided int64
	err := row.Scan(&r.Seq, &r.Platform, &r.AppID, &r.TitleID, &r.Name, &r.Example, &r.State, &r.Reason, &r.KeywordID, &created, &decided)
	r.CreatedAt, r.DecidedAt = instant(created), instant(decided)
	return r, err
}

// CreateKeywordRequest implements messaging.LibraryStore.
func (s *Store) CreateKeywordRequest(ctx context.Context, r muban.KeywordRequest) (muban.KeywordRequest, error) {
	seq, err := s.ids.next()
	if err != nil {
		return r, err
	}
	r.Seq = seq
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.holdApp(ctx, tx, r.AppID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO keyword_requests (`+keywordRequestColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			r.Seq, string(r.Platform), r.AppID, r.TitleID, r.Name, r.Example, string(r.State), r.Reason, r.KeywordID,
			millis(r.CreatedAt), millis(r.DecidedAt))
		return err
	})
	return r, err
}

// KeywordRequests implements messaging.LibraryStore.
func (s *Store) KeywordRequests(ctx context.Context, filter muban.KeywordRequestFilter, page muban.Page) (muban.List[muban.KeywordRequest], error) {
	if !storable(filter.AppID) {
		return muban.List[muban.KeywordRequest]{}, nil
	}
	where := conditions{}
	where.add(`platform = $%d`, string(filter.Platform))
	where.add(`seq < $%d`, before(page))
	if filter.AppID != "" {
		where.add(`app_id = $%d`, filter.AppID)
	}
	if filter.State != "" {
		where.add(`state = $%d`, string(filter.State))
	}
	rows, err := s.reader.QueryContext(ctx, fmt.Sprintf(`SELECT %s FROM keyword_requests %s ORDER BY seq DESC LIMIT %d`,
		keywordRequestColumns, where.text(), page.Limit+1), where.args...)
	if err != nil {
		return muban.List[muban.KeywordRequest]{}, s.orBusy(err)
	}
	requests, err := collect(rows, scanKeywordRequest)
	return paged(requests, page, func(r muban.KeywordRequest) int64 { return r.Seq }), s.orBusy(err)
}

// DecideKeywordRequest implements messaging.LibraryStore.
func (s *Store) DecideKeywordRequest(ctx context.Context, platform muban.Platform, seq int64, decide func(*muban.KeywordRequest, *muban.Title) error) (muban.KeywordRequest, error) {
	var decided muban.KeywordRequest
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err := scanKeywordRequest(tx.QueryRowContext(ctx, `SELECT `+keywordRequestColumns+` FROM keyword_requests
			WHERE seq = $1 AND platform = $2`+s.lock("seq"), seq, string(platform)))
		if err != nil {
			return mustFind(err, "keyword request", strconv.FormatInt(seq, 10))
		}
		title, err := s.lockTitle(ctx, tx, platform, r.TitleID)
		if err != nil {
			return err
		}
		if err := decide(&r, title); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE keyword_requests SET state = $1, reason = $2, keyword_id = $3, decided_at = $4 WHERE seq = $5`,
			string(r.State), r.Reason, r.KeywordID, millis(r.DecidedAt), seq)
		if err != nil {
			return err
		}
		decided = r
		return updateKeywords(ctx, tx, title)
	})
	return decided, err
}

// lockTitle reads a title and keeps it from others; nil where there is none.
func (s *Store) lockTitle(ctx context.Context, tx *sql.Tx, platform muban.Platform, id string) (*muban.Title, error) {
	title, err := scanTitle(tx.QueryRowContext(ctx,
		`SELECT `+titleColumns+` FROM titles WHERE platform = $1 AND id = $2`+s.lock("seq"), string(platform), id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &title, err
}

// updateKeywords stores what of a title may change.
func updateKeywords(ctx context.Context, tx *sql.Tx, t *muban.Title) error {
	if t == nil {
		return nil
	}
	body, err := json.Marshal(titleBody{t.Keywords, t.Content, t.Example, t.PrimaryIndustry, t.DeputyIndustry})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE titles SET body = $1 WHERE platform = $2 AND id = $3`, string(body), string(t.Platform), t.ID)
	return err
}
