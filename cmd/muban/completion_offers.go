package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/muban-dev/muban/internal/apiclient"
)

// offers are what completes flags and arguments, by their names, in every
// command that has them. Flags of a few words bring their own; nothing is
// offered for the rest, where a shell would offer files.
func (s *shell) offers() map[string]cobra.CompletionFunc {
	files := cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	folders := cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	apps := s.offerIDs(func(ctx context.Context, c *apiclient.Client, _ string) ([]string, error) {
		return offered(c.Apps(ctx, mostOffered))(func(a apiclient.App) (string, string) { return a.AppID, string(a.Platform) + " " + a.Name })
	})
	users := s.offerIDs(func(ctx context.Context, c *apiclient.Client, app string) ([]string, error) {
		return offered(c.Users(ctx, app, mostOffered))(func(u apiclient.User) (string, string) { return firstOf(u.OpenID, u.SwanID), u.Name })
	})
	templates := s.offerIDs(func(ctx context.Context, c *apiclient.Client, app string) ([]string, error) {
		return offered(c.Templates(ctx, app, mostOffered))(func(t apiclient.Template) (string, string) { return t.TemplateID, t.Title })
	})
	return map[string]cobra.CompletionFunc{
		"--app": apps, "--agent": apps, "--linked-app": apps, "--miniprogram": apps, "APP_ID": apps,
		"--user": users, "USER": users,
		"--template": templates, "TEMPLATE_ID": templates,
		"[COMMAND]": offerCommands,

		"--dir": folders, "--data": folders,
		"--admin-token-file": files, "--alipay-private-key-file": files, "--app-cert-file": files,
		"--app-public-key-file": files, "--config": files, "--data-file": files, "--in": files, "--out": files,
		"--private-key-file": files, "--profile": files, "--seed": files, "--to": files,
		"FILE": files, "[FILE]": files,
	}
}

// complete gives the command and all below it their offers.
func complete(cmd *cobra.Command, offers map[string]cobra.CompletionFunc) {
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		offer, known := offers["--"+f.Name]
		if _, own := cmd.GetFlagCompletionFunc(f.Name); known && !own {
			must(cmd.RegisterFlagCompletionFunc(f.Name, offer))
		}
	})
	_, argument, _ := strings.Cut(cmd.Use, " ")
	if offer := offers[argument]; offer != nil {
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp // there is one argument
			}
			return offer(cmd, args, begun)
		}
	}
	for _, below := range cmd.Commands() {
		complete(below, offers)
	}
}

// offerCommands offers the commands that help is asked for.
func offerCommands(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return commandNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
}

// Whoever presses Tab waits for so long, and reads no more than that.
const (
	offeredWithin = 500 * time.Millisecond
	mostOffered   = 200
)

// offerIDs offers what list finds on the server, of the app of --app where
// there is one; nothing where the server does not answer in time, or refuses.
func (s *shell) offerIDs(list func(ctx context.Context, c *apiclient.Client, app string) ([]string, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		c, err := s.client()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		app := ""
		if f := cmd.Flags().Lookup("app"); f != nil {
			app = f.Value.String()
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), offeredWithin)
		defer cancel()
		ids, err := list(ctx, c, app)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		others := func(id string) bool { return !strings.HasPrefix(id, begun) }
		return slices.DeleteFunc(ids, others), cobra.ShellCompDirectiveNoFileComp
	}
}

// offered are the items of a list, by the id and the words of each.
func offered[T any](list apiclient.Answer[apiclient.List[T]], err error) func(item func(T) (id, words string)) ([]string, error) {
	return func(item func(T) (string, string)) ([]string, error) {
		ids := make([]string, len(list.Value.Items))
		for i, one := range list.Value.Items {
			id, words := item(one)
			ids[i] = cobra.CompletionWithDesc(id, oneLine(words))
		}
		return ids, err
	}
}
