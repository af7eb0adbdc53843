package archtest

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// moduleName is the module whose packages are judged.
const moduleName = "github.com/muban-dev/muban"

// table is where a row is added.
const table = "internal/archtest/rules_test.go"

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	for _, offence := range offences(layers, modulePackages(t)) {
		t.Error(offence)
	}
}

func TestPackageNamesSayWhatIsInside(t *testing.T) {
	t.Parallel()
	for pkg := range modulePackages(t) {
		if slices.Contains(emptyNames, path.Base(pkg)) {
			t.Errorf("package %s: a name that fits everything describes nothing; name what it holds", pkg)
		}
	}
}

// The judge itself is tried on small worlds, because a test that cannot fail
// keeps no order.
func TestOffences(t *testing.T) {
	t.Parallel()
	rules := []layer{
		{pkg: ".", why: "words"},
		{pkg: "wire", why: "wire"},
		{pkg: "wire/a", inside: []string{"wire"}, why: "wire"},
		{pkg: "store", inside: []string{"."}, outside: []string{"example.com/sql"}, why: "store"},
		{pkg: "server", inside: []string{".", "wire/..."}, outside: []string{anything}, why: "server"},
	}
	clean := map[string]map[string]string{
		".":      {"strings": "doc.go"},
		"wire":   {},
		"wire/a": {moduleName + "/wire": "a.go"},
		"store":  {moduleName: "s.go", "example.com/sql/driver": "s.go"},
		"server": {moduleName + "/wire": "w.go", moduleName + "/wire/a": "w.go", "example.org/x": "w.go"},
	}
	tests := []struct {
		name         string
		pkg          string
		imported     string
		wantContains string
	}{
		{"nothing wrong", "", "", ""},
		{"the words import a module", ".", "example.com/sql", "muban (the root) imports example.com/sql in x.go: words"},
		{"the words import a package of ours", ".", moduleName + "/wire", "imports wire in x.go"},
		{"a wire package imports its parent's parent", "wire/a", moduleName, "wire/a imports muban (the root) in x.go"},
		{"a store imports a module with a similar name", "store", "example.com/sqlite", "imports example.com/sqlite"},
		{"a server imports what is not under wire", "server", moduleName + "/store", "server imports store"},
		{"a package without a row", "new", "strings", "package new has no row in " + table},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			packages := map[string]map[string]string{}
			for pkg, imports := range clean {
				packages[pkg] = maps.Clone(imports)
			}
			if test.pkg != "" {
				if packages[test.pkg] == nil {
					packages[test.pkg] = map[string]string{}
				}
				packages[test.pkg][test.imported] = "x.go"
			}
			got := offences(rules, packages)
			switch {
			case test.wantContains == "" && len(got) > 0:
				t.Errorf("offences %q, want none", got)
			case test.wantContains != "" && (len(got) != 1 || !strings.Contains(got[0], test.wantContains)):
				t.Errorf("offences %q, want one with %q", got, test.wantContains)
			}
		})
	}
	t.Run("a row without a package", func(t *testing.T) {
		t.Parallel()
		packages := maps.Clone(clean)
		delete(packages, "store")
		if got := offences(rules, packages); len(got) != 1 || !strings.Contains(got[0], "no package store") {
			t.Errorf("offences %q, want one that names the row", got)
		}
	})
}

// offences judges packages, a map of folder → import path → a file that
// imports it, by the rules, and answers a sentence for each thing wrong.
func offences(rules []layer, packages map[string]map[string]string) []string {
	byPackage := map[string]layer{}
	var found []string
	for _, rule := range rules {
		byPackage[rule.pkg] = rule
		if _, exists := packages[rule.pkg]; !exists {
			found = append(found, fmt.Sprintf("there is no package %s, but %s has a row for it", rule.pkg, table))
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(packages)) {
		rule, listed := byPackage[pkg]
		if !listed {
			found = append(found, fmt.Sprintf("package %s has no row in %s: add one that says what it may import, and why", pkg, table))
			continue
		}
		for _, imported := range slices.Sorted(maps.Keys(packages[pkg])) {
			if !rule.allows(imported) {
				found = append(found, fmt.Sprintf("%s imports %s in %s: %s (%s)",
					called(pkg), called(imported), packages[pkg][imported], rule.why, table))
			}
		}
	}
	return found
}

// allows tells whether the layer's package may import that path.
func (l layer) allows(imported string) bool {
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return true // the standard library
	}
	if imported == moduleName {
		return slices.Contains(l.inside, ".")
	}
	if pkg, ours := strings.CutPrefix(imported, moduleName+"/"); ours {
		return slices.ContainsFunc(l.inside, func(entry string) bool {
			tree, isTree := strings.CutSuffix(entry, "/...")
			return pkg == tree || isTree && strings.HasPrefix(pkg, tree+"/")
		})
	}
	return slices.ContainsFunc(l.outside, func(entry string) bool {
		return entry == anything || imported == entry || strings.HasPrefix(imported, entry+"/")
	})
}

// called is a package's name in a message.
func called(pkg string) string {
	pkg = strings.TrimPrefix(pkg, moduleName+"/")
	if pkg == "." || pkg == moduleName {
		return "muban (the root)"
	}
	return pkg
}

// modulePackages reads what the module's packages import outside their
// tests: folder → import path → a file that imports it. It parses the files
// itself rather than ask the go command, so that files for every system count
// and so that the test's cached result is dropped when one of them changes.
func modulePackages(t *testing.T) map[string]map[string]string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if head, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil || !strings.HasPrefix(string(head), "module "+moduleName+"\n") {
		t.Fatalf("%s is not the root of module %s: %v", root, moduleName, err)
	}
	packages := map[string]map[string]string{}
	err = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if file != root && isElsewhere(file, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(folder)
		if packages[pkg] == nil {
			packages[pkg] = map[string]string{}
		}
		return addImports(packages[pkg], file)
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// isElsewhere tells whether the go command would not look into that folder
// for packages of this module.
func isElsewhere(folder, name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules" {
		return true
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return !errors.Is(err, fs.ErrNotExist)
}

func addImports(imports map[string]string, file string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return fmt.Errorf("%s: import %s: %w", file, spec.Path.Value, err)
		}
		imports[imported] = filepath.Base(file)
	}
	return nil
}
