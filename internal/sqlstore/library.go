package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/muban-dev/muban"
)

// titleBody is what of a title is not searched by.
type titleBody struct {
	Keywords        []muban.Keyword `json:"keywords,omitempty"`
	Content         string          `json:"content,omitempty"`
	Example         string          `json:"example,omitempty"`
	PrimaryIndustry string          `json:"primary_industry,omitempty"`
	DeputyIndustry  string          `json:"deputy_industry,omitempty"`
}

const titleColumns = `seq, platform, id, title, body`

func scanTitle(row scanner) (muban.Title, error) {
	var t muban.Title
	var text string
	if err := row.Scan(&t.Seq, &t.Platform, &t.ID, &t.Title, &text); err != nil {
		return t, err
	}
	var body titleBody
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return t, fmt.Errorf("title %s: %w", t.ID, err)
	}
	t.Keywords, t.Content, t.Example = body.Keywords, body.Content, body.Example
	t.PrimaryIndustry, t.DeputyIndustry = body.PrimaryIndustry, body.DeputyIndustry
	return t, nil
}

func (s *Store) putTitle(ctx context.Context, tx *sql.Tx, t muban.Title) error {
	body, err := json.Marshal(titleBody{t.Keywords, t.Content, t.Example, t.PrimaryIndustry, t.DeputyIndustry})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO titles (`+titleColumns+`) VALUES ($1, $2, $3, $4, $5)`,
		t.Seq, string(t.Platform), t.ID, t.Title, string(body))
	return s.orConflict(err, "title", t.ID)
}

// seedLibrary fills the library of a new database, once: titles that are
// deleted later stay deleted.
func (s *Store) seedLibrary(ctx context.Context, titles []muban.Title) error {
	const key = "library_seeded"
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // no effect after the commit
	// A second node waits here for the first, and then finds it done.
	result, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, '1') ON CONFLICT (key) DO NOTHING`, key)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	for _, title := range titles {
		if title.Seq, err = s.ids.next(); err != nil {
			return err
		}
		if err := s.putTitle(ctx, tx, title); err != nil {
			return fmt.Errorf("starter library: %w", err)
		}
	}
	return tx.Commit()
}

// Title implements messaging.LibraryStore.
func (s *Store) Title(ctx context.Context, platform muban.Platform, id string) (muban.Title, error) {
	title, err := scanTitle(s.reader.QueryRowContext(ctx,
		`SELECT `+titleColumns+` FROM titles WHERE platform = $1 AND id = $2`, string(platform), id))
	return title, s.orNotFound(err, "title", id)
}

// TitleRange implements messaging.LibraryStore.
func (s *Store) TitleRange(ctx context.Context, platform muban.Platform, r muban.Range) ([]muban.Title, int64, error) {
	var total int64
	err := s.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM titles WHERE platform = $1`, string(platform)).Scan(&total)
	if err != nil {
		return nil, 0, s.orBusy(err)
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT `+titleColumns+` FROM titles
		WHERE platform = $1 ORDER BY seq LIMIT $2 OFFSET $3`, string(platform), r.Count, r.Offset)
	if err != nil {
		return nil, 0, s.orBusy(err)
	}
	titles, err := collect(rows, scanTitle)
	return titles, total, s.orBusy(err)
}

// Titles implements messaging.LibraryStore.
func (s *Store) Titles(ctx context.Context, platform muban.Platform, q string, page muban.Page) (muban.List[muban.Title], error) {
	if !storable(q) {
		return muban.List[muban.Title]{}, nil
	}
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q) + "%"
	rows, err := s.reader.QueryContext(ctx, `SELECT `+titleColumns+` FROM titles
		WHERE platform = $1 AND seq < $2 AND (LOWER(id) LIKE LOWER($3) ESCAPE '\' OR LOWER(title) LIKE LOWER($4) ESCAPE '\')
		ORDER BY seq DESC LIMIT $5`, string(platform), before(page), pattern, pattern, page.Limit+1)
	if err != nil {
		return muban.List[muban.Title]{}, s.orBusy(err)
	}
	titles, err := collect(rows, scanTitle)
	return paged(titles, page, func(t muban.Title) int64 { return t.Seq }), s.orBusy(err)
}

// CreateTitle implements messaging.LibraryStore.
func (s *Store) CreateTitle(ctx context.Context, title muban.Title) (muban.Title, error) {
	seq, err := s.ids.next()
	if err != nil {
		return title, err
	}
	title.Seq = seq
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.putTitle(ctx, tx, title) })
	return title, err
}

// DeleteTitle implements messaging.LibraryStore.
func (s *Store) DeleteTitle(ctx context.Context, platform muban.Platform, id string) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM titles WHERE platform = $1 AND id = $2`, string(platform), id)
		return mustTouch(result, err, "title", id)
	})
}
