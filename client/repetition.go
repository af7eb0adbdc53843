package client

import (
	"math/rand/v2"
	"time"

	"github.com/muban-dev/muban"
)

// repetition is what a call may do once a request of it may have arrived and
// no answer says whether it did. What surely did not arrive is always sent
// again.
type repetition struct {
	// harmless calls change nothing: they are repeated like what never arrived.
	harmless bool
	// most is how many more requests may follow one whose answer was lost, and
	// within how soon after the first; 0 is at any time.
	most   int
	within time.Duration
	// proof is the refusal of a repeat that says that an earlier request was
	// accepted: what it asks for is spent, or gone.
	proof muban.Kind
	// unknown is what to do where the outcome stays unknown.
	unknown Retry
}

// asOftenAsAny leaves the number of repeats to Config.Retries.
const asOftenAsAny = 1 << 30

// The repetitions of all calls but Send; those are with their platforms.
var (
	readsOnly = repetition{harmless: true}

	// Adding twice makes two templates.
	addsTemplate = repetition{
		unknown: Retry{Why: "the template may have been added; look at Templates before you add it again"},
	}

	// What is gone cannot be deleted twice.
	deletesTemplate = repetition{
		most: asOftenAsAny, proof: muban.KindTemplateUnknown,
		unknown: Retry{Can: true, Why: "the template may have been deleted; deleting it again is harmless"},
	}
)

// The pauses between attempts: doubling from the first to the longest, each
// with a random part, so that callers that failed together do not come back
// together.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)

// pauseBefore is the pause before the n-th repeat, n from 1: between half of
// the doubled pause and all of it.
func pauseBefore(n int) time.Duration {
	pause := longestPause
	if n <= 5 { // 200 ms doubled five times is over five seconds
		pause = min(longestPause, firstPause<<(n-1))
	}
	return pause/2 + rand.N(pause/2+1) //nolint:gosec // spreads repeats, guards nothing
}
