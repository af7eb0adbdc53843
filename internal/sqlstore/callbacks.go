package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/muban-dev/muban"
)

// eventBody is an event as it is stored with its callback.
type eventBody struct {
	Kind      muban.EventKind `json:"kind"`
	UserID    string          `json:"user"`
	MessageID muban.MessageID `json:"message_id"`
	State     muban.State     `json:"state"`
	Reason    muban.Reason    `json:"reason,omitempty"`
	At        int64           `json:"at"` // Unix milliseconds
}

// attemptBody is an attempt as it is stored with its callback.
type attemptBody struct {
	At       int64  `json:"at"` // Unix milliseconds
	Status   int    `json:"status,omitempty"`
	Error    string `json:"error,omitempty"`
	Took     int64  `json:"took"` // microseconds
	Response string `json:"response,omitempty"`
	Query    string `json:"query,omitempty"`
	Body     string `json:"body,omitempty"`
	Plain    string `json:"plain,omitempty"`
	URL      string `json:"url"`
}

func eventText(e muban.Event) (string, error) {
	text, err := json.Marshal(eventBody{e.Kind, e.UserID, e.MessageID, e.State, e.Reason, millis(e.At)})
	return string(text), err
}

func attemptsText(attempts []muban.Attempt) (string, error) {
	bodies := make([]attemptBody, len(attempts))
	for i, a := range attempts {
		bodies[i] = attemptBody{
			At: millis(a.At), Status: a.Status, Error: a.Error, Took: a.Took.Microseconds(), Response: a.Response, URL: a.URL,
			Query: a.Sent.Query, Body: a.Sent.Body, Plain: a.Sent.Plain,
		}
	}
	text, err := json.Marshal(bodies)
	return string(text), err
}

// callbackColumns are of a callback and, where it waits, of its place in the
// outbox.
const callbackColumns = `c.seq, c.app_id, c.state, c.attempts_left, c.created_at, c.url, c.event, c.attempts, COALESCE(o.due_at, 0)`

const callbackTables = ` FROM callbacks c LEFT JOIN outbox o ON o.app_id = c.app_id AND o.seq = c.seq `

func scanCallback(row scanner) (muban.Callback, error) {
	var c muban.Callback
	var created, due int64
	var event, attempts string
	if err := row.Scan(&c.Seq, &c.AppID, &c.State, &c.Left, &created, &c.URL, &event, &attempts, &due); err != nil {
		return c, err
	}
	var e eventBody
	var tried []attemptBody
	if err := errors.Join(json.Unmarshal([]byte(event), &e), json.Unmarshal([]byte(attempts), &tried)); err != nil {
		return c, fmt.Errorf("callback %d: %w", c.Seq, err)
	}
	c.CreatedAt, c.DueAt = instant(created), instant(due)
	c.Event = muban.Event{Kind: e.Kind, UserID: e.UserID, MessageID: e.MessageID, State: e.State, Reason: e.Reason, At: instant(e.At)}
	for _, a := range tried {
		c.Attempts = append(c.Attempts, muban.Attempt{
			At: instant(a.At), Status: a.Status, Error: a.Error, Took: time.Duration(a.Took) * time.Microsecond, Response: a.Response, URL: a.URL,
			Sent: muban.Sent{Query: a.Query, Body: a.Body, Plain: a.Plain},
		})
	}
	return c, nil
}

// Callback implements messaging.CallbackStore.
func (s *Store) Callback(ctx context.Context, seq int64) (muban.Callback, error) {
	c, err := scanCallback(s.reader.QueryRowContext(ctx, `SELECT `+callbackColumns+callbackTables+`WHERE c.seq = $1`, seq))
	return c, s.orNotFound(err, "callback", strconv.FormatInt(seq, 10))
}

