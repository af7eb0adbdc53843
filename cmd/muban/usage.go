package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is an error of those who typed the command.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usageErrorf(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// newGroup makes a command that only has others below it.
func newGroup(use, short string, below ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short,
		Args: cobra.ArbitraryArgs, // so that an unknown command gets as far as here
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 0:
				return unknownCommand(cmd, args[0])
			case cmd.HasParent():
				return usageErrorf("%s needs one of %s", cmd.CommandPath(), strings.Join(commandNames(cmd), ", "))
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(below...)
	return cmd
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, below := range cmd.Commands() {
		if below.IsAvailableCommand() {
			names = append(names, below.Name())
		}
	}
	return names
}

func unknownCommand(cmd *cobra.Command, name string) error {
	text := fmt.Sprintf("%s has no command %q", cmd.CommandPath(), name)
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		text += ", perhaps you mean " + strings.Join(near, " or ")
	}
	return &usageError{text}
}

// flagError words what is wrong with a flag. Where the command itself is
// unknown, so are its flags; then that is what is wrong.
func flagError(cmd *cobra.Command, err error) error {
	if cmd.HasSubCommands() && cmd.Flags().NArg() > 0 {
		return unknownCommand(cmd, cmd.Flags().Arg(0))
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		want := flagWants[invalid.GetFlag().Value.Type()]
		if errors.Is(err, strconv.ErrRange) {
			want = "a number nearer to 0"
		}
		if want != "" {
			return usageErrorf("invalid argument %q for %q flag: want %s", invalid.GetValue(), "--"+invalid.GetFlag().Name, want)
		}
	}
	return &usageError{err.Error()}
}

// flagWants says what pflag's own types take: their errors are those of strconv
// and time. Types of ours say it themselves.
var flagWants = map[string]string{
	"bool":     "true or false, or the flag alone for true",
	"int":      "a whole number",
	"int64":    "a whole number",
	"intSlice": "whole numbers, like 1,4",
	"duration": "a duration like 30s or 10m",
}

// takes checks that exactly the named arguments are given.
func takes(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usageErrorf("%s is missing", strings.Join(names[len(args):], " and "))
		}
		if len(args) > len(names) {
			return usageErrorf("unexpected argument %q", args[len(names)])
		}
		if at := slices.Index(args, ""); at >= 0 {
			return usageErrorf("%s is empty", names[at])
		}
		return nil
	}
}

// mayTake checks that nothing but the named argument is given, if that.
func mayTake(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return takes(name)(cmd, args)
	}
}

// noteBeginning lets the shell know when a command's own work begins.
func (s *shell) noteBeginning(cmd *cobra.Command) {
	if work := cmd.RunE; work != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			s.began = true
			return work(cmd, args)
		}
	}
	for _, below := range cmd.Commands() {
		s.noteBeginning(below)
	}
}

// cobraWords turn what cobra says of flags into what to do. What they do not
// match is said as it is.
var cobraWords = []struct {
	said *regexp.Regexp
	say  func(parts []string) string
}{
	{regexp.MustCompile(`^required flag\(s\) (.*) not set$`), func(parts []string) string {
		names := strings.Split(strings.ReplaceAll(parts[1], `"`, ""), ", ")
		if len(names) > 1 {
			return allOf(names) + " are missing"
		}
		return allOf(names) + " is missing"
	}},
	{regexp.MustCompile(`^at least one of the flags in the group \[(.*)\] is required$`), func(parts []string) string {
		return "give " + strings.ReplaceAll(allOf(strings.Fields(parts[1])), " and ", " or ")
	}},
	{regexp.MustCompile(`none of the others can be; \[(.*)\] were all set$`), func(parts []string) string {
		return allOf(strings.Fields(parts[1])) + " exclude each other; give one of them"
	}},
	{regexp.MustCompile(`they must all be set; missing \[(.*)\]$`), func(parts []string) string {
		return "with that, " + allOf(strings.Fields(parts[1])) + " must be given too"
	}},
}

// usageWords is an error of cobra's in words that say what to do.
func usageWords(err error) string {
	text := strings.TrimSpace(err.Error())
	for _, words := range cobraWords {
		if parts := words.said.FindStringSubmatch(text); parts != nil {
			return words.say(parts)
		}
	}
	return text
}

// allOf names flags: --app and --user.
func allOf(names []string) string { return "--" + strings.Join(names, " and --") }
