package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
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
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{text}
}

// flagError words what is wrong with a flag. Where the command itself is
// unknown, so are its flags; then that is what is wrong.
func flagError(cmd *cobra.Command, err error) error {
	if cmd.HasSubCommands() && cmd.Flags().NArg() > 0 {
		return unknownCommand(cmd, cmd.Flags().Arg(0))
	}
	return &usageError{err.Error()}
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
		return nil
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

// needFlag adds a text flag that must be given.
func needFlag(cmd *cobra.Command, value *string, name, usage string) {
	cmd.Flags().StringVar(value, name, "", usage)
	if err := cmd.MarkFlagRequired(name); err != nil {
		panic(err) // the flag was just added
	}
}

// appFlag adds the flag that names the app of what the command is about.
func appFlag(cmd *cobra.Command, app *string) {
	needFlag(cmd, app, "app", "the app, by its app_id")
}

func limitFlag(cmd *cobra.Command, limit *int) {
	cmd.Flags().Var(&limitValue{limit}, "limit", "most items to show, the newest first; 0 = all")
	*limit = 50
}

// limitValue is a number that is not negative.
type limitValue struct{ limit *int }

func (v *limitValue) Set(text string) error {
	var n int
	if _, err := fmt.Sscanf(text+"\n", "%d\n", &n); err != nil || n < 0 {
		return fmt.Errorf("want a number from 0")
	}
	*v.limit = n
	return nil
}

func (v *limitValue) Type() string { return "number" }

func (v *limitValue) String() string {
	if v.limit == nil {
		return "0"
	}
	return fmt.Sprint(*v.limit)
}

// choiceFlag adds a flag that takes one of a few words.
func choiceFlag[T ~string](cmd *cobra.Command, value *T, name, usage string, words ...T) {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = string(word)
	}
	cmd.Flags().Var(&choice[T]{value, texts}, name, usage+": "+strings.Join(texts, ", "))
	if err := cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(texts, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag was just added
	}
}

type choice[T ~string] struct {
	value *T
	words []string
}

func (c *choice[T]) Set(text string) error {
	if !slices.Contains(c.words, text) {
		return fmt.Errorf("want %s", strings.Join(c.words, ", "))
	}
	*c.value = T(text)
	return nil
}

func (c *choice[T]) Type() string { return "word" }

func (c *choice[T]) String() string {
	if c.value == nil {
		return ""
	}
	return string(*c.value)
}
