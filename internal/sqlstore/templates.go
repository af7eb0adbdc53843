package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/muban-dev/muban"
)

// templateBody is what of a template is not searched by.
type templateBody struct {
	Content         string                  `json:"content"`
	Example         string                  `json:"example,omitempty"`
	LibraryID       string                  `json:"library_id,omitempty"`
	KeywordIDs      []int                   `json:"keyword_ids,omitempty"`
	Keywords        []muban.TemplateKeyword `json:"keywords,omitempty"`
	PrimaryIndustry string                  `json:"primary_industry,omitempty"`
	DeputyIndustry  string                  `json:"deputy_industry,omitempty"`
}

const templateColumns = `seq, app_id, template_id, title, body, created_at`

func scanTemplate(row scanner) (muban.Template, error) {
	var t muban.Template
	var text string
	var created int64
	if err := row.Scan(&t.Seq, &t.AppID, &t.ID, &t.Title, &text, &created); err != nil {
		return t, err
	}
	var body templateBody
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return t, fmt.Errorf("template %s: %w", t.ID, err)
	}
	t.Content, t.Example, t.LibraryID = body.Content, body.Example, body.LibraryID
	t.KeywordIDs, t.Keywords = body.KeywordIDs, body.Keywords
	t.PrimaryIndustry, t.DeputyIndustry = body.PrimaryIndustry, body.DeputyIndustry
	t.CreatedAt = instant(created)
	return t, nil
}

// CreateTemplate implements messaging.TemplateStore.
func (s *Store) CreateTemplate(ctx context.Context, t muban.Template, check func(held int64) error) (muban.Template, error) {
	body, err := json.Marshal(templateBody{
		t.Content, t.Example, t.LibraryID, t.KeywordIDs, t.Keywords, t.PrimaryIndustry, t.DeputyIndustry,
	})
	if err != nil {
		return t, err
	}
	if t.Seq, err = s.ids.next(); err != nil {
		return t, err
	}
	err = s.writeAt(ctx, locksApp.of(t.AppID, ""), func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lockApp(ctx, tx, t.AppID); err != nil {
			return err
		}
		held, err := countTemplates(ctx, tx, t.AppID)
		if err != nil {
			return err
		}
		if err := check(held); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO templates (`+templateColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
			t.Seq, t.AppID, t.ID, t.Title, string(body), millis(t.CreatedAt))
		if err != nil {
			return s.orConflict(err, "template", t.ID)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO template_texts (seq, app_id, template_id, title, content) VALUES ($1, $2, $3, $4, $5)`,
			t.Seq, t.AppID, t.ID, t.Title, t.Content)
		return err
	})
	return t, err
}

func countTemplates(ctx context.Context, q querier, appID string) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(*) FROM templates WHERE app_id = $1`, appID).Scan(&n)
	return n, err
}

// Template implements messaging.TemplateStore.
func (s *Store) Template(ctx context.Context, appID, id string) (muban.Template, error) {
	template, err := scanTemplate(s.reader.QueryRowContext(ctx,
		`SELECT `+templateColumns+` FROM templates WHERE app_id = $1 AND template_id = $2`, appID, id))
	return template, s.orNotFound(err, "template", id)
}

// TemplateRange implements messaging.TemplateStore.
func (s *Store) TemplateRange(ctx context.Context, appID string, r muban.Range) ([]muban.Template, int64, error) {
	total, err := countTemplates(ctx, s.reader, appID)
	if err != nil {
		return nil, 0, s.orBusy(err)
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT `+templateColumns+` FROM templates
		WHERE app_id = $1 ORDER BY seq LIMIT $2 OFFSET $3`, appID, r.Count, r.Offset)
	if err != nil {
		return nil, 0, s.orBusy(err)
	}
	templates, err := collect(rows, scanTemplate)
	return templates, total, s.orBusy(err)
}

// Templates implements messaging.TemplateStore.
func (s *Store) Templates(ctx context.Context, appID string, page muban.Page) (muban.List[muban.Template], error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT `+templateColumns+` FROM templates
		WHERE app_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`, appID, before(page), page.Limit+1)
	if err != nil {
		return muban.List[muban.Template]{}, s.orBusy(err)
	}
	templates, err := collect(rows, scanTemplate)
	return paged(templates, page, func(t muban.Template) int64 { return t.Seq }), s.orBusy(err)
}

// DeleteTemplate implements messaging.TemplateStore.
func (s *Store) DeleteTemplate(ctx context.Context, appID, id string) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		s.templates.forget()
		result, err := tx.ExecContext(ctx, `DELETE FROM templates WHERE app_id = $1 AND template_id = $2`, appID, id)
		return mustTouch(result, err, "template", id)
	})
}

// dropTemplates deletes those of an app's templates that drop picks.
func dropTemplates(ctx context.Context, tx *sql.Tx, appID string, drop func(muban.Template) bool) error {
	rows, err := tx.QueryContext(ctx, `SELECT `+templateColumns+` FROM templates WHERE app_id = $1 ORDER BY seq`, appID) // in the order of sends that hold them
	if err != nil {
		return err
	}
	templates, err := collect(rows, scanTemplate)
	if err != nil {
		return err
	}
	for _, t := range templates {
		if !drop(t) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM templates WHERE app_id = $1 AND template_id = $2`, appID, t.ID); err != nil {
			return fmt.Errorf("dropping template %s: %w", t.ID, err)
		}
	}
	return nil
}
