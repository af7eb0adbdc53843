package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// tokenKeeper hands out an app's access token. Whoever needs another one while
// it is being fetched waits for that; a token that still has time to run is
// handed out meanwhile.
type tokenKeeper struct {
	store TokenStore
	key   string
	clock Clock
	log   *slog.Logger
	// fetch asks the platform for a token; force for another one than it still
	// thinks good.
	fetch func(ctx context.Context, force bool) (Token, error)

	mu   sync.Mutex
	held Token // the newest that is known
	// lookedAt is when the store was last asked for a newer one.
	lookedAt time.Time
	// quietUntil is when a refresh ahead of expiry that failed is tried again.
	quietUntil time.Time
	flight     *flight // the fetch under way; nil where none is
	barren     barren
}

func newTokenKeeper(c *Client, issuer tokenIssuer) *tokenKeeper {
	kind := "stable"
	if c.config.PlainToken {
		kind = "plain"
	}
	return &tokenKeeper{
		store: c.config.TokenStore, clock: c.config.Clock, log: c.config.Logger,
		// One store may serve a real platform and a Muban.
		key:   strings.Join([]string{string(c.config.Platform), c.config.AppID, kind, c.config.BaseURL}, " "),
		fetch: func(ctx context.Context, force bool) (Token, error) { return c.fetchToken(ctx, issuer, force) },
	}
}

// longestLife bounds what a platform may say of a token's life.
const longestLife = 60 * 24 * time.Hour

var errNoToken = errors.New("the answer has no access_token with a life")

// fetchToken asks the platform for a token.
func (c *Client) fetchToken(ctx context.Context, issuer tokenIssuer, force bool) (Token, error) {
	var issued issuedToken
	call := issuer.tokenCall(force, &issued)
	take := call.read
	call.read = func(body []byte) error {
		if err := take(body); err != nil {
			return err
		}
		if issued.text == "" || issued.expiresIn <= 0 {
			return errNoToken
		}
		return nil
	}
	// The life is counted from before the request, so that it ends here first.
	begun := c.config.Clock.Now()
	if _, err := c.do(ctx, call); err != nil {
		return Token{}, err
	}
	life := time.Duration(min(issued.expiresIn, int64(longestLife/time.Second))) * time.Second
	return Token{Text: issued.text, FetchedAt: begun, ExpiresAt: begun.Add(life)}, nil
}

// How tokens are held.
const (
	// renewAhead is how long before its end a token is renewed. WeChat's
	// stable_token answers the old one until five minutes before.
	renewAhead = 270 * time.Second
	// margin is what a token must have left to be sent with.
	margin = 5 * time.Second
	// lookEvery is how often the store is asked whether another process has put
	// a newer token there.
	lookEvery = time.Minute
	// quiet follows a refresh ahead of expiry that brought nothing new.
	quiet = 10 * time.Second
	// forceGap is how soon WeChat lets a token be ended early again
	// (protocol.md §1.2).
	forceGap = 30 * time.Second
)

// usable reports whether a token can be sent with at now.
func (t Token) usable(now time.Time) bool {
	return t.Text != "" && now.Add(margin).Before(t.ExpiresAt)
}

// fresh reports whether a token is not yet due for renewal at now. One of a
// short life is renewed when a tenth of it is left.
func (t Token) fresh(now time.Time) bool {
	ahead := min(renewAhead, t.ExpiresAt.Sub(t.FetchedAt)/10)
	return t.usable(now) && now.Add(ahead).Before(t.ExpiresAt)
}

