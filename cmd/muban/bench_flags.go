package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// numberFlag adds a flag that takes a whole number.
func numberFlag(flags *pflag.FlagSet, number *int, name string, otherwise int, usage string) {
	*number = otherwise
	flags.Var(&numberValue{number}, name, usage)
}

// numberValue is a whole number. Which are of use is not a flag's to say.
type numberValue struct{ number *int }

func (v *numberValue) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return errors.New("want a whole number")
	}
	*v.number = n
	return nil
}

func (v *numberValue) Type() string { return "number" }

func (v *numberValue) String() string {
	if v.number == nil {
		return "0"
	}
	return strconv.Itoa(*v.number)
}

// numbersValue is one whole number or several. The first that are given take
// the place of the default.
type numbersValue struct {
	numbers *[]int
	given   bool
}

func (v *numbersValue) Set(text string) error {
	var more []int
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return errors.New("want a whole number, or several as 1,2")
		}
		more = append(more, n)
	}
	if !v.given {
		*v.numbers = nil
	}
	*v.numbers, v.given = slices.Concat(*v.numbers, more), true
	return nil
}

func (v *numbersValue) Type() string { return "numbers" }

func (v *numbersValue) String() string {
	if v.numbers == nil {
		return ""
	}
	words := make([]string, len(*v.numbers))
	for i, n := range *v.numbers {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ",")
}

// durationValue is a length of time.
type durationValue struct{ duration *time.Duration }

func (v *durationValue) Set(text string) error {
	d, err := parseDuration(text)
	if err != nil {
		return errors.New("want a duration like 30s or 10m")
	}
	*v.duration = d
	return nil
}

func (v *durationValue) Type() string { return "duration" }

func (v *durationValue) String() string {
	if v.duration == nil || *v.duration == 0 {
		return ""
	}
	return v.duration.String()
}
