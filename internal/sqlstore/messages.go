package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

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
	from, where := `messages`, conditions{}
	where.add(`seq < $%d`, before(page))
	if filter.AfterSeq > 0 {
		where.add(`seq > $%d`, filter.AfterSeq)
	}
	switch {
	case filter.UserNo != 0:
		from = s.messagesOfUsers()
		where.ofUser(s, filter.AppID, filter.UserNo)
	case filter.AppID != "":
		where.add(`app_id = $%d`, filter.AppID)
	}
	if err := s.acceptedWithin(ctx, filter, &where); err != nil {
		return muban.List[muban.Message]{}, err
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
	return s.listMessages(ctx, from, where, page)
}

// listMessages reads messages, newest first, from the table or by user.
func (s *Store) listMessages(ctx context.Context, from string, where conditions, page muban.Page) (muban.List[muban.Message], error) {
	query := fmt.Sprintf(`SELECT %s FROM (SELECT %s FROM %s %s ORDER BY seq DESC LIMIT %d)%sORDER BY m.seq DESC`,
		messageAndTemplate, messageColumns, from, where.text(), page.Limit+1, joinTexts)
	rows, err := s.reader.QueryContext(ctx, query, where.args...)
	if err != nil {
		return muban.List[muban.Message]{}, s.orBusy(err)
	}
	messages, cut, err := collectUpTo(mostListed, rows, scanMessage, heft)
	if err != nil {
		return muban.List[muban.Message]{}, s.orBusy(err)
	}
	list := paged(messages, page, func(m muban.Message) int64 { return m.ID.Seq() })
	if cut && list.Next == 0 {
		list.Next = messages[len(messages)-1].ID.Seq()
	}
	return list, nil
}

// mostListed bounds the texts of a page of messages, in bytes: a WeChat body
// may have 1 MiB, and 500 of those would take more memory than the server has.
// Usual messages have some hundred bytes.
const mostListed = 8 << 20

// heft is how many bytes a message's texts take, near enough.
func heft(m muban.Message) int {
	n := len(m.Rendered) + len(m.Page) + len(m.URL) + len(m.Ext)
	for key, value := range m.Data {
		n += len(key) + len(value.Text)
	}
	return n
}

// Changed implements messaging.MessageStore.
func (s *Store) Changed() <-chan struct{} { return s.changes.next() }
