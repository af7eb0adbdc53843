package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, output   string
		passed, failed int
		why            string
	}{
		{name: "all passed", output: "ok one\nsome warning\nok two\n2 passed, 0 failed\n", passed: 2},
		{name: "one failed", output: "ok one\nnot ok two: got \"a\", expected \"b\"\n1 passed, 1 failed\n", passed: 1, failed: 1},
		{name: "broke off", output: "ok one\npanic\n", passed: 1, why: "did not end with"},
		{name: "nothing", output: "", why: "did not end with"},
		{name: "no step", output: "0 passed, 0 failed\n", why: "after 0 steps"},
		{name: "a count that is not true", output: "ok one\n2 passed, 0 failed\n", passed: 1, why: "after 1 steps"},
	} {
		steps, why := parse(test.output)
		r := result{steps: steps, why: why}
		if r.passed() != test.passed || r.failed() != test.failed || !strings.Contains(why, test.why) || (why == "") != (test.why == "") {
			t.Errorf("%s: %d passed, %d failed, %q; want %d, %d, %q", test.name, r.passed(), r.failed(), why, test.passed, test.failed, test.why)
		}
	}
	steps, _ := parse("not ok send: got \"a: got b\", expected \"c\"\n")
	if len(steps) != 1 || steps[0] != (step{name: "send", said: `got "a: got b", expected "c"`}) {
		t.Errorf("a failed step is read as %+v", steps)
	}
}

const goodClient = `{
	"library": "lib", "version": {"file": "pin.txt", "pattern": "lib==(\\S+)"},
	"covers": {"en": "all", "zh": "全部"},
	"setting": {"kind": {"en": "its own", "zh": "自带"}, "file": "main.txt", "lines": ["point(base)", "go()"]}
}`

// write makes a folder of programs with one, and files that change it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	clients := t.TempDir()
	all := map[string]string{
		"ada/language.json":   `{"name": "Ada", "run": ["./main"]}`,
		"ada/lib/client.json": goodClient,
		"ada/lib/pin.txt":     "lib==1.2.3\n",
		"ada/lib/main.txt":    "begin\n\tpoint(base)\n\tgo()\nend\n",
	}
	maps.Copy(all, files)
	for name, content := range all {
		path := filepath.Join(clients, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return clients
}

func TestFindPrograms(t *testing.T) {
	t.Parallel()
	programs, err := findPrograms(write(t, nil), "")
	if err != nil || len(programs) != 1 {
		t.Fatalf("%d programs, %v", len(programs), err)
	}
	if p := programs[0]; p.folder != "ada/lib" || p.version != "1.2.3" || p.language.Name != "Ada" || p.Run[0] != "./main" {
		t.Errorf("the program is read as %+v", p)
	}
	for _, test := range []struct {
		name, only string
		files      map[string]string
		want       string
	}{
		{name: "none of that name", only: "ada/other", want: `no program "ada/other"`},
		{name: "not pinned", files: map[string]string{"ada/lib/pin.txt": "lib>=1\n"}, want: "pin.txt has nothing like"},
		{name: "another line", files: map[string]string{"ada/lib/main.txt": "point(elsewhere)\ngo()\n"}, want: "main.txt does not have"},
		{name: "another order", files: map[string]string{"ada/lib/main.txt": "go()\npoint(base)\n"}, want: "main.txt does not have"},
		{name: "a member of another name", files: map[string]string{"ada/lib/client.json": `{"lib": "lib"}`}, want: `unknown field "lib"`},
		{name: "one language", files: map[string]string{"ada/lib/client.json": strings.Replace(goodClient, `, "zh": "全部"`, "", 1)}, want: `"covers" needs`},
		{name: "no command", files: map[string]string{"ada/language.json": `{"name": "Ada"}`}, want: `"run" is missing`},
	} {
		if _, err := findPrograms(write(t, test.files), test.only); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// What cannot be had is no program to run, unless somebody names it; it is listed
// with the reason.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	const reason = `"unavailable": {"en": "sold out", "zh": "售罄"}`
	clients := write(t, map[string]string{
		"ada/gone/client.json":  `{"library": "gone", ` + reason + `}`,
		"ada/rare/client.json":  strings.Replace(goodClient, `"library"`, reason+`, "library"`, 1),
		"ada/rare/pin.txt":      "lib==4\n",
		"ada/rare/main.txt":     "point(base)\ngo()\n",
		"ada/rare2/client.json": `{"library": "rare", "unavailable": {"en": "sold out"}}`,
	})
	if _, err := findUnavailable(clients); err == nil || !strings.Contains(err.Error(), `rare2: client.json: "unavailable" needs`) {
		t.Errorf("a reason in one language: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(clients, "ada", "rare2")); err != nil {
		t.Fatal(err)
	}
	listed, err := findUnavailable(clients)
	if err != nil || len(listed) != 2 || listed[0].folder+listed[0].version != "ada/gone-" || listed[1].folder+listed[1].version != "ada/rare4" {
		t.Errorf("listed %+v, %v", listed, err)
	}
	if programs, err := findPrograms(clients, ""); err != nil || len(programs) != 1 || programs[0].folder != "ada/lib" {
		t.Errorf("run %+v, %v", programs, err)
	}
	if programs, err := findPrograms(clients, "ada/rare"); err != nil || len(programs) != 1 || programs[0].folder != "ada/rare" {
		t.Errorf("run where it is named %+v, %v", programs, err)
	}
}

// Those of this repository are described as they should be.
func TestProgramsHere(t *testing.T) {
	t.Parallel()
	programs, err := findPrograms("..", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) < 10 {
		t.Errorf("only %d programs", len(programs))
	}
}

func TestMissingTool(t *testing.T) {
	t.Parallel()
	clients := write(t, map[string]string{"ada/language.json": `{
		"name": "Ada", "run": ["./main"],
		"needs": [{"name": "muban-has-no-such-tool", "debian": ["gnat"], "get": "https://example.com/"}]
	}`})
	programs, err := findPrograms(clients, "")
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	ready := prepareAll(t.Context(), &shown, t.TempDir(), programs)
	r := ready[0].run(t.Context(), &shown, "http://127.0.0.1:1")
	const want = "missing: muban-has-no-such-tool (https://example.com/)"
	if r.failure() != want || len(r.steps) != 0 || !strings.Contains(shown.String(), want) {
		t.Errorf("failure %q, %d steps, shown %q; want %q", r.failure(), len(r.steps), &shown, want)
	}
}