// get is a token to make a call with.
func (k *tokenKeeper) get(ctx context.Context) (Token, error) {
	now := k.clock.Now()
	k.mu.Lock()
	held := k.held
	if held.fresh(now) && now.Sub(k.lookedAt) < lookEvery {
		k.mu.Unlock()
		return held, nil
	}
	if held.usable(now) && (k.flight != nil || now.Before(k.quietUntil)) {
		k.mu.Unlock()
		return held, nil
	}
	if err := k.barren.closed(now); err != nil && !held.usable(now) {
		k.mu.Unlock()
		return Token{}, err
	}
	f := k.join(ctx, "")
	k.mu.Unlock()
	if !held.usable(now) {
		token, _, err := k.wait(ctx, f)
		return token, err
	}
	soon, cancel := context.WithTimeout(ctx, patience(ctx))
	defer cancel()
	token, _, err := k.wait(soon, f)
	if err == nil || ctx.Err() != nil {
		return token, err
	}
	if soon.Err() != nil {
		err = errSlow
	}
	k.log.WarnContext(ctx, "access token not renewed ahead of its end, going on with it", "key", k.key, "token", held, "error", err)
	return held, nil
}

var errSlow = errors.New("the token store or the platform takes its time; it goes on without this call")

// patience is how long a call that has a good token waits for a newer one: the
// store or the platform may hang, and time must be left for the call itself.
func patience(ctx context.Context) time.Duration {
	const longest = time.Second
	if deadline, limited := ctx.Deadline(); limited {
		return min(longest, time.Until(deadline)/2)
	}
	return longest
}

// renew is a token other than one that was refused. fetched is set where it was
// fetched for this very call, or for one that waited with it.
func (k *tokenKeeper) renew(ctx context.Context, refused Token) (token Token, fetched bool, err error) {
	for {
		now := k.clock.Now()
		k.mu.Lock()
		if k.held.Text != refused.Text && k.held.usable(now) {
			defer k.mu.Unlock()
			return k.held, false, nil
		}
		if err := k.barren.closed(now); err != nil {
			k.mu.Unlock()
			return Token{}, false, err
		}
		f := k.join(ctx, refused.Text)
		k.mu.Unlock()
		token, fetched, err = k.wait(ctx, f)
		// A flight that had begun for another reason may bring the refused one;
		// where the platform insists on it, the door is closed by now.
		if err != nil || token.Text != refused.Text {
			return token, fetched, err
		}
	}
}

// accepted notes that the platform knows a token.
func (k *tokenKeeper) accepted(t Token) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.barren.count > 0 && t.Generation >= k.held.Generation {
		k.barren = barren{}
	}
}

// adopt takes a token for the newest, and reports the newest. One of a lower
// generation, or another of the same, takes the place only of what is of no
// use any more: a slow fetch never puts an older token over a newer one.
func (k *tokenKeeper) adopt(t Token, refused string) Token {
	now := k.clock.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lookedAt = now
	if t.Generation > k.held.Generation || !k.held.usable(now) || k.held.Text == refused {
		k.held = t
	}
	return k.held
}

// barren counts the fetches in a row after which the platform still refused
// what it was asked. Each closes the door for twice as long as the one before,
// so that a platform that refuses everything costs no more tokens than that:
// they are counted (protocol.md §1.2).
type barren struct {
	count int
	until time.Time
	cause error
}

const (
	firstBarren   = time.Second
	longestBarren = 5 * time.Minute
)

func (b *barren) add(now time.Time, cause error) {
	pause := longestBarren
	if b.count < 9 { // one second doubled nine times is over five minutes
		pause = min(longestBarren, firstBarren<<b.count)
	}
	b.count++
	b.until, b.cause = now.Add(pause), cause
}

// closed is why no token is fetched at now; nil where one may be.
func (b *barren) closed(now time.Time) error {
	if !now.Before(b.until) {
		return nil
	}
	if b.cause != nil {
		return b.cause
	}
	return &barrenError{until: b.until, cause: "the access token that was fetched last is refused"}
}

// barrenError says that fetching tokens has not helped.
type barrenError struct {
	until time.Time
	cause string
}

func (e *barrenError) Error() string {
	return fmt.Sprintf("%s; no other is fetched before %s (does the app's platform, its list of allowed addresses or its conduct stand in the way?)",
		e.cause, e.until.UTC().Format("15:04:05 MST"))
}
