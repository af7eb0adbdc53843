package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// messageBody is what of a message is not searched by. It is written once.
type messageBody struct {
	Platform        muban.Platform         `json:"platform"`
	UserID          string                 `json:"user"`
	Title           string                 `json:"title,omitempty"`
	Data            map[string]muban.Value `json:"data,omitempty"`
	Rendered        string                 `json:"rendered,omitempty"`
	Page            string                 `json:"page,omitempty"`
	URL             string                 `json:"url,omitempty"`
	MiniProgram     *muban.MiniProgram     `json:"miniprogram,omitempty"`
	EmphasisKeyword string                 `json:"emphasis_keyword,omitempty"`
	Color           string                 `json:"color,omitempty"`
	Ext             string                 `json:"ext,omitempty"`
	ClientMsgID     string                 `json:"client_msg_id,omitempty"`
	GrantID         string                 `json:"grant_id,omitempty"`
}

func bodyOf(m *muban.Message) messageBody {
	body := messageBody{
		m.Platform, m.UserID, m.Title, m.Data, m.Rendered, m.Page, m.URL, nil,
		m.EmphasisKeyword, m.Color, m.Ext, m.ClientMsgID, m.GrantID,
	}
	if m.MiniProgram != (muban.MiniProgram{}) {
		body.MiniProgram = &m.MiniProgram
	}
	return body
}

func (b messageBody) fill(m *muban.Message) {
	m.Platform, m.UserID, m.Title, m.Data, m.Rendered = b.Platform, b.UserID, b.Title, b.Data, b.Rendered
	m.Page, m.URL, m.EmphasisKeyword, m.Color = b.Page, b.URL, b.EmphasisKeyword, b.Color
	m.Ext, m.ClientMsgID, m.GrantID = b.Ext, b.ClientMsgID, b.GrantID
	if b.MiniProgram != nil {
		m.MiniProgram = *b.MiniProgram
	}
}

const messageColumns = `seq, app_id, user_no, template_id, grant_kind, state, reason, channels,
	accepted_at, delivered_at, finished_at, read_at, body`

func scanMessage(row scanner) (muban.Message, error) {
	var m muban.Message
	var seq, accepted, delivered, finished, read int64
	var channels, text string
	err := row.Scan(&seq, &m.AppID, &m.UserNo, &m.TemplateID, &m.GrantKind, &m.State, &m.Reason, &channels,
		&accepted, &delivered, &finished, &read, &text)
	if err != nil {
		return m, err
	}
	var body messageBody
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return m, fmt.Errorf("message %d: %w", seq, err)
	}
	body.fill(&m)
	m.ID = muban.NewMessageID(m.Platform, seq)
	m.Channels = splitChannels(channels)
	m.AcceptedAt, m.DeliveredAt = instant(accepted), instant(delivered)
	m.FinishedAt, m.ReadAt = instant(finished), instant(read)
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
	m, err := scanMessage(s.reader.QueryRowContext(ctx, `SELECT `+messageColumns+` FROM messages WHERE seq = $1`, id.Seq()))
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
		where.add(`template_id = $%d`, filter.TemplateID)
	}
	if filter.GrantID != "" {
		spenders, err := s.spenders(ctx, filter)
		if err != nil || spenders == "" {
			return muban.List[muban.Message]{}, err
		}
		where.parts = append(where.parts, `seq IN (`+spenders+`)`)
	}
	return s.listMessages(ctx, where, page)
}

// spenders lists the numbers of the messages that a grant paid for, as its
// own row says: 17,18.
func (s *Store) spenders(ctx context.Context, filter muban.MessageFilter) (string, error) {
	where := conditions{}
	where.add(`grant_id = $%d`, filter.GrantID)
	if filter.AppID != "" {
		where.add(`app_id = $%d`, filter.AppID)
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT `+grantColumns+` FROM grants `+where.text(), where.args...)
	if err != nil {
		return "", s.orBusy(err)
	}
	grants, err := collect(rows, scanGrant)
	var seqs []string
	for _, g := range grants {
		for _, id := range g.SpentBy {
			seqs = append(seqs, strconv.FormatInt(id.Seq(), 10))
		}
	}
	return strings.Join(seqs, ","), err
}

func (s *Store) listMessages(ctx context.Context, where conditions, page muban.Page) (muban.List[muban.Message], error) {
	query := fmt.Sprintf(`SELECT %s FROM messages %s ORDER BY seq DESC LIMIT %d`, messageColumns, where.text(), page.Limit+1)
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
		s.announceChange()
	}
	return err
}

// Changed implements messaging.MessageStore.
func (s *Store) Changed() <-chan struct{} { return s.changes.next() }
