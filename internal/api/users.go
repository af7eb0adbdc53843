package api

import (
	"context"
	"net/http"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) userRoutes() {
	handle(a, "POST /api/v1/apps/{app_id}/users", doc{
		id: "createUser", tag: "users", summary: "Create a user", status: http.StatusCreated, answer: "The user.",
		text: "Ids that are not given are generated in the platform's own format. Baidu: with neither id both are made; with only `swan_id` a guest, who has no `open_id` until PATCH adds one. An id that another user of the app has is a conflict.",
	}, a.createUser)
	handle(a, "GET /api/v1/apps/{app_id}/users", doc{
		id: "listUsers", tag: "users", summary: "List an app's users", answer: "A part of the list.",
		text: "Newest first.",
	}, a.listUsers)
	handle(a, "GET /api/v1/apps/{app_id}/users/{user}", doc{
		id: "getUser", tag: "users", summary: "Show a user", answer: "The user.",
		text: "A user is found by any of its ids.",
	}, a.getUser)
	handle(a, "PATCH /api/v1/apps/{app_id}/users/{user}", doc{
		id: "updateUser", tag: "users", summary: "Change a user", answer: "The whole user after the change.",
		text: "A JSON Merge Patch; null resets a member. `open_id`, `swan_id` and `alipay_open_id` can be added where the user has none, but not changed: sends and grants refer to them. What GET answers may be sent back whole.",
	}, a.updateUser)
	handle(a, "DELETE /api/v1/apps/{app_id}/users/{user}", doc{
		id: "deleteUser", tag: "users", summary: "Delete a user", answer: "The user is gone.",
		text: "The user's grants and login codes go along; messages stay.",
	}, a.deleteUser)
	handle(a, "POST /api/v1/apps/{app_id}/users/{user}/login-codes", doc{
		id: "issueLoginCode", tag: "users", summary: "Issue a login code", status: http.StatusCreated, answer: "The code.",
		text: "What wx.login, swan.login or my.getAuthCode would give the user's phone: good for 5 minutes of sandbox time and once, in the platform's own call (`/sns/jscode2session`, `/oauth/jscode2sessionkey` or `/rest/2.0/smartapp/getsessionkey`, `alipay.system.oauth.token`). wechat-oa has none. A Baidu guest, who has no `open_id`, is refused.",
	}, a.issueLoginCode)
}

// UserPath is the path of a user.
type UserPath struct {
	AppPath
	User string `path:"user" doc:"Any of the user's ids." example:"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"`
}

// NewUser is a user to be made.
type NewUser struct {
	OpenID       string `json:"open_id,omitempty" doc:"WeChat openid, Baidu open_id, Alipay 2088… id." example:"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"`
	SwanID       string `json:"swan_id,omitempty" doc:"Baidu: the id that guests have too."`
	AlipayOpenID string `json:"alipay_open_id,omitempty" doc:"Alipay: the newer id."`
	UnionID      string `json:"union_id,omitempty" doc:"The same for one person in several apps."`
	Name         string `json:"name,omitempty" doc:"For people." example:"小明"`
}

// UserPatch is a change of a user.
type UserPatch struct {
	OpenID          Optional[string]         `json:"open_id,omitzero" doc:"Can be added, not changed. Baidu: the guest has logged in."`
	SwanID          Optional[string]         `json:"swan_id,omitzero" doc:"Baidu: can be added, not changed."`
	AlipayOpenID    Optional[string]         `json:"alipay_open_id,omitzero" doc:"Alipay: can be added, not changed."`
	UnionID         Optional[string]         `json:"union_id,omitzero" doc:"The same for one person in several apps; null removes it."`
	Name            Optional[string]         `json:"name,omitzero" doc:"For people; null empties it."`
	Blocked         Optional[bool]           `json:"blocked,omitzero" doc:"Refuses this app's messages; null resets it to false."`
	Following       Optional[bool]           `json:"following,omitzero" doc:"Official account: follows it; null resets it to true."`
	Delivery        Optional[muban.Delivery] `json:"delivery,omitzero" enum:"ok,fail" doc:"What becomes of accepted messages; null resets it to ok."`
	NotificationBar Optional[bool]           `json:"notification_bar,omitzero" doc:"Baidu: whether the phone shows one; null resets it to true."`
	CreatedAt       Optional[time.Time]      `json:"created_at,omitzero" readOnly:"true" doc:"Can be repeated, not changed."`
}

