// Command notices prints the licences of everything that is linked into
// muban: those who are given the binary must be given them too.
//
//	notices linux/amd64 darwin/arm64 windows/amd64
//
// Every module that any of the named systems links is listed once. A module
// whose licence cannot be found is an error.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// binary is what is given away.
const binary = "./cmd/muban"

// console lists what is built into the web console, as its build wrote it.
const console = "internal/console/dist/licenses.md"

// rule stands above and below the name of what a licence is for.
const rule = "========================================================================"

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(systems []string, out io.Writer) error {
	modules, err := linkedModules(systems)
	if err != nil {
		return err
	}
	for _, m := range modules {
		if err := printNotices(out, m); err != nil {
			return err
		}
	}
	built, err := os.ReadFile(console)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\nthe web console\n%s\n\n%s", rule, rule, built)
	return err
}

// module is a module or the Go distribution, and the folder it lies in.
type module struct{ name, folder string }

// linkedModules lists the Go distribution, whose library is linked too, and
// then every module that the binary links on one of the systems, by name.
func linkedModules(systems []string) ([]module, error) {
	root, err := goCommand(nil, "env", "GOVERSION", "GOROOT")
	if err != nil {
		return nil, err
	}
	var modules []module
	for _, system := range systems {
		goos, goarch, _ := strings.Cut(system, "/")
		lines, err := goCommand([]string{"CGO_ENABLED=0", "GOOS=" + goos, "GOARCH=" + goarch}, "list", "-deps",
			"-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", binary)
		if err != nil {
			return nil, err
		}
		for _, line := range lines {
			if name, folder, found := strings.Cut(line, "\t"); found {
				modules = append(modules, module{name, folder})
			}
		}
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.name, b.name) })
	modules = slices.Compact(modules)
	return slices.Insert(modules, 0, module{"Go " + root[0], root[1]}), nil
}

// goCommand runs the go command with more environment and answers its lines.
func goCommand(environment []string, args ...string) ([]string, error) {
	command := exec.CommandContext(context.Background(), "go", args...)
	command.Env = append(os.Environ(), environment...)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", args[0], err)
	}
	return strings.Split(strings.TrimSpace(string(output)), "\n"), nil
}

// printNotices prints the module's name and each of its licence files.
func printNotices(out io.Writer, m module) error {
	entries, err := os.ReadDir(m.folder)
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	found := false
	for _, entry := range entries {
		if entry.IsDir() || !isNotice(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.folder, entry.Name()))
		if err != nil {
			return err
		}
		found = true
		if _, err := fmt.Fprintf(out, "%s\n%s: %s\n%s\n\n%s\n\n", rule, m.name, entry.Name(), rule,
			strings.TrimRight(string(text), "\n")); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("%s: no licence found in %s", m.name, m.folder)
	}
	return nil
}

// isNotice tells whether a file of that name holds a licence or a notice.
func isNotice(name string) bool {
	name = strings.ToUpper(name)
	for _, beginning := range []string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"} {
		if strings.HasPrefix(name, beginning) && filepath.Ext(name) != ".GO" {
			return true
		}
	}
	return false
}
