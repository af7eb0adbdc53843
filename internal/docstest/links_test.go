// Package docstest has tests only, which keep the documents honest: links
// lead somewhere, the two READMEs say the same commands, and what a page lists
// or names is what the program has. What they say of commands and flags is
// tried beside those, in cmd/muban.
package docstest

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// root is the repository's.
const root = "../.."

// link is a link of Markdown; code spans are taken out before.
var (
	link     = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	codeSpan = regexp.MustCompile("`[^`]*`")
)

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	files := markdown(t)
	if len(files) < 10 {
		t.Fatalf("only %d documents were found: %q", len(files), files)
	}
	for _, file := range files {
		text := read(t, file).prose
		for _, match := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(text, ""), -1) {
			target, err := url.Parse(match[1])
			switch {
			case err != nil:
				t.Errorf("%s: link %s: %v", file, match[1], err)
				continue
			case target.IsAbs():
				continue // the network is not asked
			}
			to := file
			if target.Path != "" {
				to = filepath.Join(filepath.Dir(file), filepath.FromSlash(target.Path))
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: link %s leads nowhere", file, match[1])
			} else if target.Fragment != "" && !slices.Contains(read(t, to).anchors(), target.Fragment) {
				t.Errorf("%s: link %s: %s has no such heading", file, match[1], to)
			}
		}
	}
}

// The Chinese README is written for its readers, but what it has them type is
// the same, in the same order, under as many headings.
func TestREADMEsAreInStep(t *testing.T) {
	t.Parallel()
	english, chinese := read(t, root+"/README.md"), read(t, root+"/README.zh-CN.md")
	if a, b := english.levels(), chinese.levels(); !slices.Equal(a, b) {
		t.Errorf("the headings differ: %q and %q", a, b)
	}
	if a, b := english.rows(), chinese.rows(); a != b {
		t.Errorf("the tables have %d and %d rows", a, b)
	}
	a, b := english.typed, chinese.typed
	if len(a) == 0 || len(a) != len(b) {
		t.Fatalf("%d and %d blocks of commands", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("block %d of commands differs:\n%s\n%s", i+1, a[i], b[i])
		}
	}
}

// The READMEs name every version of a client library that CI runs; clients.md
// is written by the run.
func TestREADMEsNameTheClients(t *testing.T) {
	t.Parallel()
	for _, file := range []string{root + "/README.md", root + "/README.zh-CN.md"} {
		text := read(t, file).prose
		for _, row := range table(t, root+"/docs/clients.md", "# Real clients", "library") {
			version := strings.TrimPrefix(row[1], "v")
			// A library without versions is named by its commit, of which the table has no room.
			if version != "-" && !strings.HasPrefix(version, "0.0.0-") && !strings.Contains(text, version) {
				t.Errorf("%s does not name %s %s", file, row[0], version)
			}
		}
	}
}

// document is a Markdown file.
type document struct {
	prose string // without fenced blocks
	// typed are the fenced blocks that readers copy: shell and settings.
	typed []string
}

func read(t *testing.T, file string) document {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	var prose, block strings.Builder
	language, fenced := "", false
	for line := range strings.Lines(string(text)) {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && fenced:
			if language == "sh" || language == "toml" {
				d.typed = append(d.typed, block.String())
			}
			fenced = false
			block.Reset()
		case isFence:
			language, fenced = fence, true
		case fenced:
			block.WriteString(line)
		default:
			prose.WriteString(line)
		}
	}
	if fenced {
		t.Errorf("%s: a fenced block does not end", file)
	}
	d.prose = prose.String()
	return d
}

// headings are the lines that begin with #.
func (d document) headings() (found []string) {
	for line := range strings.Lines(d.prose) {
		if strings.HasPrefix(line, "#") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// levels are the headings without their text: #, ##, ##.
func (d document) levels() (found []string) {
	for _, heading := range d.headings() {
		level, _, _ := strings.Cut(heading, " ")
		found = append(found, level)
	}
	return found
}

// rows counts the rows of tables.
func (d document) rows() (n int) {
	for line := range strings.Lines(d.prose) {
		if strings.HasPrefix(line, "|") {
			n++
		}
	}
	return n
}

// anchors are the headings as links name them.
func (d document) anchors() (found []string) {
	for _, heading := range d.headings() {
		name := strings.ToLower(strings.TrimSpace(strings.TrimLeft(heading, "#")))
		found = append(found, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return r
			}
			return -1
		}, name))
	}
	return found
}

// markdown lists the repository's Markdown files, without those that others
// brought.
func markdown(t *testing.T) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata"):
			return fs.SkipDir
		case !entry.IsDir() && strings.HasSuffix(name, ".md"):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
