package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/muban-dev/muban"
)

// firstNumber is where app numbers begin, so that Baidu's tokens end in as
// many digits as live ones do.
const firstNumber = 16_000_001

const appColumns = `number, app_id, platform, name, secret, settings, created_at`

func scanApp(row scanner) (muban.App, error) {
	var a muban.App
	var settings string
	var created int64
	err := row.Scan(&a.Number, &a.ID, &a.Platform, &a.Name, &a.Secret, &settings, &created)
	if err != nil {
		return a, err
	}
	a.CreatedAt = instant(created)
	if err := json.Unmarshal([]byte(settings), &a.Settings); err != nil {
		return a, fmt.Errorf("settings of app %s: %w", a.ID, err)
	}
	return a, nil
}

// CreateApp implements messaging.AppStore.
func (s *Store) CreateApp(ctx context.Context, app muban.App) (muban.App, error) {
	return s.createApp(ctx, app, func(context.Context, *sql.Tx) error { return nil })
}

// createApp stores an app and, in the same transaction, what besides does.
func (s *Store) createApp(ctx context.Context, app muban.App, besides func(context.Context, *sql.Tx) error) (muban.App, error) {
	settings, err := json.Marshal(app.Settings)
	if err != nil {
		return app, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if app.Number, err = nextNumber(ctx, tx); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO apps (`+appColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			app.Number, app.ID, string(app.Platform), app.Name, app.Secret, string(settings), millis(app.CreatedAt))
		if err != nil {
			return s.orConflict(err, "app", app.ID)
		}
		return besides(ctx, tx)
	})
	return app, err
}

// numberKey is the meta entry with the newest number that an app was given.
const numberKey = "app_numbers"

// nextNumber is a number that no app had before: whoever knows an app by its
// number would take the next one for it. One node at a time gives one out.
func nextNumber(ctx context.Context, tx *sql.Tx) (int64, error) {
	var given string
	err := tx.QueryRowContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, '')
		ON CONFLICT (key) DO UPDATE SET value = meta.value RETURNING value`, numberKey).Scan(&given)
	if err != nil {
		return 0, err
	}
	var newest int64
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM apps`).Scan(&newest); err != nil {
		return 0, err
	}
	last, _ := strconv.ParseInt(given, 10, 64) // 0 for what earlier versions wrote
	number := max(firstNumber, newest+1, last+1)
	return number, setMeta(ctx, tx, numberKey, strconv.FormatInt(number, 10))
}

// lockApp is holdApp that keeps the app's row, and what is decided under it,
// from other nodes altogether.
func (s *Store) lockApp(ctx context.Context, tx *sql.Tx, appID string) error {
	var found string
	err := tx.QueryRowContext(ctx, `SELECT app_id FROM apps WHERE app_id = $1`+s.lock("app_id"), appID).Scan(&found)
	return mustFind(err, "app", appID)
}

// App implements messaging.AppStore.
func (s *Store) App(ctx context.Context, appID string) (muban.App, error) {
	app, err := scanApp(s.reader.QueryRowContext(ctx, `SELECT `+appColumns+` FROM apps WHERE app_id = $1`, appID))
	return app, s.orNotFound(err, "app", appID)
}

// AppByNumber implements messaging.AppStore.
func (s *Store) AppByNumber(ctx context.Context, number int64) (muban.App, error) {
	app, err := scanApp(s.reader.QueryRowContext(ctx, `SELECT `+appColumns+` FROM apps WHERE number = $1`, number))
	return app, s.orNotFound(err, "app number", fmt.Sprint(number))
}

// Apps implements messaging.AppStore.
func (s *Store) Apps(ctx context.Context, page muban.Page) (muban.List[muban.App], error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT `+appColumns+` FROM apps
		WHERE number < $1 ORDER BY number DESC LIMIT $2`, before(page), page.Limit+1)
	if err != nil {
		return muban.List[muban.App]{}, s.orBusy(err)
	}
	apps, err := collect(rows, scanApp)
	return paged(apps, page, func(a muban.App) int64 { return a.Number }), s.orBusy(err)
}

// UpdateApp implements messaging.AppStore.
func (s *Store) UpdateApp(ctx context.Context, appID string, edit func(*muban.App) error) (muban.App, error) {
	var app muban.App
	err := s.writeAt(ctx, locksApp.of(appID, ""), func(ctx context.Context, tx *sql.Tx) (err error) {
		app, err = s.updateApp(ctx, tx, appID, edit)
		return err
	})
	return app, err
}

// UpdateAppDropping implements messaging.AppStore.
func (s *Store) UpdateAppDropping(ctx context.Context, appID string, edit func(*muban.App) error, drop func(muban.Template) bool) (muban.App, error) {
	var app muban.App
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if app, err = s.updateApp(ctx, tx, appID, edit); err != nil {
			return err
		}
		s.templates.forget()
		return dropTemplates(ctx, tx, appID, drop)
	})
	return app, err
}

func (s *Store) updateApp(ctx context.Context, tx *sql.Tx, appID string, edit func(*muban.App) error) (muban.App, error) {
	app, err := scanApp(tx.QueryRowContext(ctx, `SELECT `+appColumns+` FROM apps WHERE app_id = $1`+s.lock("app_id"), appID))
	if err != nil {
		return app, mustFind(err, "app", appID)
	}
	if err := edit(&app); err != nil {
		return app, err
	}
	settings, err := json.Marshal(app.Settings)
	if err != nil {
		return app, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE apps SET name = $1, secret = $2, settings = $3 WHERE app_id = $4`,
		app.Name, app.Secret, string(settings), appID)
	return app, err
}

// DeleteApp implements messaging.AppStore.
func (s *Store) DeleteApp(ctx context.Context, appID string) error {
	return s.delete(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM apps WHERE app_id = $1`, appID)
		if err := mustTouch(result, err, "app", appID); err != nil {
			return err
		}
		for _, table := range []string{
			// First, in the order of a send: one that has its counter, or holds its
			// template, is over then, another finds none (see openBooks). So it is
			// with all else, which holds the app.
			"daily_sends", "templates",
			// Grants before their spends, as retention has them.
			"outbox", "callbacks", "client_msg_ids", "messages", "unread_marks", "grants", "spends", "template_texts", "user_ids", "users", "tokens",
			"platform_keys", "authorizations", "login_codes", "keyword_requests",
			"daily_sends", // also those that were made meanwhile
		} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE app_id = $1`, appID); err != nil {
				return fmt.Errorf("deleting the app's %s: %w", table, err)
			}
		}
		// Nor may a later app of the same id act for others by what this one had.
		if _, err := tx.ExecContext(ctx, `DELETE FROM authorizations WHERE agent_id = $1`, appID); err != nil {
			return fmt.Errorf("deleting the app's authorizations: %w", err)
		}
		return nil
	})
}
