package overview_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/overview"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

type counts = map[int]map[muban.Kind]int64

func wants(t *testing.T, got, want counts) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counted otherwise:\n%s", diff)
	}
}

func TestRefusalsAreCountedByStep(t *testing.T) {
	t.Parallel()
	r := overview.NewRefusals()
	r.Count(noon.Add(-time.Millisecond), "a", muban.KindGrantSpent)
	r.Count(noon, "a", muban.KindGrantSpent)
	r.Count(noon.Add(59*time.Second), "a", muban.KindGrantSpent)
	r.Count(noon.Add(61*time.Minute), "a", muban.KindTokenInvalid)
	r.Count(noon.Add(61*time.Minute), "b", muban.KindTokenInvalid)
	r.Count(noon.Add(61*time.Minute), "", muban.KindAppUnknown)
	until := noon.Add(2 * time.Hour)
	wants(t, r.Between("", noon, until, time.Hour), counts{
		0: {muban.KindGrantSpent: 2}, 1: {muban.KindTokenInvalid: 2, muban.KindAppUnknown: 1},
	})
	wants(t, r.Between("b", noon, until, time.Hour), counts{1: {muban.KindTokenInvalid: 1}})
	wants(t, r.Between("a", noon, noon.Add(time.Hour), 30*time.Minute), counts{0: {muban.KindGrantSpent: 2}})
	wants(t, r.Between("", noon.Add(-time.Minute), noon, time.Minute), counts{0: {muban.KindGrantSpent: 1}})
	// A beginning within a minute has that minute's.
	wants(t, r.Between("", noon.Add(30*time.Second), until, 3*time.Hour), counts{
		0: {muban.KindGrantSpent: 2, muban.KindTokenInvalid: 2, muban.KindAppUnknown: 1},
	})
	r.Clear()
	wants(t, r.Between("", noon.Add(-time.Hour), until, time.Hour), counts{})
}

// What is kept is bounded in time and in number.
func TestRefusalsAreForgotten(t *testing.T) {
	t.Parallel()
	r := overview.NewRefusals()
	r.Count(noon, "old", muban.KindBusy)
	r.Count(noon.Add(24*time.Hour), "new", muban.KindBusy)
	ages := noon.Add(72 * time.Hour)
	wants(t, r.Between("old", noon, ages, ages.Sub(noon)), counts{0: {muban.KindBusy: 1}})
	r.Count(noon.Add(24*time.Hour+time.Minute), "new", muban.KindBusy)
	wants(t, r.Between("old", noon, ages, ages.Sub(noon)), counts{})
	wants(t, r.Between("new", noon, ages, ages.Sub(noon)), counts{0: {muban.KindBusy: 2}})

	for i := range 600 {
		r.Count(ages, fmt.Sprint("app", i), muban.KindGrantSpent)
	}
	end := ages.Add(time.Minute)
	wants(t, r.Between("", ages, end, time.Minute), counts{0: {muban.KindGrantSpent: 600}})
	wants(t, r.Between("app511", ages, end, time.Minute), counts{0: {muban.KindGrantSpent: 1}})
	wants(t, r.Between("app512", ages, end, time.Minute), counts{})
}
