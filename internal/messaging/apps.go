package messaging

import (
	"context"
	"crypto/rsa"
	"slices"
	"strconv"
	"strings"

	"github.com/muban-dev/muban"
)

// NewApp is an app as the native API makes it. Settings come from
// [DefaultSettings], changed as the caller wishes.
type NewApp struct {
	Platform muban.Platform
	Name     string
	ID       string // generated where empty
	Secret   string // generated where empty
	Settings muban.Settings
	// PlatformKey is what answers to an Alipay app are signed with; made where
	// nil.
	PlatformKey *rsa.PrivateKey
}

// DefaultSettings are the settings of an app about which nothing was said.
func DefaultSettings(p muban.Platform) muban.Settings {
	rules := muban.RulesOf(p)
	return muban.Settings{
		OriginalID: newOriginalID(p),
		DailyLimit: rules.DailyLimit, TemplateLimit: rules.TemplateLimit,
		PushAllowed: true,
	}
}

// CreateApp adds an app.
func (s *Service) CreateApp(ctx context.Context, req NewApp) (muban.App, error) {
	if !req.Platform.Known() {
		return muban.App{}, invalid("platform", string(req.Platform), platformNames(muban.Platforms()))
	}
	if req.Platform == muban.Alipay && req.Secret != "" {
		return muban.App{}, muban.Refuse(muban.RuleNotOnPlatform, "platform", "alipay", "object", "secret; its apps authenticate with keys")
	}
	app := muban.App{
		ID: req.ID, Platform: req.Platform, Name: req.Name, Secret: req.Secret,
		CreatedAt: s.clock.Now(), Settings: req.Settings,
	}
	if app.ID == "" {
		app.ID = newAppID(app.Platform)
	}
	if app.Secret == "" {
		app.Secret = newSecret(app.Platform)
	}
	if err := checkApp(muban.App{}, app); err != nil {
		return muban.App{}, err
	}
	if app.Platform != muban.Alipay {
		return s.store.CreateApp(ctx, app)
	}
	private, public, err := newPlatformKey(req.PlatformKey)
	if err != nil {
		return muban.App{}, err
	}
	app.AlipayPublicKey = public
	return s.store.CreateAlipayApp(ctx, app, private)
}

// App returns an app.
func (s *Service) App(ctx context.Context, appID string) (muban.App, error) {
	if !plausibleID(appID) {
		return muban.App{}, muban.Refuse(muban.RuleNotFound, "object", "app", "id", quote(appID))
	}
	return s.store.App(ctx, appID)
}

// Apps lists the apps, newest first.
func (s *Service) Apps(ctx context.Context, page muban.Page) (muban.List[muban.App], error) {
	return s.store.Apps(ctx, page)
}

// UpdateApp changes an app's name and settings. edit sees the app as it is;
// its error changes nothing and is returned.
func (s *Service) UpdateApp(ctx context.Context, appID string, edit func(*muban.App) error) (muban.App, error) {
	app, err := s.store.UpdateApp(ctx, appID, func(a *muban.App) error {
		before := *a
		before.LinkedApps, before.Pages = slices.Clone(a.LinkedApps), slices.Clone(a.Pages)
		if a.CloudPermissions != nil {
			permissions := slices.Clone(*a.CloudPermissions)
			before.CloudPermissions = &permissions
		}
		if err := edit(a); err != nil {
			return err
		}
		return checkApp(before, *a)
	})
	if err == nil {
		s.apps.Forget(app.Number)
	}
	return app, err
}

// DeleteApp removes an app with everything it has.
func (s *Service) DeleteApp(ctx context.Context, appID string) error {
	err := s.store.DeleteApp(ctx, appID)
	s.apps.Clear()
	s.tokens.Clear()
	s.users.Clear()
	s.templates.Clear()
	s.platformKeys.Clear()
	s.certificates.Clear()
	s.authorizations.Clear()
	return err
}

// ResetSecret gives the app a new secret; its access tokens stay good.
func (s *Service) ResetSecret(ctx context.Context, appID string) (muban.App, error) {
	return s.UpdateApp(ctx, appID, func(a *muban.App) error {
		if a.Secret == "" {
			return muban.Refuse(muban.RuleNotOnPlatform, "platform", string(a.Platform), "object", "secret")
		}
		a.Secret = newSecret(a.Platform)
		return nil
	})
}

// RevokeTokens kills every access token of the app: at once here, within a
// second on other nodes.
func (s *Service) RevokeTokens(ctx context.Context, appID string) error {
	if _, err := s.App(ctx, appID); err != nil {
		return err
	}
	err := s.store.DeleteTokens(ctx, appID)
	s.tokens.Clear()
	return err
}

// Bounds of an app's settings.
const (
	longestName = 200
	mostPages   = 1000
	mostLinks   = 1000
)

// checkApp checks an app's settings. What before, the app as it was, had
// already may be what an older program accepted.
func checkApp(before, a muban.App) error {
	switch {
	case a.ID != before.ID && !ownID(a.ID) || strings.ContainsAny(a.ID, "/ "):
		return invalid("app_id", a.ID, "1 to 256 printable characters without spaces or slashes")
	case a.Name != before.Name && a.Name != "" && (len(a.Name) > longestName || !plainLine(a.Name)):
		return invalid("name", a.Name, "one line of at most 200 bytes")
	case a.Secret != before.Secret && a.Secret != "" && !ownID(a.Secret):
		return invalid("secret", "not shown", "1 to 256 printable characters")
	case a.OriginalID != before.OriginalID && a.OriginalID != "" && !ownID(a.OriginalID):
		return invalid("original_id", a.OriginalID, "1 to 256 printable characters, like gh_3f7a9c0d5e8b")
	case a.DailyLimit != nil && *a.DailyLimit < 0:
		return invalid("daily_limit", strconv.FormatInt(*a.DailyLimit, 10), "0 or more, or null for no limit")
	case a.TemplateLimit != nil && *a.TemplateLimit < 0:
		return invalid("template_limit", strconv.FormatInt(*a.TemplateLimit, 10), "0 or more, or null for no limit")
	}
	if !slices.Equal(a.Pages, before.Pages) {
		if err := checkPages(a.Pages); err != nil {
			return err
		}
	}
	if !slices.Equal(a.LinkedApps, before.LinkedApps) {
		if err := checkLinks(a.LinkedApps); err != nil {
			return err
		}
	}
	if err := checkIndustries(a.Industries); err != nil {
		return err
	}
	if p := a.CloudPermissions; p != nil && (before.CloudPermissions == nil || !slices.Equal(*p, *before.CloudPermissions)) {
		if err := checkPermissions(*p); err != nil {
			return err
		}
	}
	return checkCallback(before.Callback, a.Callback)
}

func checkPages(pages []string) error {
	if len(pages) > mostPages {
		return invalid("pages", strconv.Itoa(len(pages))+" pages", "at most 1000")
	}
	for _, page := range pages {
		if barePage(page) == "" || !plainLine(page) {
			return invalid("pages", page, "a page's path, like pages/index/index")
		}
	}
	return nil
}

// checkLinks refuses what can be no app's id. That there is such an app is not
// asked: it may be made later.
func checkLinks(ids []string) error {
	if len(ids) > mostLinks {
		return invalid("linked_apps", strconv.Itoa(len(ids))+" apps", "at most 1000")
	}
	for _, id := range ids {
		if !ownID(id) {
			return invalid("linked_apps", id, "an app_id, 1 to 256 printable characters")
		}
	}
	return nil
}
