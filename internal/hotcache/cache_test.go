package hotcache_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/muban-dev/muban/internal/hotcache"
)

func TestValuesLiveForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cache, loads := hotcache.New[string, int](time.Second), 0
		get := func() int {
			value, err := cache.Get("key", func() (int, error) { loads++; return loads, nil })
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		if first, again := get(), get(); first != 1 || again != 1 {
			t.Error("a fresh value was loaded again")
		}
		time.Sleep(time.Second) //nolint:forbidigo // the bubble has its own time
		if get() != 2 {
			t.Error("an old value was served")
		}
		cache.Forget("key")
		if get() != 3 {
			t.Error("a forgotten value was served")
		}
		cache.Clear()
		if get() != 4 {
			t.Error("a cleared value was served")
		}
	})
}

func TestMissesAreNotKept(t *testing.T) {
	t.Parallel()
	cache := hotcache.New[string, int](time.Hour)
	missing := errors.New("missing")
	if _, err := cache.Get("key", func() (int, error) { return 0, missing }); !errors.Is(err, missing) {
		t.Errorf("got %v", err)
	}
	if value, err := cache.Get("key", func() (int, error) { return 5, nil }); err != nil || value != 5 {
		t.Errorf("after a miss: %d, %v", value, err)
	}
}

// TestOldValueDoesNotComeBack: a load that began before a change must not put
// the old value over it.
func TestOldValueDoesNotComeBack(t *testing.T) {
	t.Parallel()
	cache := hotcache.New[string, string](time.Hour)
	_, err := cache.Get("key", func() (string, error) {
		cache.Forget("key") // the change is stored while this load is under way
		return "old", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if value, _ := cache.Get("key", func() (string, error) { return "new", nil }); value != "new" {
		t.Errorf("got %q", value)
	}
}

// However many ask at once, one loads; those who ask after a change load anew.
func TestOneLoadsForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cache := hotcache.New[string, int](time.Hour)
		var loads atomic.Int64
		open := make(chan struct{})
		var running sync.WaitGroup
		ask := func(want int) {
			running.Go(func() {
				value, err := cache.Get("key", func() (int, error) {
					n := loads.Add(1)
					<-open
					return int(n), nil
				})
				if err != nil || value != want {
					t.Errorf("got %d, %v; want %d", value, err, want)
				}
			})
		}
		for range 100 {
			ask(1)
		}
		synctest.Wait()
		cache.Forget("key")
		for range 100 {
			ask(2)
		}
		synctest.Wait()
		close(open)
		running.Wait()
		if loads.Load() != 2 {
			t.Errorf("%d loads, want 2", loads.Load())
		}
		ask(2)
		running.Wait()
	})
}

// A failure may be the first one's own, whose caller left: the others ask.
func TestFailuresAreNotShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cache := hotcache.New[string, int](time.Hour)
		open := make(chan struct{})
		var running sync.WaitGroup
		running.Go(func() {
			defer func() { _ = recover() }()
			_, _ = cache.Get("key", func() (int, error) { <-open; panic("broken") })
		})
		synctest.Wait()
		running.Go(func() {
			if value, err := cache.Get("key", func() (int, error) { return 5, nil }); err != nil || value != 5 {
				t.Errorf("got %d, %v", value, err)
			}
		})
		synctest.Wait()
		close(open)
		running.Wait()
	})
}
