package delivery

import (
	"context"
	"time"

	"github.com/muban-dev/muban"
)

// Clock tells the time that callbacks are due by and that attempts carry.
type Clock interface {
	Now() time.Time
}

// Apps knows the apps.
type Apps interface {
	// App returns an app, or refuses with muban.RuleNotFound.
	App(ctx context.Context, appID string) (muban.App, error)
}

// Outbox keeps the callbacks of which an attempt is still to be made.
type Outbox interface {
	// ClaimCallbacks takes callbacks that are due at now of up to so many apps,
	// those due the longest first and at most each of one app, and holds them
	// for a while (real time). Of an app that another holds it takes none.
	ClaimCallbacks(ctx context.Context, now time.Time, apps, each int, hold time.Duration) ([]muban.Callback, muban.Lease, error)
	// RecordAttempts stores what rule makes of each callback after its attempt,
	// and its place in the outbox with it: until DueAt, or gone. Callbacks no
	// longer held by the lease are left as they are.
	RecordAttempts(ctx context.Context, lease muban.Lease, results []muban.PushResult, rule func(*muban.Callback, muban.Attempt)) error
	// ReleaseCallbacks ends the hold on what is left of an app's callbacks.
	ReleaseCallbacks(ctx context.Context, lease muban.Lease, appID string) error
	// NextDue is when the first waiting callback is due; false if none waits.
	NextDue(ctx context.Context) (time.Time, bool, error)
	// Due receives a signal when callbacks became due on this node.
	Due() <-chan struct{}
}
