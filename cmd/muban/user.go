package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

func newUserCommand(s *shell) *cobra.Command {
	return newGroup("user", "Recipients as one app sees them",
		newUserCreate(s), newUserList(s), newUserShow(s), newUserUpdate(s), newUserDelete(s), newUserLoginCode(s))
}

// userIDs are the flags that create and update share.
type userIDs struct{ openID, swanID, alipayOpenID, unionID, name string }

func (u *userIDs) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&u.openID, "open-id", "", "WeChat openid, Baidu open_id, Alipay 2088… id")
	flags.StringVar(&u.swanID, "swan-id", "", "Baidu: the id that guests have too")
	flags.StringVar(&u.alipayOpenID, "alipay-open-id", "", "Alipay: the newer id")
	flags.StringVar(&u.unionID, "union-id", "", "the same for one person in several apps")
	flags.StringVar(&u.name, "name", "", "name, for people")
}

func (u *userIDs) members(cmd *cobra.Command) apiclient.Members {
	members := apiclient.Members{}
	setIfChanged(cmd, members, "open-id", "open_id", u.openID)
	setIfChanged(cmd, members, "swan-id", "swan_id", u.swanID)
	setIfChanged(cmd, members, "alipay-open-id", "alipay_open_id", u.alipayOpenID)
	setIfChanged(cmd, members, "union-id", "union_id", u.unionID)
	setIfChanged(cmd, members, "name", "name", u.name)
	return members
}

func newUserCreate(s *shell) *cobra.Command {
	var app string
	var ids userIDs
	cmd := &cobra.Command{
		Use: "create", Short: "Make a user; ids that are not given are generated", Args: takes(),
		Long:    "Make a user; ids that are not given are generated.\nBaidu: with --swan-id alone it is a guest, without an open_id.",
		Example: "  muban user create --app wx3f7a9c0d5e8b2146 --name 小明",
	}
	appFlag(cmd, &app)
	ids.addFlags(cmd)
	cmd.RunE = s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
		user, err := c.CreateUser(ctx, app, ids.members(cmd))
		return show(s, user, err, userView)
	})
	return cmd
}

func newUserList(s *shell) *cobra.Command {
	var app string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List an app's users", Args: takes(),
		Example: "  muban user list --app wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			users, err := c.Users(ctx, app, limit)
			return showList(s, users, err, userTable)
		}),
	}
	appFlag(cmd, &app)
	limitFlag(cmd, &limit)
	return cmd
}

func newUserShow(s *shell) *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "show USER", Short: "Show a user, by any of its ids", Args: takes("USER"),
		Example: "  muban user show --app wx3f7a9c0d5e8b2146 o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			user, err := c.User(ctx, app, args[0])
			return show(s, user, err, userView)
		}),
	}
	appFlag(cmd, &app)
	return cmd
}

// userSwitches are the flags that turn something of a user on or off.
var userSwitches = []struct {
	flag, member string
	value        bool
	usage        string
}{
	{"block", "blocked", true, "the user refuses this app's messages"},
	{"unblock", "blocked", false, "the user takes them again"},
	{"follow", "following", true, "official account: the user follows it"},
	{"unfollow", "following", false, "official account: the user does not"},
}

func newUserUpdate(s *shell) *cobra.Command {
	var app string
	var ids userIDs
	var delivery muban.Delivery
	var bar bool
	var set []string
	cmd := &cobra.Command{
		Use: "update USER", Short: "Change a user: block, log in, let deliveries fail", Args: takes("USER"),
		Long:    "Change a user. An id can be added where there is none, not changed.",
		Example: "  muban user update --app wx3f7a9c0d5e8b2146 o6_bmjrPTlm6_2sgVt7hMZOPfL2M --block",
	}
	appFlag(cmd, &app)
	ids.addFlags(cmd)
	for _, sw := range userSwitches {
		cmd.Flags().Bool(sw.flag, false, sw.usage)
	}
	cmd.MarkFlagsMutuallyExclusive("block", "unblock")
	cmd.MarkFlagsMutuallyExclusive("follow", "unfollow")
	choiceFlag(cmd, &delivery, "delivery", "what becomes of accepted messages", muban.DeliveryOK, muban.DeliveryFail)
	cmd.Flags().BoolVar(&bar, "notification-bar", true, "Baidu: whether the phone shows one")
	setFlag(cmd, &set)
	cmd.RunE = s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
		patch := ids.members(cmd)
		for _, sw := range userSwitches {
			given, _ := cmd.Flags().GetBool(sw.flag)
			setIfChanged(cmd, patch, sw.flag, sw.member, given == sw.value)
		}
		setIfChanged(cmd, patch, "delivery", "delivery", delivery)
		setIfChanged(cmd, patch, "notification-bar", "notification_bar", bar)
		if err := setMembers(patch, set); err != nil {
			return err
		}
		if len(patch) == 0 {
			return errNothingToChange
		}
		user, err := c.UpdateUser(ctx, app, args[0], patch)
		return show(s, user, err, userView)
	})
	return cmd
}

func newUserDelete(s *shell) *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "delete USER", Short: "Delete a user and its grants; messages stay", Args: takes("USER"),
		Example: "  muban user delete --app wx3f7a9c0d5e8b2146 o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			return s.done(c.DeleteUser(ctx, app, args[0]), "deleted user %s", args[0])
		}),
	}
	appFlag(cmd, &app)
	return cmd
}

func newUserLoginCode(s *shell) *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "login-code USER", Short: "Issue the code that the user's phone gives the app's backend", Args: takes("USER"),
		Long: `Issue what wx.login, swan.login or my.getAuthCode would give the user's phone.
The app's backend exchanges it for who the user is, once and within 5 minutes:
/sns/jscode2session on WeChat, /oauth/jscode2sessionkey or
/rest/2.0/smartapp/getsessionkey on Baidu, alipay.system.oauth.token on Alipay.`,
		Example: "  muban user login-code --app wx3f7a9c0d5e8b2146 o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			code, err := c.IssueLoginCode(ctx, app, args[0])
			return show(s, code, err, func(l apiclient.LoginCode) view {
				return details{{"code", l.Code}, {"expires_at", stamp(l.ExpiresAt)}}
			})
		}),
	}
	appFlag(cmd, &app)
	return cmd
}

func userTable(users []apiclient.User) view {
	return newTable(users, func(u apiclient.User) []string {
		return []string{firstOf(u.OpenID, u.SwanID), u.Name, userCondition(u), stamp(u.CreatedAt)}
	}, "USER", "NAME", "CONDITION", "CREATED")
}

// userCondition says what is unusual about a user.
func userCondition(u apiclient.User) string {
	switch {
	case u.Blocked:
		return "blocked"
	case u.Delivery == muban.DeliveryFail:
		return "deliveries fail"
	case u.Following != nil && !*u.Following:
		return "not following"
	case u.OpenID == "":
		return "guest"
	}
	return "ok"
}

func userView(u apiclient.User) view {
	return details{
		{"open_id", u.OpenID},
		{"swan_id", u.SwanID},
		{"alipay_open_id", u.AlipayOpenID},
		{"union_id", u.UnionID},
		{"name", u.Name},
		{"blocked", yesNo(u.Blocked)},
		{"following", yesNoAbsent(u.Following)},
		{"delivery", string(u.Delivery)},
		{"notification_bar", yesNoAbsent(u.NotificationBar)},
		{"created_at", stamp(u.CreatedAt)},
	}
}