// User is a recipient as the API shows it. What the platform does not have,
// and ids the user does not have, are absent.
type User struct {
	OpenID          string         `json:"open_id,omitempty" doc:"WeChat openid, Baidu open_id, Alipay 2088… id; a Baidu guest has none." example:"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"`
	SwanID          string         `json:"swan_id,omitempty" doc:"Baidu: the id that guests have too."`
	AlipayOpenID    string         `json:"alipay_open_id,omitempty" doc:"Alipay: the newer id."`
	UnionID         string         `json:"union_id,omitempty" doc:"The same for one person in several apps."`
	Name            string         `json:"name" doc:"For people." example:"小明"`
	Blocked         bool           `json:"blocked" doc:"Refuses this app's messages."`
	Following       *bool          `json:"following,omitempty" doc:"Official account: follows it."`
	Delivery        muban.Delivery `json:"delivery" enum:"ok,fail" doc:"What becomes of accepted messages: as usual, or every one fails."`
	NotificationBar *bool          `json:"notification_bar,omitempty" doc:"Baidu: whether the phone shows one."`
	CreatedAt       Timestamp      `json:"created_at" doc:"When it was made."`
}

// showUser shows a user of an app on that platform.
func showUser(p muban.Platform) func(muban.User) User {
	return func(u muban.User) User {
		shown := User{
			OpenID: u.OpenID, SwanID: u.SwanID, AlipayOpenID: u.AlipayOpenID, UnionID: u.UnionID,
			Name: u.Name, Blocked: u.Blocked, Delivery: u.Delivery, CreatedAt: Timestamp{u.CreatedAt},
		}
		if p == muban.WeChatOA {
			shown.Following = &u.Following
		}
		if p == muban.Baidu {
			shown.NotificationBar = &u.NotificationBar
		}
		return shown
	}
}

func (a *api) createUser(ctx context.Context, in *struct {
	AppPath
	Body NewUser
},
) (*Answer[User], error) {
	app, err := a.service.App(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	user, err := a.service.CreateUser(ctx, in.AppID, messaging.NewUser{
		OpenID: in.Body.OpenID, SwanID: in.Body.SwanID, AlipayOpenID: in.Body.AlipayOpenID,
		UnionID: in.Body.UnionID, Name: in.Body.Name,
	})
	return &Answer[User]{showUser(app.Platform)(user)}, err
}

func (a *api) listUsers(ctx context.Context, in *struct {
	AppPath
	Paging
},
) (*Answer[List[User]], error) {
	app, err := a.service.App(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	users, err := a.service.Users(ctx, in.AppID, in.page())
	return &Answer[List[User]]{listOf(users, showUser(app.Platform))}, err
}

func (a *api) getUser(ctx context.Context, in *UserPath) (*Answer[User], error) {
	app, err := a.service.App(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	user, err := a.service.User(ctx, in.AppID, in.User)
	return &Answer[User]{showUser(app.Platform)(user)}, err
}

func (a *api) updateUser(ctx context.Context, in *struct {
	UserPath
	Body UserPatch
},
) (*Answer[User], error) {
	app, err := a.service.App(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	user, err := a.service.UpdateUser(ctx, in.AppID, in.User, func(u *muban.User) error {
		if err := notOnPlatform(app.Platform, in.Body.unknownOn(app.Platform)); err != nil {
			return err
		}
		if err := in.Body.checkReadOnly(*u); err != nil {
			return err
		}
		in.Body.apply(u)
		return nil
	})
	return &Answer[User]{showUser(app.Platform)(user)}, err
}

func (a *api) deleteUser(ctx context.Context, in *UserPath) (*struct{}, error) {
	return nil, a.service.DeleteUser(ctx, in.AppID, in.User)
}

// LoginCode is what a phone gives its app's backend.
type LoginCode struct {
	Code      string    `json:"code" doc:"What the platform calls js_code, code or auth_code." example:"021Ktl4S1ognG510zT2S1f7w4S1Ktl4Q"`
	ExpiresAt Timestamp `json:"expires_at" doc:"Good until, and not at, this time."`
}

func (a *api) issueLoginCode(ctx context.Context, in *UserPath) (*Answer[LoginCode], error) {
	issued, err := a.service.IssueLoginCode(ctx, in.AppID, in.User)
	if err != nil {
		return nil, err
	}
	return &Answer[LoginCode]{LoginCode{issued.Code, Timestamp{issued.ExpiresAt}}}, nil
}

func (p *UserPatch) apply(to *muban.User) {
	p.OpenID.into(&to.OpenID, "")
	p.SwanID.into(&to.SwanID, "")
	p.AlipayOpenID.into(&to.AlipayOpenID, "")
	p.UnionID.into(&to.UnionID, "")
	p.Name.into(&to.Name, "")
	p.Blocked.into(&to.Blocked, false)
	p.Following.into(&to.Following, true)
	p.Delivery.into(&to.Delivery, muban.DeliveryOK)
	p.NotificationBar.into(&to.NotificationBar, true)
}

// unknownOn lists the members that were given a value and that users of the
// platform do not have. The ids among them are messaging's to refuse.
func (p *UserPatch) unknownOn(platform muban.Platform) []string {
	var unknown []string
	if p.Following.given() && platform != muban.WeChatOA {
		unknown = append(unknown, "following")
	}
	if p.NotificationBar.given() && platform != muban.Baidu {
		unknown = append(unknown, "notification_bar")
	}
	return unknown
}
