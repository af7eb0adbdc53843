package archtest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// Whoever imports the SDK gets the standard library, the words, the wire
// formats and the SDK, and nothing else: what `go list -deps ./client/...`
// shows.
func TestClientBringsNothingAlong(t *testing.T) {
	t.Parallel()
	packages := modulePackages(t)
	reached := map[string]bool{}
	for pkg := range packages {
		if pkg == "client" || strings.HasPrefix(pkg, "client/") {
			reach(packages, pkg, reached)
		}
	}
	if !reached["client"] || !reached["wire/baidu"] || !reached["."] {
		t.Fatalf("reached only %q", slices.Sorted(maps.Keys(reached)))
	}
	for pkg := range reached {
		first, _, _ := strings.Cut(pkg, "/")
		if first != "." && first != "wire" && first != "client" {
			t.Errorf("the SDK brings %s along", pkg)
		}
	}
}

// reach adds a package and all that it imports, of whatever module, but for
// the standard library.
func reach(packages map[string]map[string]string, pkg string, reached map[string]bool) {
	if reached[pkg] {
		return
	}
	reached[pkg] = true
	for imported := range packages[pkg] {
		first, _, _ := strings.Cut(imported, "/")
		if !strings.Contains(first, ".") {
			continue
		}
		inside, ours := strings.CutPrefix(imported, moduleName)
		switch {
		case ours && inside == "":
			reach(packages, ".", reached)
		case ours:
			reach(packages, strings.TrimPrefix(inside, "/"), reached)
		default:
			reach(packages, imported, reached) // another module's: it has no row
		}
	}
}