// Callbacks implements messaging.CallbackStore.
func (s *Store) Callbacks(ctx context.Context, filter muban.CallbackFilter, page muban.Page) (muban.List[muban.Callback], error) {
	where := conditions{}
	where.add(`c.seq < $%d`, before(page))
	if filter.AfterSeq > 0 {
		where.add(`c.seq > $%d`, filter.AfterSeq)
	}
	if filter.AppID != "" {
		where.add(`c.app_id = $%d`, filter.AppID)
	}
	if filter.State != "" {
		where.add(`c.state = $%d`, string(filter.State))
	}
	if filter.MessageSeq != 0 {
		where.add(`c.message_seq = $%d`, filter.MessageSeq)
	}
	query := fmt.Sprintf(`SELECT %s%s%s ORDER BY c.seq DESC LIMIT %d`, callbackColumns, callbackTables, where.text(), page.Limit+1)
	rows, err := s.reader.QueryContext(ctx, query, where.args...)
	if err != nil {
		return muban.List[muban.Callback]{}, s.orBusy(err)
	}
	callbacks, err := collect(rows, scanCallback)
	return paged(callbacks, page, func(c muban.Callback) int64 { return c.Seq }), s.orBusy(err)
}

// ResendCallback implements messaging.CallbackStore.
func (s *Store) ResendCallback(ctx context.Context, seq int64, now time.Time) (muban.Callback, error) {
	var resent muban.Callback
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var appID string
		err := tx.QueryRowContext(ctx, `SELECT app_id FROM callbacks WHERE seq = $1`, seq).Scan(&appID)
		if err != nil {
			return mustFind(err, "callback", strconv.FormatInt(seq, 10))
		}
		if err := s.holdApp(ctx, tx, appID); err != nil {
			return err
		}
		// The outbox comes first, as in RecordAttempts: neither waits for the
		// other's lock.
		_, err = tx.ExecContext(ctx, `INSERT INTO outbox (app_id, seq, due_at)
			SELECT app_id, seq, CAST($1 AS BIGINT) FROM callbacks WHERE seq = $2
			ON CONFLICT (app_id, seq) DO UPDATE SET due_at = excluded.due_at`, millis(now), seq)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `UPDATE callbacks
			SET attempts_left = CASE WHEN state = $1 THEN attempts_left + 1 ELSE 1 END, state = $1 WHERE seq = $2`,
			string(muban.CallbackPending), seq)
		if err := mustTouch(result, err, "callback", strconv.FormatInt(seq, 10)); err != nil {
			return err
		}
		resent, err = scanCallback(tx.QueryRowContext(ctx, `SELECT `+callbackColumns+callbackTables+`WHERE c.seq = $1`, seq))
		return err
	})
	if err == nil {
		s.outbox.hint(resent.AppID)
		s.tails.touch(nil, []int64{seq})
		s.announceDue()
		s.announceChange()
	}
	return resent, err
}

// insertCallbacks stores the callbacks of accepted sends, each with its place
// in the outbox.
func (s *Store) insertCallbacks(ctx context.Context, accepted []*acceptance) error {
	var told []*muban.Callback
	for _, send := range accepted {
		if c := send.Callback; c != nil {
			told = append(told, c)
		}
	}
	return inChunks(told, func(part []*muban.Callback) error {
		callbacks := make([]any, 0, 9*len(part))
		due := make([]any, 0, 3*len(part))
		for _, c := range part {
			event, err := eventText(c.Event)
			if err != nil {
				return err
			}
			callbacks = append(callbacks, c.Seq, c.AppID, c.Event.MessageID.Seq(), string(c.State), c.Left, millis(c.CreatedAt), c.URL, event, `[]`)
			due = append(due, c.AppID, c.Seq, millis(c.DueAt))
		}
		err := s.hot.later(ctx, `INSERT INTO callbacks
			(seq, app_id, message_seq, state, attempts_left, created_at, url, event, attempts) VALUES `+tuples(len(part), 9), callbacks)
		if err != nil {
			return err
		}
		return s.hot.later(ctx, `INSERT INTO outbox (app_id, seq, due_at) VALUES `+tuples(len(part), 3), due)
	})
}
