package docstest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	treePath   = regexp.MustCompile("^`(?:client|cmd|docs|internal|mubantest|scripts|test|tools|web|wire)/[a-zA-Z0-9_./-]+`$")
	makeCall   = regexp.MustCompile(`(?m)(?:^|[\s` + "`" + `])make ([a-z][a-z-]*)`)
	makeRule   = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	metric     = regexp.MustCompile(`\bmuban_[a-z]+_[a-z_]+`)
	nativeCall = regexp.MustCompile(`(?:(GET|POST|PUT|PATCH|DELETE) )?(?:\$S)?(/api/v1/[a-zA-Z0-9_{}$/-]+)`)
	madeNames  = regexp.MustCompile(`"(muban_[a-z]+_[a-z_]+)"`)
)

// What the documents name is there: files and folders, targets of make. The
// changelog tells of what was.
func TestDocumentsNameWhatThereIs(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(root + "/Makefile")
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, rule := range makeRule.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, rule[1])
	}
	paths, calls := 0, 0
	for _, file := range markdown(t) {
		if filepath.Base(file) == "CHANGELOG.md" {
			continue
		}
		d := read(t, file)
		spans := codeSpan.FindAllString(d.prose, -1)
		for _, span := range spans {
			if !treePath.MatchString(span) || strings.Contains(span, "NAME") {
				continue
			}
			paths++
			path := filepath.Join(root, filepath.FromSlash(strings.Trim(span, "`")))
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: there is no %s", file, span)
			}
		}
		for _, text := range append(spans, d.typed...) {
			for _, call := range makeCall.FindAllStringSubmatch(text, -1) {
				calls++
				if !slices.Contains(targets, call[1]) {
					t.Errorf("%s: make has no target %s", file, call[1])
				}
			}
		}
	}
	if paths < 50 || calls < 10 {
		t.Errorf("only %d paths and %d targets of make were found", paths, calls)
	}
}

// The page that lists the metrics has all of them, and none that is not there.
func TestMetricsAreListed(t *testing.T) {
	t.Parallel()
	made, listed := map[string]bool{}, map[string]bool{}
	sources, err := filepath.Glob(root + "/internal/server/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range sources {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, name := range madeNames.FindAllStringSubmatch(string(text), -1) {
			made[name[1]] = true
		}
	}
	for _, name := range metric.FindAllString(read(t, root+"/docs/configuration.md").prose, -1) {
		listed[name] = true
	}
	if len(made) == 0 || !maps.Equal(made, listed) {
		t.Errorf("made are %q, listed are %q", slices.Sorted(maps.Keys(made)), slices.Sorted(maps.Keys(listed)))
	}
}

// The native API's calls that the documents name are in its own document.
func TestDocumentsNameCallsThatExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/internal/api/testdata/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var described struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(text, &described); err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, file := range markdown(t) {
		if filepath.Base(file) == "CHANGELOG.md" {
			continue
		}
		d := read(t, file)
		for _, text := range append(codeSpan.FindAllString(d.prose, -1), d.typed...) {
			for _, call := range nativeCall.FindAllStringSubmatch(text, -1) {
				calls++
				known := false
				for path, methods := range described.Paths {
					_, method := methods[strings.ToLower(call[1])]
					known = known || samePath(path, call[2]) && (method || call[1] == "")
				}
				if !known {
					t.Errorf("%s: the native API has no %s", file, strings.TrimSpace(call[0]))
				}
			}
		}
	}
	if calls < 20 {
		t.Errorf("only %d calls were found", calls)
	}
}

// samePath compares a path of the API's document with one of ours, where what
// stands for an id may have any name.
func samePath(described, named string) bool {
	a, b := strings.Split(described, "/"), strings.Split(named, "/")
	return slices.EqualFunc(a, b, func(a, b string) bool {
		return a == b || strings.HasPrefix(a, "{") && b != ""
	})
}

// architecture.md says what every package is for, or what its folder is.
func TestPackagesAreNamed(t *testing.T) {
	t.Parallel()
	text := read(t, root+"/docs/architecture.md").prose
	folders, err := os.ReadDir(root + "/internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if name := "`internal/" + folder.Name(); !strings.Contains(text, name+"`") && !strings.Contains(text, name+"/") {
			t.Errorf("architecture.md does not name internal/%s", folder.Name())
		}
	}
}
