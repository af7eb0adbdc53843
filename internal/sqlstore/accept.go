package sqlstore

import (
	"context"
	"fmt"

	"github.com/muban-dev/muban"
)

// Accept implements messaging.MessageStore.
func (s *Store) Accept(ctx context.Context, send muban.Accept) (muban.Message, error) {
	entry := &acceptance{Accept: send}
	// What can be done by many callers at once is done before the queue.
	entry.body = appendBody(make([]byte, 0, usualBody), &entry.Message)
	if err := s.committer.submit(&job{ctx: ctx, accept: entry}); err != nil {
		return muban.Message{}, err
	}
	if entry.repeated != 0 {
		return s.Message(ctx, entry.repeated)
	}
	return entry.Message, nil
}

// usualBody is room for most bodies, in bytes.
const usualBody = 512

// acceptance is a send with its message's body.
type acceptance struct {
	muban.Accept
	body []byte // but for its end; see closeBody
	// grant is what the send left of its grant, of which it is the use of that
	// number; nil if it has none.
	grant *muban.Grant
	use   int
	// repeated is the message that the send named again; 0 if it is a new one.
	repeated muban.MessageID
}

// remember takes over what a group committed.
func (s *Store) remember(group []*job, results []error) {
	for i, j := range group {
		switch {
		case results[i] != nil:
		case j.accept != nil && j.accept.grant != nil:
			s.recent.put(*j.accept.grant)
		case j.committed != nil:
			j.committed()
		}
	}
	s.fileLater(group, results)
}

// acceptGroup decides the sends of a group, in their order, and writes the
// accepted ones with a few statements. A refused send gets its refusal as its
// result and leaves no trace; two sends of one grant obey its uses.
func (s *Store) acceptGroup(ctx context.Context, group []*job, results []error) error {
	sends := make([]*acceptance, 0, len(group))
	for _, j := range group {
		if j.accept != nil {
			sends = append(sends, j.accept)
		}
	}
	if len(sends) == 0 {
		return nil
	}
	books, err := s.openBooks(ctx, sends)
	if err != nil {
		return err
	}
	accepted := sends[:0]
	for i, j := range group {
		if j.accept == nil {
			continue
		}
		switch refusal := books.decide(j.accept); {
		case refusal != nil:
			results[i] = refusal
		case j.accept.repeated == 0:
			accepted = append(accepted, j.accept)
		}
	}
	return s.writeBooks(ctx, books, accepted)
}

// writeBooks stores the accepted sends and what they changed.
func (s *Store) writeBooks(ctx context.Context, b *books, accepted []*acceptance) error {
	if len(accepted) == 0 {
		return nil
	}
	if err := s.writeDays(ctx, b); err != nil {
		return fmt.Errorf("counting the day's sends: %w", err)
	}
	if err := s.writeSpends(ctx, accepted); err != nil {
		return fmt.Errorf("spending grants: %w", err)
	}
	if err := inParts(s, accepted, func(part []*acceptance) error { return s.insertMessages(ctx, part) }); err != nil {
		return fmt.Errorf("storing messages: %w", err)
	}
	if err := s.insertCallbacks(ctx, accepted); err != nil {
		return fmt.Errorf("storing callbacks: %w", err)
	}
	if err := s.writeNames(ctx, accepted); err != nil {
		return fmt.Errorf("storing client_msg_ids: %w", err)
	}
	return nil
}

func (s *Store) insertMessages(ctx context.Context, part []*acceptance) error {
	messages := s.rowsOf(len(part), "seq# app_id user_no# template_seq# state accepted_at# body")
	for _, send := range part {
		m := &send.Message
		messages.number(m.ID.Seq())
		messages.text(m.AppID)
		messages.number(m.UserNo)
		messages.number(m.TemplateSeq)
		messages.text(string(m.State))
		messages.number(millis(m.AcceptedAt))
		messages.text(closeBody(send.body, m))
	}
	return s.hot.insert(ctx, "messages", messages)
}
