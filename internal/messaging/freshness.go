package messaging

import (
	"slices"
	"strconv"
	"time"

	"github.com/muban-dev/muban"
)

// Fresh refuses a signature that was made more than a tolerance ago or ahead.
// It is fresh if it is so by one of the clocks: a sandbox moves one of its own,
// the first, which its clients, who sign by theirs, know nothing of.
func Fresh(signed time.Time, tolerance time.Duration, clocks ...Clock) error {
	if slices.ContainsFunc(clocks, func(c Clock) bool { return c.Now().Sub(signed).Abs() <= tolerance }) {
		return nil
	}
	now := clocks[0].Now()
	shown := utc(now)
	if machine := clocks[len(clocks)-1].Now(); machine.Sub(now).Abs() >= time.Second {
		shown += " by the sandbox's clock and " + utc(machine) + " by the machine's"
	}
	return muban.Refuse(muban.RuleSignatureTime, "signed_at", utc(signed), "now", shown,
		"seconds", strconv.Itoa(int(tolerance/time.Second)))
}

// utc writes a time as a client's developer compares it with a clock of his.
func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }
