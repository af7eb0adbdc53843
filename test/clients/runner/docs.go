package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// page is docs/clients.md in one language: its file and its words.
type page struct {
	file    string
	title   string
	intro   string
	table   string // the head of the table of programs
	steps   string // how many steps passed: two numbers
	pointed string // how the library is pointed at Muban: kind, then the link to the file twice
	absent  string // the heading of what cannot be had
	reasons string // the head of the table of what cannot be had
	say     func(text) string
}

func pages() []page {
	return []page{
		{
			file:  "clients.md",
			title: "Real clients",
			intro: "[中文](clients.zh-CN.md)\n\nEach of these libraries runs unmodified, with its version pinned, against a Muban that was just started. CI does it for every change, on SQLite and PostgreSQL, and fails where a step fails or where this page is not what the run gave. It is written by `MUBAN_CLIENTS_UPDATE=1 make test-clients`, not by hand; [test/clients](../test/clients/README.md) says how a program is added.\n\nBelow, each program shows the lines that point its library at Muban, for you to copy, and every step it takes.",
			table: "| library | version | language | what it covers | steps passed |\n|---|---|---|---|---|\n",
			steps: "%d of %d", pointed: "How it is pointed at Muban: %s. In [%s](%s):",
			absent: "Not in CI", reasons: "| library | version | language | why |\n|---|---|---|---|\n",
			say: func(t text) string { return t.English },
		},
		{
			file:  "clients.zh-CN.md",
			title: "真实客户端",
			intro: "[English](clients.md)\n\n下面这些库没有改过一行代码，版本固定，连上刚启动的 Muban 逐步跑完。每次改动 CI 都会在 SQLite 和 PostgreSQL 上各跑一遍：有一步不通过，或者本页与运行结果不一致，CI 就失败。本页由 `MUBAN_CLIENTS_UPDATE=1 make test-clients` 生成，不手写；怎么加一个程序，见 [test/clients](../test/clients/README.md)。\n\n每个程序都列出把库指向 Muban 的那几行代码，可以直接抄走，以及它走过的每一步（步骤名是程序的原始输出）。",
			table: "| 库 | 版本 | 语言 | 覆盖的内容 | 通过的步骤 |\n|---|---|---|---|---|\n",
			steps: "%d / %d", pointed: "怎么指向 Muban：%s。见 [%s](%s)：",
			absent: "没有进 CI 的", reasons: "| 库 | 版本 | 语言 | 原因 |\n|---|---|---|---|\n",
			say: func(t text) string { return t.Chinese },
		},
	}
}

// fences are the words that colour the lines of a file.
var fences = map[string]string{".go": "go", ".js": "js", ".py": "python", ".java": "java", ".php": "php"}

// render is the page of a run. The results are those of one store.
func (w page) render(results []result, unavailable []program) string {
	var out strings.Builder
	say := func(format string, values ...any) { fmt.Fprintf(&out, format, values...) }
	say("# %s\n\n%s\n\n%s", w.title, w.intro, w.table)
	for _, r := range results {
		p := r.program
		say("| %s | %s | %s | %s | [%s](#%s) |\n", p.link(), p.version, p.language.Name, w.say(p.Covers),
			fmt.Sprintf(w.steps, r.passed(), len(r.steps)), anchor(p.folder))
	}
	if len(unavailable) > 0 {
		say("\n## %s\n\n%s", w.absent, w.reasons)
		for _, p := range unavailable {
			say("| %s | %s | %s | %s |\n", p.link(), p.version, p.language.Name, w.say(p.Unavailable))
		}
	}
	for _, r := range results {
		p := r.program
		source := path.Join("test/clients", p.folder, p.Setting.File)
		say("\n## %s\n\n"+w.pointed+"\n\n```%s\n%s\n```\n", p.folder, w.say(p.Setting.Kind), source, "../"+source,
			fences[path.Ext(p.Setting.File)], strings.Join(p.Setting.Lines, "\n"))
		say("\n<details>\n<summary>"+w.steps+"</summary>\n\n```\n", r.passed(), len(r.steps))
		for _, s := range r.steps {
			say("%s\n", s)
		}
		say("```\n\n</details>\n")
	}
	return out.String()
}

// String is the step as its program printed it.
func (s step) String() string {
	if s.ok {
		return "ok " + s.name
	}
	return "not ok " + s.name + ": " + s.said
}

// link is the library's name, leading to its page if it has one.
func (p program) link() string {
	if p.Home == "" {
		return p.Library
	}
	return "[" + p.Library + "](" + p.Home + ")"
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchor is what GitHub makes of a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(notInAnchors.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// document compares the pages in folder with what the run gave, or writes them.
// Every store has to have given the same.
func document(folder string, update bool, results []result, unavailable []program) error {
	var first []result
	for _, r := range results {
		same := func(other result) bool { return other.program.folder == r.program.folder }
		at := slices.IndexFunc(first, same)
		if at < 0 {
			first = append(first, r)
		} else if !slices.Equal(first[at].steps, r.steps) {
			return fmt.Errorf("%s takes other steps on %s than on %s", r.program.folder, r.store, first[at].store)
		}
	}
	var stale []string
	for _, w := range pages() {
		file := filepath.Join(folder, w.file)
		want := w.render(first, unavailable)
		if update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				return err
			}
			continue
		}
		got, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if string(got) != want {
			stale = append(stale, file)
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("%s: not what this run gave; MUBAN_CLIENTS_UPDATE=1 make test-clients writes it", strings.Join(stale, ", "))
	}
	return nil
}
