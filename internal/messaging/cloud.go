package messaging

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/muban-dev/muban"
)

// SignedRequest is a request that its app signed with its secret, instead of
// sending an access token.
type SignedRequest struct {
	AppID string
	// Fits reports whether the signature is the one that this secret makes of
	// the request. It is asked once, and must take the same time however much
	// of the signature is right.
	Fits func(secret string) bool
}

// AuthorizeSigned returns the app that signed a request. How old the signature
// may be is for the caller to say.
//
// Refusals: no such app on the wanted platforms; another signature.
func (s *Service) AuthorizeSigned(ctx context.Context, req SignedRequest, wanted ...muban.Platform) (muban.App, error) {
	unknown := muban.Refuse(muban.RuleAuthAppUnknown, "app_id", quote(req.AppID))
	if !plausibleID(req.AppID) {
		return muban.App{}, unknown
	}
	app, err := s.cachedApp(ctx, req.AppID)
	if notFound(err) || err == nil && !slices.Contains(wanted, app.Platform) {
		return muban.App{}, unknown
	}
	if err != nil {
		return muban.App{}, err
	}
	if !req.Fits(app.Secret) {
		return muban.App{}, muban.Refuse(muban.RuleSignature, "app_id", app.ID)
	}
	return app, nil
}

// CloudCall is a call that an app's cloud code makes (云调用).
type CloudCall struct {
	// Name is what the app's permissions must list: templateMessage.send, or
	// the path of an API's call.
	Name string
	// For is the app that the call is made for; empty where that is the
	// caller. It must be one of the caller's linked apps (资源复用).
	For string
}

// AuthorizeCloud returns the app that a call of the caller's cloud code is
// made for, which must be on one of the wanted platforms.
//
// Refusals: a call that the caller's permissions do not list; an app that is
// not linked to it; an app of another platform.
func (s *Service) AuthorizeCloud(ctx context.Context, caller muban.App, call CloudCall, wanted ...muban.Platform) (muban.App, error) {
	if !permitted(caller.CloudPermissions, call.Name) {
		listed := strings.Join(*caller.CloudPermissions, ", ")
		if listed == "" {
			listed = "none"
		}
		return muban.App{}, muban.Refuse(muban.RuleCloudPermission, "app_id", caller.ID, "call", quote(call.Name), "permissions", listed)
	}
	app := caller
	if call.For != "" && call.For != caller.ID {
		stranger := muban.Refuse(muban.RuleCloudApp, "app_id", caller.ID, "other", quote(call.For))
		if !slices.Contains(caller.LinkedApps, call.For) {
			return muban.App{}, stranger
		}
		var err error
		if app, err = s.cachedApp(ctx, call.For); notFound(err) {
			return muban.App{}, stranger
		} else if err != nil {
			return muban.App{}, err
		}
	}
	if !slices.Contains(wanted, app.Platform) {
		return muban.App{}, muban.Refuse(muban.RuleTokenPlatform, "app_id", app.ID, "platform", string(app.Platform), "wanted", platformNames(wanted))
	}
	return app, nil
}

// permitted reports whether a list of permissions, nil for all, has a call.
// Names may have the prefix under which the SDK shows them; the entry /* is
// every path (the api_whitelist of cloud hosting has it).
func permitted(permissions *[]string, call string) bool {
	return permissions == nil || slices.ContainsFunc(*permissions, func(entry string) bool {
		return strings.TrimPrefix(entry, "openapi.") == call || entry == "/*" && strings.HasPrefix(call, "/")
	})
}

// mostPermissions bounds an app's list of permissions.
const mostPermissions = 1000

func checkPermissions(permissions []string) error {
	if len(permissions) > mostPermissions {
		return invalid("cloud_permissions", strconv.Itoa(len(permissions))+" calls", "at most 1000")
	}
	for _, call := range permissions {
		if len(call) > longestName || !plainLine(call) {
			return invalid("cloud_permissions", call, "a cloud call's name, like templateMessage.send, or the path of an API's call")
		}
	}
	return nil
}
