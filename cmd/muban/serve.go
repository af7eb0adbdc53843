package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/muban-dev/muban/internal/server"
)

const cloudAppUsage = "app_id that WeChat calls without an access token are made for, as in cloud hosting"

const keepUsage = "delete messages and expired grants that are older, like 30d or 36h (default: keep everything)"

// adminTokenEnv holds the admin token where no file does.
const adminTokenEnv = "MUBAN_ADMIN_TOKEN"

func newServeCommand(s *shell) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the service",
		Long: `Run the service: the platforms' calls and the native API on one port. The
native API asks for the admin token, which has at least 32 characters and comes
from the file of --admin-token-file or from MUBAN_ADMIN_TOKEN. Settings may stand
in a TOML file under the flags' names, or in the environment as MUBAN_DATA,
MUBAN_KEEP and so on; the environment wins over the file, flags over both.`,
		Example: "  muban serve --data /var/lib/muban --admin-token-file /etc/muban/token",
		Args:    takes(),
		RunE:    runServe,
	}
	filledFlag(cmd, new(string), "config", "TOML file with settings under the flags' names")
	addServeSettings(cmd.Flags())
	return endWithInput(s, cmd)
}

// addServeSettings declares what may stand in the configuration file too.
func addServeSettings(flags *pflag.FlagSet) {
	flags.String("listen", "127.0.0.1:8080", "address to listen on; port 0 picks a free one")
	flags.String("data", "", "folder of the embedded store")
	flags.String("database", "", "PostgreSQL database instead of --data (postgres://…)")
	flags.String("admin-token-file", "", "file with the admin token")
	flags.Bool("callback-private", false, "let callbacks go to private, loopback and link-local addresses")
	flags.String("cloud-app", "", cloudAppUsage)
	flags.Bool("inspect", false, "keep the last platform calls in memory, for muban call and the native API")
	flags.String("keep", "", keepUsage)
}

func runServe(cmd *cobra.Command, _ []string) (err error) {
	options, err := serveOptions(cmd.Flags())
	if err != nil {
		return err
	}
	options.Log = newLog(cmd.ErrOrStderr())
	s, err := server.New(cmd.Context(), options)
	if err != nil {
		return startFailure(err)
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	defer beginToAnswer(cmd.Context(), s)()
	return serveUntilDone(cmd, s)
}

// serveOptions layers the settings: defaults, configuration file, environment,
// flags.
func serveOptions(flags *pflag.FlagSet) (server.Options, error) {
	settings := pflag.NewFlagSet("settings", pflag.ContinueOnError)
	addServeSettings(settings)
	problems := []error{readEnvironment(settings)}
	flags.Visit(func(f *pflag.Flag) {
		if own := settings.Lookup(f.Name); own != nil {
			_ = settings.Set(f.Name, f.Value.String()) // was parsed as the same type
		}
	})
	k := koanf.New(".")
	if path := flags.Lookup("config").Value.String(); path != "" {
		problems = append(problems, readConfig(k, path, settings))
	}
	if err := k.Load(posflag.Provider(settings, ".", k), nil); err != nil {
		return server.Options{}, err
	}
	keep, keepErr := keepTime(k.String("keep"))
	token, err := adminToken(k.String("admin-token-file"))
	return server.Options{
		Listen: k.String("listen"), Data: k.String("data"), Database: k.String("database"), AdminToken: token,
		CallbackPrivate: k.Bool("callback-private"),
		CloudApp:        k.String("cloud-app"),
		Inspect:         k.Bool("inspect"),
		Keep:            keep,
	}, errors.Join(append(problems, err, keepErr)...)
}

// readEnvironment takes settings from the environment: keep from MUBAN_KEEP.
func readEnvironment(settings *pflag.FlagSet) error {
	var problems []error
	settings.VisitAll(func(f *pflag.Flag) {
		name := "MUBAN_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		text := os.Getenv(name)
		if text == "" {
			return
		}
		if err := settings.Set(f.Name, text); err != nil {
			problems = append(problems, fmt.Errorf("%s is %q; it must be %s", name, text, wanted(f)))
		}
	})
	return errors.Join(problems...)
}

// readConfig reads a TOML file whose keys are names of settings.
func readConfig(k *koanf.Koanf, path string, settings *pflag.FlagSet) error {
	text, err := os.ReadFile(path)
	if err == nil {
		err = k.Load(configText(withoutMark(text)), toml.Parser())
	}
	if err != nil {
		return configUnread(path, err)
	}
	var known []string
	settings.VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	var problems []error
	for _, key := range k.Keys() {
		if !slices.Contains(known, key) {
			problems = append(problems, fmt.Errorf("%s: unknown setting %q; there are %s", path, key, strings.Join(known, ", ")))
		} else if wanted := wrongType(settings.Lookup(key), k.Get(key)); wanted != "" {
			problems = append(problems, fmt.Errorf("%s: %s is %v; it must be %s", path, key, k.Get(key), wanted))
		}
	}
	return errors.Join(problems...)
}

// configText is a configuration file's text as koanf takes it.
type configText string

// ReadBytes implements koanf.Provider.
func (t configText) ReadBytes() ([]byte, error) { return []byte(t), nil }

// Read implements koanf.Provider; a text has a parser, which is not asked so.
func (configText) Read() (map[string]any, error) { return nil, errors.ErrUnsupported }

// configUnread says where the file is not TOML.
func configUnread(path string, err error) error {
	type positioned interface {
		error
		Position() (row, column int)
	}
	if syntax, is := errors.AsType[positioned](err); is {
		row, column := syntax.Position()
		return fmt.Errorf("%s: line %d, column %d: %s", path, row, column, strings.TrimPrefix(syntax.Error(), "toml: "))
	}
	return fmt.Errorf("reading %s: %w", path, err)
}

// wrongType says what a value should be instead; empty where it is right.
func wrongType(setting *pflag.Flag, value any) string {
	switch value.(type) {
	case bool:
		if setting.Value.Type() == "bool" {
			return ""
		}
	case string:
		if setting.Value.Type() == "string" {
			return ""
		}
	}
	if setting.Value.Type() == "bool" {
		return wanted(setting) + ", without quotes"
	}
	return wanted(setting) + " in quotes"
}

// wanted says what a setting takes.
func wanted(setting *pflag.Flag) string {
	if setting.Value.Type() == "bool" {
		return "true or false"
	}
	return "a text"
}

// keepTime reads what --keep says; nothing is 0.
func keepTime(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	keep, err := parseDuration(text)
	if err != nil || keep <= 0 {
		return 0, fmt.Errorf("keep: %q is no duration over 0; want one like 30d, 36h or 1d12h", text)
	}
	return keep, nil
}

func adminToken(path string) (string, error) {
	if path == "" {
		return strings.TrimSpace(os.Getenv(adminTokenEnv)), nil
	}
	token, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading the admin token: %w", err)
	}
	return strings.TrimSpace(withoutMark(token)), nil
}
