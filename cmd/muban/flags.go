package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// needFlag adds a text flag that must be given.
func needFlag(cmd *cobra.Command, value *string, name, usage string) {
	filledFlag(cmd, value, name, usage)
	must(cmd.MarkFlagRequired(name))
}

// filledFlag adds a text flag that is not empty if it is given: an empty one
// would select everything, have an id made or a folder forgotten, as if it were
// not there.
func filledFlag(cmd *cobra.Command, value *string, name, usage string) {
	cmd.Flags().Var((*filledValue)(value), name, usage)
}

type filledValue string

func (v *filledValue) Set(text string) error {
	if text == "" {
		return errors.New("it is empty; leave the flag out, or give it a value")
	}
	*v = filledValue(text)
	return nil
}

func (v *filledValue) Type() string { return "string" }

func (v *filledValue) String() string { return string(*v) }

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
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return errors.New("want a number from 0")
	}
	*v.limit = n
	return nil
}

func (v *limitValue) Type() string { return "number" }

func (v *limitValue) String() string {
	if v.limit == nil {
		return "0"
	}
	return strconv.Itoa(*v.limit)
}

// choiceFlag adds a flag that takes one of a few words.
func choiceFlag[T ~string](cmd *cobra.Command, value *T, name, usage string, words ...T) {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = string(word)
	}
	cmd.Flags().Var(&choice[T]{value, texts}, name, usage+": "+strings.Join(texts, ", "))
	must(cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(texts, cobra.ShellCompDirectiveNoFileComp)))
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

// must guards what only a programming error can break: a flag that a command
// names but does not have.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
