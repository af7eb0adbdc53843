package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/library"
)

func newAppCommand(s *shell) *cobra.Command {
	return newGroup("app", "Developers' accounts on the platforms",
		newAppCreate(s), newAppList(s), newAppShow(s), newAppUpdate(s), newAppDelete(s),
		newAppResetSecret(s), newAppRevokeTokens(s), newAppAuthorize(s), newAppCloudToken(s))
}

func newAppCreate(s *shell) *cobra.Command {
	var platform muban.Platform
	var id, secret, platformKeyFile string
	var settings appSettings
	cmd := &cobra.Command{
		Use: "create", Short: "Make an app; what is not given is generated",
		Example: "  muban app create --platform wechat-mini --name TIT造舰厂 --page pages/index/index",
		Args:    takes(),
	}
	choiceFlag(cmd, &platform, "platform", "where the app lives", muban.Platforms()...)
	filledFlag(cmd, &id, "id", "its app_id: appid on WeChat, App Key on Baidu, app_id on Alipay")
	filledFlag(cmd, &secret, "secret", "its AppSecret or App Secret")
	filledFlag(cmd, &platformKeyFile, "alipay-private-key-file", "Alipay: file with the key that the platform signs with; made if left out")
	settings.addFlags(cmd)
	must(cmd.MarkFlagRequired("platform"))
	must(cmd.MarkFlagRequired("name"))
	cmd.RunE = s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
		members := apiclient.Members{"platform": platform}
		setIfChanged(cmd, members, "id", "app_id", id)
		setIfChanged(cmd, members, "secret", "secret", secret)
		if err := s.setFile(members, "alipay_private_key", platformKeyFile); err != nil {
			return err
		}
		if err := settings.addMembers(s, cmd, members); err != nil {
			return err
		}
		app, err := c.CreateApp(ctx, members)
		return show(s, app, err, appView)
	})
	return cmd
}

func newAppList(s *shell) *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List the apps of all platforms", Args: takes(),
		Example: "  muban app list --limit 0",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
			apps, err := c.Apps(ctx, limit)
			return showList(s, apps, err, appTable)
		}),
	}
	limitFlag(cmd, &limit)
	return cmd
}

func newAppShow(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "show APP_ID", Short: "Show an app; its secret in muban dev only", Args: takes("APP_ID"),
		Example: "  muban app show wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			app, err := c.App(ctx, args[0])
			return show(s, app, err, appView)
		}),
	}
}

func newAppUpdate(s *shell) *cobra.Command {
	var settings appSettings
	cmd := &cobra.Command{
		Use: "update APP_ID", Short: "Change an app's name and settings", Args: takes("APP_ID"),
		Example: "  muban app update wx3f7a9c0d5e8b2146 --daily-limit 100 --set template_limit=null",
	}
	settings.addFlags(cmd)
	cmd.RunE = s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
		patch := apiclient.Members{}
		if err := settings.addMembers(s, cmd, patch); err != nil {
			return err
		}
		if len(patch) == 0 {
			return errNothingToChange
		}
		app, err := c.UpdateApp(ctx, args[0], patch)
		return show(s, app, err, appView)
	})
	return cmd
}

func newAppDelete(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "delete APP_ID", Short: "Delete an app and everything of it", Args: takes("APP_ID"),
		Long:    "Delete an app with its users, templates, grants, messages and access tokens.",
		Example: "  muban app delete wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			return s.done(c.DeleteApp(ctx, args[0]), "deleted app %s", args[0])
		}),
	}
}

func newAppResetSecret(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "reset-secret APP_ID", Short: "Give an app a new secret", Args: takes("APP_ID"),
		Long:    "Give an app a new secret and print it. Access tokens that were issued stay good; see revoke-tokens.",
		Example: "  muban app reset-secret wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			app, err := c.ResetSecret(ctx, args[0])
			return show(s, app, err, appView)
		}),
	}
}

