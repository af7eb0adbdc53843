package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

const messageColumns = `seq, app_id, user_no, template_seq, state, accepted_at, read_at, body`

// messageAndTemplate are a message's columns and its template's.
const messageAndTemplate = `m.seq, m.app_id, m.user_no, m.template_seq, m.state, m.accepted_at, m.read_at, m.body,
	COALESCE(t.template_id, ''), COALESCE(t.title, ''), COALESCE(t.content, '')`

const joinTexts = ` m LEFT JOIN template_texts t ON t.app_id = m.app_id AND t.seq = m.template_seq `

func scanMessage(row scanner) (muban.Message, error) {
	var m muban.Message
	var seq, accepted, read int64
	var text, title, content string
	err := row.Scan(&seq, &m.AppID, &m.UserNo, &m.TemplateSeq, &m.State, &accepted, &read, &text, &m.TemplateID, &title, &content)
	if err != nil {
		return m, err
	}
	var body messageBody
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return m, fmt.Errorf("message %d: %w", seq, err)
	}
	body.fill(&m)
	m.ID = muban.NewMessageID(m.Platform, seq)
	m.Title, m.Rendered = body.Title, body.Rendered
	if content != "" {
		m.Title, m.Rendered = title, muban.Template{Content: content}.Render(m.Data)
	}
	m.AcceptedAt, m.FinishedAt, m.ReadAt = instant(accepted), instant(accepted), instant(read)
	if body.FinishedAt != 0 {
		m.FinishedAt = instant(body.FinishedAt)
	}
	if m.State == muban.StateDelivered {
		m.DeliveredAt = m.FinishedAt
	}
	return m, nil
}

func splitChannels(text string) []muban.Channel {
	if text == "" {
		return nil
	}
	var channels []muban.Channel
	for name := range strings.SplitSeq(text, ",") {
		channels = append(channels, muban.Channel(name))
	}
	return channels
}

func joinChannels(channels []muban.Channel) string {
	names := make([]string, len(channels))
	for i, c := range channels {
		names[i] = string(c)
	}
	return strings.Join(names, ",")
}

// Message implements messaging.MessageStore.
func (s *Store) Message(ctx context.Context, id muban.MessageID) (muban.Message, error) {
	m, err := scanMessage(s.reader.QueryRowContext(ctx, `SELECT `+messageAndTemplate+` FROM messages`+joinTexts+`WHERE m.seq = $1`, id.Seq()))
	if err == nil && m.ID != id { // the same sequence number, but not this id
		err = sql.ErrNoRows
	}
	return m, s.orNotFound(err, "message", id.String())
}

// Messages implements messaging.MessageStore.
func (s *Store) Messages(ctx context.Context, filter muban.MessageFilter, page muban.Page) (muban.List[muban.Message], error) {
	if !storable(filter.AppID) || !storable(filter.TemplateID) || !storable(filter.GrantID) {
		return muban.List[muban.Message]{}, nil
	}
	where := conditions{}
	where.add(`seq < $%d`, before(page))
	if filter.AfterSeq > 0 {
		where.add(`seq > $%d`, filter.AfterSeq)
	}
	if filter.AppID != "" {
		where.add(`app_id = $%d`, filter.AppID)
	}
	if filter.UserNo != 0 {
		where.add(`user_no = $%d`, filter.UserNo)
	}
	if filter.State != "" {
		where.add(`state = $%d`, string(filter.State))
	}
	if filter.TemplateID != "" {
		where.add(`(app_id, template_seq) IN (SELECT app_id, seq FROM template_texts WHERE template_id = $%d)`, filter.TemplateID)
	}
	if filter.GrantID != "" {
		where.add(`(app_id, seq) IN (SELECT s.app_id, s.message_seq FROM grants`+joinSpends+`WHERE g.grant_id = $%d)`, filter.GrantID)
	}
	return s.listMessages(ctx, where, page)
}

func (s *Store) listMessages(ctx context.Context, where conditions, page muban.Page) (muban.List[muban.Message], error) {
	query := fmt.Sprintf(`SELECT %s FROM (SELECT %s FROM messages %s ORDER BY seq DESC LIMIT %d)%sORDER BY m.seq DESC`,
		messageAndTemplate, messageColumns, where.text(), page.Limit+1, joinTexts)
	rows, err := s.reader.QueryContext(ctx, query, where.args...)
	if err != nil {
		return muban.List[muban.Message]{}, s.orBusy(err)
	}
	messages, err := collect(rows, scanMessage)
	return paged(messages, page, func(m muban.Message) int64 { return m.ID.Seq() }), err
}

// Inbox implements messaging.MessageStore.
func (s *Store) Inbox(ctx context.Context, owners muban.InboxOwners, page muban.Page) (muban.List[muban.Message], int64, error) {
	where := conditions{}
	where.add(`state = $%d`, string(muban.StateDelivered))
	if owners.UnionID != "" {
		where.add(`(app_id, user_no) IN (SELECT app_id, user_no FROM users WHERE union_id = $%d)`, owners.UnionID)
	} else {
		where.add(`app_id = $%d`, owners.AppID)
		where.add(`user_no = $%d`, owners.UserNo)
	}
	var unread int64
	err := s.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM messages `+where.text()+` AND read_at = 0`, where.args...).Scan(&unread)
	if err != nil {
		return muban.List[muban.Message]{}, 0, err
	}
	where.add(`seq < $%d`, before(page))
	messages, err := s.listMessages(ctx, where, page)
	return messages, unread, err
}

// MarkRead implements messaging.MessageStore.
func (s *Store) MarkRead(ctx context.Context, appID string, userNo int64, id muban.MessageID, at time.Time) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE messages
			SET read_at = CASE WHEN read_at = 0 THEN $1 ELSE read_at END
			WHERE app_id = $2 AND user_no = $3 AND seq = $4 AND state = $5`,
			millis(at), appID, userNo, id.Seq(), string(muban.StateDelivered))
		return mustTouch(result, err, "message", id.String())
	})
	if err == nil {
		s.tails.touch([]int64{id.Seq()}, nil)
		s.announceChange()
	}
	return err
}

// Changed implements messaging.MessageStore.
func (s *Store) Changed() <-chan struct{} { return s.changes.next() }
