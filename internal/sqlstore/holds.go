package sqlstore

import (
	"context"
	"database/sql"
)

// What is stored for an app is decided by what was read before, or came from a
// cache. Meanwhile the app may have been deleted, and what is stored then would
// be nobody's, and one day that of another app with the same id. So whoever
// stores something for an app holds it: what is held is there, and stays until
// the transaction ends.

// holdApp holds an app, or refuses where it is gone.
func (s *Store) holdApp(ctx context.Context, tx *sql.Tx, appID string) error {
	var one int
	err := tx.QueryRowContext(ctx, `SELECT 1 FROM apps WHERE app_id = $1`+s.hold(""), appID).Scan(&one)
	return mustFind(err, "app", appID)
}

// holdUser holds an app and one of its users, whom the caller knew by an id: with
// one statement, prepared, since a mint is as frequent as a send.
func (s *Store) holdUser(ctx context.Context, tx *sql.Tx, appID string, userNo int64, id string) error {
	rows, err := s.hot.query(ctx, `SELECT 1 FROM apps JOIN users ON users.app_id = apps.app_id
		WHERE apps.app_id = ? AND users.user_no = ?`+s.hold(""), []any{appID, userNo})
	if err != nil {
		return err
	}
	found, err := collect(rows, func(row scanner) (one int, err error) { return one, row.Scan(&one) })
	if err != nil || len(found) > 0 {
		return err
	}
	if err := s.holdApp(ctx, tx, appID); err != nil {
		return err
	}
	return mustFind(sql.ErrNoRows, "user", id)
}

// hold is what a SELECT ends with that keeps other nodes from deleting its
// rows, and lets them do anything else; in that order, if one is given. Where
// one process has the database alone it is empty: it has one transaction at a
// time.
func (s *Store) hold(order string) string {
	switch {
	case !s.shared:
		return ""
	case order == "":
		return " FOR KEY SHARE"
	}
	return " ORDER BY " + order + " FOR KEY SHARE"
}

// templateKey names a template by the number that no other ever has: an app
// that was deleted and made again has others.
type templateKey struct {
	appID string
	seq   int64
}

// keptTemplates are templates that the committer knows to be there, so that it
// need not ask for each group. Like recentGrants it is the committer's alone,
// and a nil one, on a database that others share, knows nothing.
type keptTemplates struct{ known map[templateKey]struct{} }

// mostTemplates bounds the memory.
const mostTemplates = 16 << 10

func newKeptTemplates() *keptTemplates {
	return &keptTemplates{known: make(map[templateKey]struct{})}
}

func (k *keptTemplates) has(key templateKey) bool {
	if k == nil {
		return false
	}
	_, known := k.known[key]
	return known
}

func (k *keptTemplates) put(key templateKey) {
	if k == nil {
		return
	}
	if len(k.known) >= mostTemplates {
		clear(k.known)
	}
	k.known[key] = struct{}{}
}

// forget drops everything: a template is deleted, or its app.
func (k *keptTemplates) forget() {
	if k != nil {
		clear(k.known)
	}
}

// readTemplates notes which of the sends' templates are there.
func (s *Store) readTemplates(ctx context.Context, b *books, sends []*acceptance, hold string) error {
	var asked []templateKey
	for _, send := range sends {
		key := send.templateKey()
		if _, met := b.templates[key]; met {
			continue
		}
		known := s.templates.has(key)
		b.templates[key] = known
		if !known {
			asked = append(asked, key)
		}
	}
	return inParts(s, asked, func(part []templateKey) error {
		wanted := s.rowsOf(len(part), "app_id seq#")
		for _, key := range part {
			wanted.text(key.appID)
			wanted.number(key.seq)
		}
		return s.hot.ask(ctx, `SELECT app_id, seq FROM templates
			WHERE (app_id, seq) IN (`+wanted.source()+`)`+hold, wanted.args(), func(row scanner) error {
			var key templateKey
			if err := row.Scan(&key.appID, &key.seq); err != nil {
				return err
			}
			b.templates[key] = true
			s.templates.put(key)
			return nil
		})
	})
}

func (send *acceptance) templateKey() templateKey {
	return templateKey{send.Message.AppID, send.Message.TemplateSeq}
}
