package sqlstore

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/muban-dev/muban"
)

func someGrant() muban.Grant {
	issued := time.Date(2026, 3, 1, 4, 0, 0, 7_000_000, time.UTC)
	return muban.Grant{
		AppID: "wx0000000000000001", ID: "6d7562616e000000", Seq: 1<<53 - 1, Kind: muban.GrantPayment,
		UserNo: 3, UserID: "oUser", LoggedIn: true, Uses: 3, Remaining: 3, IssuedAt: issued, ExpiresAt: issued.Add(7 * 24 * time.Hour),
	}
}

// TestKeptGrants: what is kept of a grant is all of it, or nothing.
func TestKeptGrants(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		edit func(*muban.Grant)
		want bool
	}{
		{"fresh", func(*muban.Grant) {}, true},
		{"of an order", func(g *muban.Grant) { g.Kind = muban.GrantOrder }, true},
		{"not logged in", func(g *muban.Grant) { g.LoggedIn = false }, true},
		{"without end", func(g *muban.Grant) { g.ExpiresAt = time.Time{} }, true},
		{"used once", func(g *muban.Grant) { g.Remaining, g.SpentBy = 2, []muban.MessageID{7} }, true},
		{"used twice", func(g *muban.Grant) { g.Remaining, g.SpentBy = 1, []muban.MessageID{7, 1 << 60} }, true},
		{"used up", func(g *muban.Grant) { g.Remaining, g.SpentBy = 0, []muban.MessageID{7, 8, 9} }, false},
		{"of many uses", func(g *muban.Grant) { g.Uses, g.Remaining = 1<<31-1, 1<<31-1 }, true},
		{"of more uses than a number holds", func(g *muban.Grant) { g.Uses, g.Remaining = 1<<31, 1<<31 }, false},
		{"used more often than there is room for", func(g *muban.Grant) {
			g.Uses, g.Remaining, g.SpentBy = 9, 6, []muban.MessageID{7, 8, 9}
		}, false},
		{"of an unknown kind", func(g *muban.Grant) { g.Kind = "gift" }, false},
		{"a Baidu form for a swan_id", func(g *muban.Grant) {
			g.AppID, g.ID, g.UserID = strings.Repeat("a", 32), strings.Repeat("g", 55), strings.Repeat("s", 91)
		}, true},
		{"ids that just fit", func(g *muban.Grant) { g.UserID = strings.Repeat("u", roomForTexts-len(g.AppID)-len(g.ID)) }, true},
		{"ids that are too long", func(g *muban.Grant) { g.UserID = strings.Repeat("u", roomForTexts-len(g.AppID)-len(g.ID)+1) }, false},
		{"no ids", func(g *muban.Grant) { g.AppID, g.ID, g.UserID = "", "", "" }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := someGrant()
			test.edit(&g)
			r := newRecentGrants(2)
			before := g
			before.Kind, before.Uses, before.Remaining, before.SpentBy, before.UserID = muban.GrantForm, 1, 1, nil, "u"
			r.put(before) // must not be what is found afterwards
			r.put(g)
			got, found := r.get(grantKey{g.AppID, g.ID})
			if found != test.want {
				t.Fatalf("kept: %v, want %v", found, test.want)
			}
			if diff := cmp.Diff(g, got); found && diff != "" {
				t.Error(diff)
			}
			if _, found := r.get(grantKey{g.AppID + "x", g.ID}); found {
				t.Error("another app has it, too")
			}
		})
	}
}

// TestRecentGrants: after any sequence of what the committer does, what is kept
// is what was put last.
func TestRecentGrants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const most = 4
		r := newRecentGrants(most)
		stored := make(map[grantKey]muban.Grant)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			g := someGrant()
			g.ID = fmt.Sprintf("grant%d", rapid.IntRange(0, 9).Draw(t, "grant"))
			key := grantKey{g.AppID, g.ID}
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				r.remove([]grantKey{key})
				delete(stored, key)
				if _, kept := r.get(key); kept {
					t.Fatalf("%s was removed and is there", g.ID)
				}
			case 1:
				r.forget()
				clear(stored)
			default:
				g.Seq = rapid.Int64().Draw(t, "seq")
				g.Remaining = rapid.IntRange(0, 3).Draw(t, "remaining")
				for range g.Uses - g.Remaining {
					g.SpentBy = append(g.SpentBy, muban.MessageID(rapid.Int64().Draw(t, "message")))
				}
				r.put(g)
				stored[key] = g
				if _, kept := r.get(key); kept != (g.Remaining > 0) {
					t.Fatalf("%s, %d remaining, was put and is there: %v", g.ID, g.Remaining, kept)
				}
			}
			if r.used > most || len(r.places) > most {
				t.Fatalf("%d slots, %d places", r.used, len(r.places))
			}
			for key, want := range stored {
				if got, found := r.get(key); found && !cmp.Equal(want, got) {
					t.Fatalf("%s: %s", key.id, cmp.Diff(want, got))
				}
			}
		}
	})
}

// TestOldestMakesRoom: the youngest are there, the oldest is not.
func TestOldestMakesRoom(t *testing.T) {
	t.Parallel()
	const most = partOfRecent + 1
	r := newRecentGrants(most)
	for i := range 3 * most {
		g := someGrant()
		g.ID = fmt.Sprint("grant", i)
		r.put(g)
		for _, j := range []int{0, max(0, i-most), max(0, i-most+1), i} {
			_, found := r.get(grantKey{g.AppID, fmt.Sprint("grant", j)})
			if want := j > i-most; found != want {
				t.Errorf("after grant %d: grant %d is there: %v", i, j, found)
			}
		}
	}
}
