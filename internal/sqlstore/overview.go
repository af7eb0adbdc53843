package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/muban-dev/muban"
)

// Overview implements messaging.OverviewStore. There is no index by time: it
// would cost every send. What is looked at is bounded instead.
func (s *Store) Overview(ctx context.Context, q muban.OverviewQuery) (o muban.Overview, err error) {
	if !storable(q.AppID) {
		return o, nil
	}
	for _, part := range []func(context.Context, muban.OverviewQuery, *muban.Overview) error{
		s.countMessages, s.countCallbacks, s.countGrants,
	} {
		if err := part(ctx, q, &o); err != nil {
			return o, s.orBusy(err)
		}
	}
	return o, nil
}

// newest selects columns of the newest rows of a table, at most so many. The
// conditions hold the app, where one is asked for.
func newest(columns, table string, q muban.OverviewQuery) (query string, where conditions) {
	if q.AppID != "" {
		where.add(`app_id = $%d`, q.AppID)
	}
	return fmt.Sprintf(`SELECT %s FROM %s %s ORDER BY seq DESC LIMIT %d`, columns, table, where.text(), q.Most), where
}

// nodesApart is how far the clocks of nodes may differ for an overview to be
// complete: messages lie in the order of their acceptance but for that.
const nodesApart = time.Minute

// countMessages counts by step and state, and by template, in one pass over the
// newest messages: reading rows takes half as long as two GROUP BY.
func (s *Store) countMessages(ctx context.Context, q muban.OverviewQuery, o *muban.Overview) error {
	query, where := newest(`accepted_at, state, app_id, template_seq`, `messages`, q)
	rows, err := s.reader.QueryContext(ctx, query, where.args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // Err tells what went wrong
	type step struct {
		number int
		state  muban.State
	}
	steps, templates := make(map[step]int64), make(map[templateKey]int64)
	looked, over := 0, millis(q.From.Add(-nodesApart))
	for rows.Next() {
		var accepted int64
		var state muban.State
		var t templateKey
		if err := rows.Scan(&accepted, &state, &t.appID, &t.seq); err != nil {
			return err
		}
		if accepted < over {
			break // and so are all that follow
		}
		looked++
		if at := instant(accepted); !at.Before(q.From) && at.Before(q.To) {
			steps[step{int(at.Sub(q.From) / q.Step), state}]++
			templates[t]++
		}
	}
	o.Partial = o.Partial || looked >= q.Most
	for of, count := range steps {
		o.Messages = append(o.Messages, muban.MessageCount{Step: of.number, State: of.state, Count: count})
	}
	slices.SortFunc(o.Messages, func(a, b muban.MessageCount) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.State, b.State))
	})
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	return s.busiest(ctx, q, templates, o)
}

// busiest names the templates that most messages were made from; one that was
// deleted keeps its name.
func (s *Store) busiest(ctx context.Context, q muban.OverviewQuery, counts map[templateKey]int64, o *muban.Overview) error {
	order := slices.SortedFunc(maps.Keys(counts), func(a, b templateKey) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.appID, b.appID), cmp.Compare(a.seq, b.seq))
	})
	for _, ref := range order[:min(len(order), q.Templates)] {
		t := muban.TemplateCount{AppID: ref.appID, Count: counts[ref]}
		err := s.reader.QueryRowContext(ctx, `SELECT template_id, title FROM template_texts WHERE app_id = $1 AND seq = $2`, ref.appID, ref.seq).
			Scan(&t.TemplateID, &t.Title)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		o.Templates = append(o.Templates, t)
	}
	return nil
}

func (s *Store) countCallbacks(ctx context.Context, q muban.OverviewQuery, o *muban.Overview) error {
	inner, where := newest(`state`, `callbacks`, q)
	var looked int64
	err := s.reader.QueryRowContext(ctx, fmt.Sprintf(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN state = $%d THEN 1 ELSE 0 END), 0)
		FROM (%s) AS newest`, len(where.args)+1, inner), append(where.args, string(muban.CallbackFailed))...).Scan(&looked, &o.CallbacksFailed)
	if err != nil {
		return err
	}
	o.Partial = o.Partial || looked >= int64(q.Most)
	return s.reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM outbox `+where.text(), where.args...).Scan(&o.CallbacksWaiting)
}

func (s *Store) countGrants(ctx context.Context, q muban.OverviewQuery, o *muban.Overview) error {
	inner, where := newest(leftUses+` AS remaining, expires_at`, `grants`, q)
	n := len(where.args)
	var looked int64
	err := s.reader.QueryRowContext(ctx, fmt.Sprintf(`SELECT COUNT(*),
		COALESCE(SUM(CASE WHEN remaining > 0 AND expires_at > $%d AND expires_at <= $%d THEN 1 ELSE 0 END), 0)
		FROM (%s) AS newest`, n+1, n+2, inner), append(where.args, millis(q.Now), millis(q.ExpiresBy))...).Scan(&looked, &o.GrantsExpiring)
	o.Partial = o.Partial || looked >= int64(q.Most)
	return err
}