func newAppRevokeTokens(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "revoke-tokens APP_ID", Short: "Kill every access token of an app", Args: takes("APP_ID"),
		Example: "  muban app revoke-tokens wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			return s.done(c.RevokeTokens(ctx, args[0]), "revoked the access tokens of app %s", args[0])
		}),
	}
}

func newAppAuthorize(s *shell) *cobra.Command {
	var agent string
	cmd := &cobra.Command{
		Use: "authorize APP_ID", Short: "Alipay: let another app act for an app", Args: takes("APP_ID"),
		Long: `Let another app, a service provider's, act for an app: its calls carry the token
that is printed (app_auth_token) and are made with the templates, users and grants
of the app that it acts for.`,
		Example: "  muban app authorize 2021000000000004 --agent 2021000000000005",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			authorization, err := c.CreateAuthorization(ctx, args[0], agent)
			return show(s, authorization, err, func(a apiclient.Authorization) view {
				return details{{"app_auth_token", a.AppAuthToken}, {"expires_at", stamp(a.ExpiresAt)}}
			})
		}),
	}
	needFlag(cmd, &agent, "agent", "the app that may act, by its app_id")
	return cmd
}

func newAppCloudToken(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "cloud-token APP_ID", Short: "Issue a cloudbase_access_token, good for 30 minutes", Args: takes("APP_ID"),
		Long: `Issue a cloudbase_access_token of a WeChat app, as WeChat's cloud hosting gives
one to its containers. The server must have been started with --cloud-app.`,
		Example: "  muban app cloud-token wx3f7a9c0d5e8b2146",
		RunE: s.with(func(ctx context.Context, c *apiclient.Client, args []string) error {
			token, err := c.IssueCloudToken(ctx, args[0])
			return show(s, token, err, func(t apiclient.CloudToken) view {
				return details{{"cloudbase_access_token", t.Token}, {"expires_at", stamp(t.ExpiresAt)}}
			})
		}),
	}
}

func appTable(apps []apiclient.App) view {
	return newTable(apps, func(a apiclient.App) []string {
		return []string{a.AppID, string(a.Platform), a.Name, stamp(a.CreatedAt)}
	}, "APP_ID", "PLATFORM", "NAME", "CREATED")
}

func appView(a apiclient.App) view {
	d := details{
		{"app_id", a.AppID},
		{"platform", string(a.Platform)},
		{"name", a.Name},
		{"secret", a.Secret},
		{"original_id", a.OriginalID},
		{"pages", lines(a.Pages, "every page")},
		{"daily_limit", numberOr(a.DailyLimit, "none")},
		{"template_limit", numberOr(a.TemplateLimit, "none")},
		{"push_allowed", yesNoAbsent(a.PushAllowed)},
		{"linked_apps", strings.Join(a.LinkedApps, "\n")},
		{"app_public_key", a.AppPublicKey},
		{"alipay_public_key", a.AlipayPublicKey},
		{"app_cert", a.AppCert},
		{"content_key", a.ContentKey},
	}
	if a.CloudPermissions != nil {
		d = append(d, [2]string{"cloud_permissions", lines(*a.CloudPermissions, "none")})
	}
	if c := a.Callback; c != nil {
		d = append(d, [][2]string{
			{"callback url", c.URL},
			{"callback token", c.Token},
			{"callback aes_key", c.AESKey},
			{"callback mode", string(c.Mode)},
			{"callback verified", yesNo(c.Verified)},
			{"callback verify_error", c.VerifyError},
		}...)
	}
	if i := a.Industries; i != nil {
		d = append(d, [2]string{"industries", industryName(i.Primary) + "\n" + industryName(i.Secondary)})
	}
	return append(d, [2]string{"created_at", stamp(a.CreatedAt)})
}

// industryName shows the code of an industry with what it means.
func industryName(code int) string {
	industry, known := library.IndustryOf(int64(code))
	if !known {
		return strconv.Itoa(code)
	}
	return fmt.Sprintf("%d %s, %s", code, industry.FirstClass, industry.SecondClass)
}
