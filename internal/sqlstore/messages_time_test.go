package sqlstore

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// TestMessagesOfATime: what was accepted within a time is found by number,
// though messages do not lie quite in the order of their acceptance.
func TestMessagesOfATime(t *testing.T) {
	t.Parallel()
	eachEngineOf(t, func(t *testing.T, options Options) {
		t.Helper()
		ctx := t.Context()
		store, err := Open(ctx, options)
		must(t, err)
		t.Cleanup(func() { must(t, store.Close()) })
		app, err := store.CreateApp(ctx, muban.App{ID: "wx1", Platform: muban.WeChatMini})
		must(t, err)
		template, err := store.CreateTemplate(ctx, muban.Template{AppID: app.ID, ID: "t"}, func(int64) error { return nil })
		must(t, err)
		type row struct {
			seq      int64
			accepted time.Time
		}
		begin := time.UnixMilli(epoch).Add(24 * time.Hour)
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // times, nothing is guarded
		upTo := func(d time.Duration) time.Duration { return time.Duration(random.Int64N(int64(d))) }
		rows := make([]row, 200)
		for i := range rows {
			after := time.Duration(i) * 20 * time.Second
			rows[i] = row{numbersIn(24*time.Hour + after), begin.Add(after + upTo(nodesApart))}
		}
		must(t, store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			for _, r := range rows {
				_, err := tx.ExecContext(ctx, `INSERT INTO messages (seq, app_id, user_no, template_seq, state, accepted_at, read_at, body)
					VALUES ($1, $2, 1, $3, 'delivered', $4, 0, '{}')`, r.seq, app.ID, template.Seq, millis(r.accepted))
				if err != nil {
					return err
				}
			}
			return nil
		}))
		for range 25 {
			from := begin.Add(upTo(2*time.Hour) - 30*time.Minute)
			to := from.Add(upTo(time.Hour))
			list, err := store.Messages(ctx, muban.MessageFilter{From: from, To: to}, muban.Page{Limit: len(rows)})
			must(t, err)
			var got, want []int64
			for _, m := range list.Items {
				got = append(got, m.ID.Seq())
			}
			for _, r := range slices.Backward(rows) {
				if !r.accepted.Before(from) && r.accepted.Before(to) {
					want = append(want, r.seq)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("from %v to %v: %v, want %v", from, to, got, want)
			}
			low, high, err := store.around(ctx, millis(from))
			if err != nil || high-low > numbersIn(time.Second) {
				t.Errorf("around %v: %d to %d, error %v", from, low, high, err)
			}
		}
	})
}
