package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// language is that of explanations; everything else is in English.
type language string

const (
	english language = "en"
	chinese language = "zh"
)

// languageFlag adds the flag that chooses it. Unless it is given, the
// environment says.
func languageFlag(cmd *cobra.Command, l *language) {
	*l = languageOf(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
	choiceFlag(cmd, l, "lang", "language of the explanation (default by $LANG)", english, chinese)
}

// languageOf is the language of the first locale that is set.
func languageOf(locales ...string) language {
	if strings.HasPrefix(strings.ToLower(firstOf(locales...)), string(chinese)) {
		return chinese
	}
	return english
}

// of is a text in the language.
func (l language) of(english, inChinese string) string {
	if l == chinese {
		return inChinese
	}
	return english
}
