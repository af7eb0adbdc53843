package hotcache_test

import (
	"errors"
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
