package sqlstore

import (
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/pgtest"
)

// TestOldCodesThatAnotherUses: who makes a login code, and deletes the old ones
// with it, waits for no node that is at one of those.
func TestOldCodesThatAnotherUses(t *testing.T) {
	t.Parallel()
	ctx, address := t.Context(), pgtest.Database(t)
	nodes := [2]*Store{wary(t, address), wary(t, address)}
	a := newAppOfTwo(t, nodes[0], "app")
	code := func(hash string) muban.LoginCode {
		return muban.LoginCode{AppID: a.app.ID, Hash: []byte(hash), UserNo: a.users[0].No, ExpiresAt: time.UnixMilli(1)}
	}
	never, now := time.UnixMilli(0), time.UnixMilli(2)
	for _, hash := range []string{"used", "old"} {
		must(t, nodes[0].CreateLoginCode(ctx, code(hash), never))
	}
	using := begun(t, nodes[1])
	_, err := using.ExecContext(ctx, `SELECT hash FROM login_codes WHERE app_id = $1 AND hash = $2 FOR NO KEY UPDATE`, a.app.ID, []byte("used"))
	must(t, err)
	made := make(chan struct{})
	go func() {
		defer close(made)
		if err := nodes[0].CreateLoginCode(ctx, code("new"), now); err != nil {
			t.Error(err)
		}
	}()
	awaited(t, using, 1, made)
	select {
	case <-made:
	default:
		t.Error("it waits for the code that another node uses")
	}
	must(t, using.Commit())
	<-made
	for hash, want := range map[string]int{"used": 1, "old": 0, "new": 1} {
		var found int
		row := nodes[0].reader.QueryRowContext(ctx, `SELECT COUNT(*) FROM login_codes WHERE app_id = $1 AND hash = $2`, a.app.ID, []byte(hash))
		if err := row.Scan(&found); err != nil || found != want {
			t.Errorf("%d codes %s, want %d, error %v", found, hash, want, err)
		}
	}
}
