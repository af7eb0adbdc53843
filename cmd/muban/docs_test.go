package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var (
	// code is what a document has as code: a span, a block, an indented line.
	code = regexp.MustCompile("(?ms)^ *```.*?^ *```$|`[^`\n]+`|^    [^\n]*$")
	// told is a command line of ours within code.
	told = regexp.MustCompile("(?m)(?:^|[\\s(`])(?:go run \\./cmd/muban|bin/muban|muban) ([a-z][^\n`|;&)]*)")
	// word is what a command may be named, which flags and ids are not.
	word = regexp.MustCompile("^[a-z][a-z-]*$")
)

// Every command line that a document tells of can be typed: the command is
// there, and so are its flags.
func TestDocumentsTellOfCommandsThatExist(t *testing.T) {
	t.Parallel()
	var sh shell
	root, lines := newRootCommand(&sh), 0
	for _, file := range documents(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, span := range code.FindAllString(string(text), -1) {
			for _, line := range told.FindAllStringSubmatch(span, -1) {
				lines++
				if problem := typed(root, line[1]); problem != "" {
					t.Errorf("%s: muban %s: %s", file, line[1], problem)
				}
			}
		}
	}
	if lines < 100 {
		t.Errorf("only %d command lines were found", lines)
	}
}

// The page that lists the commands has every one of them.
func TestCommandsAreListed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Commands\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var sh shell
	for _, cmd := range newRootCommand(&sh).Commands() {
		if cmd.IsAvailableCommand() && !strings.Contains(section, "`muban "+cmd.Name()+"`") {
			t.Errorf("configuration.md does not list muban %s", cmd.Name())
		}
	}
}

// typed says what is wrong with the words behind "muban"; "" is nothing.
func typed(root *cobra.Command, line string) (problem string) {
	line, _, _ = strings.Cut(line, " #")
	words := strings.Fields(line)
	cmd, rest, err := root.Find(words)
	if err != nil {
		return err.Error()
	}
	if cmd == root || cmd.HasSubCommands() && len(rest) > 0 && word.MatchString(rest[0]) {
		return "there is no such command"
	}
	for _, w := range words {
		name, isFlag := strings.CutPrefix(w, "--")
		name, _, _ = strings.Cut(name, "=")
		if isFlag && name != "" && name != "help" && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
			return "it has no flag --" + name
		}
	}
	return ""
}

func TestTyped(t *testing.T) {
	t.Parallel()
	var sh shell
	root := newRootCommand(&sh)
	for line, want := range map[string]string{
		"message list --app X --json":         "",
		"bench --preload 10":                  "",
		"app update $APP --set 'a=[\"b\"]' #": "",
		"messages list":                       "there is no such command",
		"message look":                        "there is no such command",
		"message list --application X":        "it has no flag --application",
	} {
		if got := typed(root, line); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func documents(t *testing.T) (files []string) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(name, ".md"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
