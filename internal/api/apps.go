package api

import (
	"context"
	"net/http"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) appRoutes() {
	handle(a, "POST /api/v1/apps", doc{
		id: "createApp", tag: "apps", summary: "Create an app", status: http.StatusCreated, answer: "The app with its secret.",
		text: "What is not given is generated in the platform's own format or takes the platform's default. An `app_id` that exists on any platform is a conflict.",
	}, a.createApp)
	handle(a, "GET /api/v1/apps", doc{
		id: "listApps", tag: "apps", summary: "List the apps", answer: "A part of the list.",
		text: "All platforms' apps, newest first.",
	}, a.listApps)
	handle(a, "GET /api/v1/apps/{app_id}", doc{
		id: "getApp", tag: "apps", summary: "Show an app", answer: "The app.",
		text: "Secrets are shown in `muban dev` only.",
	}, a.getApp)
	handle(a, "PATCH /api/v1/apps/{app_id}", doc{
		id: "updateApp", tag: "apps", summary: "Change an app", answer: "The whole app after the change.",
		text: "A JSON Merge Patch of the name and the settings: null removes a setting or, where it always has a value, resets it. What GET answers may be sent back whole: members that cannot be changed may be repeated as they are.",
	}, a.updateApp)
	handle(a, "DELETE /api/v1/apps/{app_id}", doc{
		id: "deleteApp", tag: "apps", summary: "Delete an app", answer: "It is gone.",
		text: "Everything of the app goes along: users, templates, grants, messages, callbacks, access tokens.",
	}, a.deleteApp)
	handle(a, "POST /api/v1/apps/{app_id}/secret/reset", doc{
		id: "resetAppSecret", tag: "apps", summary: "Give an app a new secret", status: http.StatusCreated, answer: "The app with its new secret.",
		text: "Access tokens that were issued stay good. Alipay apps have no secret.",
	}, a.resetSecret)
	handle(a, "POST /api/v1/apps/{app_id}/tokens/revoke", doc{
		id: "revokeAppTokens", tag: "apps", summary: "Revoke an app's access tokens", answer: "They are dead.",
		text: "Every access token of the app is refused at once on the node that was asked, within one second on others.",
	}, a.revokeTokens)
}

// AppPath is the path of an app.
type AppPath struct {
	AppID string `path:"app_id" doc:"The app's app_id." example:"wx3f7a9c0d5e8b2146"`
}

// NewApp is an app to be made.
type NewApp struct {
	Platform muban.Platform `json:"platform" enum:"wechat-mini,wechat-oa,baidu,alipay" doc:"Where the app lives; it cannot be changed."`
	Name     string         `json:"name" doc:"For people." example:"TIT造舰厂"`
	AppID    string         `json:"app_id,omitempty" doc:"What the app's client authenticates with: appid on WeChat, App Key on Baidu, app_id on Alipay. Unique over all platforms; it cannot be changed." example:"wx3f7a9c0d5e8b2146"`
	Secret   string         `json:"secret,omitempty" doc:"The AppSecret or App Secret; Alipay has none."`
	// AlipayPrivateKey is taken once and never answered.
	AlipayPrivateKey string `json:"alipay_private_key,omitempty" doc:"Alipay: the key that answers to the app are signed with, PKCS #1 or PKCS #8, PEM or bare base64; made if left out. It is never answered; alipay_public_key is its other half."`
	AppSettings
}

// AppPatch is a change of an app.
type AppPatch struct {
	Name Optional[string] `json:"name,omitzero" doc:"For people; null empties it." example:"TIT造舰厂"`
	AppSettings
	AppReadOnly
}

func (a *api) createApp(ctx context.Context, in *struct{ Body NewApp }) (*Answer[App], error) {
	req := in.Body
	unknown := req.unknownOn(req.Platform)
	if req.AlipayPrivateKey != "" && req.Platform != muban.Alipay {
		unknown = append(unknown, "alipay_private_key")
	}
	if err := notOnPlatform(req.Platform, unknown); err != nil {
		return nil, err
	}
	if err := req.checkNoneReadOnly(); err != nil {
		return nil, err
	}
	if err := req.checkKeys(); err != nil {
		return nil, err
	}
	platformKey, err := req.platformKey()
	if err != nil {
		return nil, err
	}
	settings := messaging.DefaultSettings(req.Platform)
	req.apply(&settings)
	app, err := a.service.CreateApp(ctx, messaging.NewApp{
		Platform: req.Platform, Name: req.Name, ID: req.AppID, Secret: req.Secret, Settings: settings, PlatformKey: platformKey,
	})
	if err != nil {
		return nil, err
	}
	app, err = a.verified(ctx, app, req.Callback.given())
	return &Answer[App]{showApp(app, true)}, err
}

func (a *api) listApps(ctx context.Context, in *Paging) (*Answer[List[App]], error) {
	apps, err := a.service.Apps(ctx, in.page())
	return &Answer[List[App]]{listOf(apps, a.app)}, err
}

func (a *api) getApp(ctx context.Context, in *AppPath) (*Answer[App], error) {
	app, err := a.service.App(ctx, in.AppID)
	return &Answer[App]{a.app(app)}, err
}

func (a *api) updateApp(ctx context.Context, in *struct {
	AppPath
	Body AppPatch
},
) (*Answer[App], error) {
	app, err := a.service.UpdateApp(ctx, in.AppID, func(app *muban.App) error {
		if err := notOnPlatform(app.Platform, in.Body.unknownOn(app.Platform)); err != nil {
			return err
		}
		if err := in.Body.checkReadOnly(*app); err != nil {
			return err
		}
		if err := in.Body.checkKeys(); err != nil {
			return err
		}
		in.Body.Name.into(&app.Name, "")
		in.Body.apply(&app.Settings)
		return nil
	})
	if err != nil {
		return nil, err
	}
	app, err = a.verified(ctx, app, in.Body.Callback.given())
	return &Answer[App]{a.app(app)}, err
}

func (a *api) deleteApp(ctx context.Context, in *AppPath) (*struct{}, error) {
	return nil, a.service.DeleteApp(ctx, in.AppID)
}

func (a *api) resetSecret(ctx context.Context, in *AppPath) (*Answer[App], error) {
	app, err := a.service.ResetSecret(ctx, in.AppID)
	return &Answer[App]{showApp(app, true)}, err
}

func (a *api) revokeTokens(ctx context.Context, in *AppPath) (*struct{}, error) {
	return nil, a.service.RevokeTokens(ctx, in.AppID)
}
