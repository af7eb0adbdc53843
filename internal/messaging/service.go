package messaging

import (
	"context"
	"crypto/rsa"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/hotcache"
)

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	store Store
	clock Clock
	pace  Pace

	// What every send reads; see hotcache for how stale they may be.
	tokenRefs *hotcache.Cache[string, tokenRef] // by the token's text
	tokens    *hotcache.Cache[tokenKey, muban.Token]
	apps      *hotcache.Cache[int64, muban.App]
	numbers   *hotcache.Cache[string, int64] // of apps, by app_id
	users     *hotcache.Cache[userKey, muban.User]
	templates *hotcache.Cache[templateKey, muban.Template]

	// What every call to Alipay's gateway reads besides.
	platformKeys   *hotcache.Cache[string, *rsa.PrivateKey]
	certificates   *hotcache.Cache[certificatesKey, Certificates]
	authorizations *hotcache.Cache[tokenKey, muban.Authorization]
}

type (
	tokenKey    struct{ appID, hash string }
	userKey     struct{ appID, id string }
	templateKey struct{ appID, id string }
)

// Options are what the use cases need besides a store and a clock.
type Options struct {
	// Stale is for how long what every send reads may differ from the store:
	// what other processes change there is seen after that time, what this one
	// changes at once.
	Stale time.Duration
	// Pace may hold sends back of which the app is told; nil holds none.
	Pace Pace
}

// New makes the use cases over a store and a clock.
func New(store Store, clock Clock, o Options) *Service {
	stale := o.Stale
	return &Service{
		store: store, clock: clock, pace: o.Pace,
		tokenRefs: hotcache.New[string, tokenRef](stale),
		tokens:    hotcache.New[tokenKey, muban.Token](stale),
		apps:      hotcache.New[int64, muban.App](stale),
		numbers:   hotcache.New[string, int64](stale),
		users:     hotcache.New[userKey, muban.User](stale),
		templates: hotcache.New[templateKey, muban.Template](stale),

		platformKeys:   hotcache.New[string, *rsa.PrivateKey](stale),
		certificates:   hotcache.New[certificatesKey, Certificates](stale),
		authorizations: hotcache.New[tokenKey, muban.Authorization](stale),
	}
}

// appByNumber is the app that an access token refers to.
func (s *Service) appByNumber(ctx context.Context, number int64) (muban.App, error) {
	return s.apps.Get(number, func() (muban.App, error) { return s.store.AppByNumber(ctx, number) })
}

// cachedApp is an app that a request names by its id. Its number may be nobody's
// any more, where it was deleted since, or by an earlier version on another node
// the next app's; then the store is asked.
func (s *Service) cachedApp(ctx context.Context, appID string) (muban.App, error) {
	number, err := s.numbers.Get(appID, func() (int64, error) {
		app, err := s.store.App(ctx, appID)
		return app.Number, err
	})
	if err != nil {
		return muban.App{}, err
	}
	app, err := s.appByNumber(ctx, number)
	if notFound(err) || err == nil && app.ID != appID {
		s.numbers.Forget(appID)
		return s.store.App(ctx, appID)
	}
	return app, err
}

// cachedUser is a recipient by the id that a send addressed.
func (s *Service) cachedUser(ctx context.Context, appID, id string) (muban.User, error) {
	return s.users.Get(userKey{appID, id}, func() (muban.User, error) { return s.store.User(ctx, appID, id) })
}

// cachedTemplate is a template by its id.
func (s *Service) cachedTemplate(ctx context.Context, appID, id string) (muban.Template, error) {
	return s.templates.Get(templateKey{appID, id}, func() (muban.Template, error) {
		return s.store.Template(ctx, appID, id)
	})
}

// ForgetAll drops everything that is cached: the store begins anew.
func (s *Service) ForgetAll() {
	for _, cache := range []interface{ Clear() }{
		s.tokenRefs, s.tokens, s.apps, s.numbers, s.users, s.templates, s.platformKeys, s.certificates, s.authorizations,
	} {
		cache.Clear()
	}
}

// forgetUser drops what is cached of a user under any of its ids.
func (s *Service) forgetUser(u muban.User) {
	for _, id := range u.IDs() {
		s.users.Forget(userKey{u.AppID, id})
	}
}
