package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// text is said in English and in Chinese.
type text struct {
	English string `json:"en"`
	Chinese string `json:"zh"`
}

func (t text) complete() bool { return t.English != "" && t.Chinese != "" }

// language is a language.json: what the programs of a folder have in common.
type language struct {
	Name    string     `json:"name"`
	Needs   []tool     `json:"needs"`
	Prepare [][]string `json:"prepare"`
	Run     []string   `json:"run"`
}

// tool is a command that must be there. Check is run to find out; without it
// the command Name has to be in the PATH.
type tool struct {
	Name   string   `json:"name"`
	Check  []string `json:"check"`
	Debian []string `json:"debian"`
	Get    string   `json:"get"`
}

// missing is the tools of the language that are not there.
func (l language) missing(ctx context.Context) []tool {
	return slices.DeleteFunc(slices.Clone(l.Needs), func(t tool) bool {
		if len(t.Check) == 0 {
			_, err := exec.LookPath(t.Name)
			return err == nil
		}
		return exec.CommandContext(ctx, t.Check[0], t.Check[1:]...).Run() == nil
	})
}

// description is a client.json.
type description struct {
	Library string  `json:"library"`
	Version pin     `json:"version"`
	Home    string  `json:"home"`
	Covers  text    `json:"covers"`
	Setting setting `json:"setting"`
	// Unavailable says why the library cannot be had where CI runs.
	Unavailable text `json:"unavailable"`
	// Prepare and Run take the place of the language's where they are given.
	Prepare [][]string `json:"prepare"`
	Run     []string   `json:"run"`
}

// pin says where the library's version is pinned: the first group of Pattern, a
// regular expression, in File.
type pin struct {
	File    string `json:"file"`
	Pattern string `json:"pattern"`
}

// setting is what points the library at Muban: Lines of File, which are looked
// for there, so that what people are shown is what ran.
type setting struct {
	File  string   `json:"file"`
	Lines []string `json:"lines"`
	Kind  text     `json:"kind"`
}

// program is one client with its folder, as node/co-wechat-api.
type program struct {
	description
	folder   string
	path     string
	version  string
	language language
}

// findPrograms reads every client.json two folders below clients, in the order
// of their folders; only names folders or is empty, and then what is unavailable
// is left out.
func findPrograms(clients, only string) ([]program, error) {
	files, err := filepath.Glob(filepath.Join(clients, "*", "*", "client.json"))
	if err != nil {
		return nil, err
	}
	var wanted []string
	if only != "" {
		wanted = strings.Split(only, ",")
	}
	var programs []program
	for _, file := range files {
		path := filepath.Dir(file)
		folder := filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
		if len(wanted) > 0 && !slices.Contains(wanted, folder) {
			continue
		}
		p, err := readProgram(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		p.folder = folder
		if only != "" || !p.Unavailable.complete() {
			programs = append(programs, p)
		}
	}
	for _, name := range wanted {
		if !slices.ContainsFunc(programs, func(p program) bool { return p.folder == name }) {
			return nil, fmt.Errorf("no program %q: a folder as node/co-wechat-api with a client.json is wanted", name)
		}
	}
	if len(programs) == 0 {
		return nil, fmt.Errorf("no */*/client.json in %s", clients)
	}
	return programs, nil
}

// findUnavailable reads those whose library cannot be had where CI runs; some are
// a client.json and nothing else.
func findUnavailable(clients string) ([]program, error) {
	files, err := filepath.Glob(filepath.Join(clients, "*", "*", "client.json"))
	if err != nil {
		return nil, err
	}
	var unavailable []program
	for _, file := range files {
		path := filepath.Dir(file)
		p, err := readProgram(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		p.folder = filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
		if p.Unavailable.complete() {
			unavailable = append(unavailable, p)
		}
	}
	return unavailable, nil
}

func readProgram(path string) (program, error) {
	p := program{path: path}
	if err := readJSON(filepath.Join(path, "client.json"), &p.description); err != nil {
		return p, err
	}
	if err := readJSON(filepath.Join(filepath.Dir(path), "language.json"), &p.language); err != nil {
		return p, err
	}
	if len(p.Prepare) == 0 {
		p.Prepare = p.language.Prepare
	}
	if len(p.Run) == 0 {
		p.Run = p.language.Run
	}
	switch {
	case p.language.Name == "":
		return p, errors.New(`language.json: "name" is missing`)
	case p.Library == "":
		return p, errors.New(`client.json: "library" is missing`)
	case p.Unavailable != text{} && !p.Unavailable.complete():
		return p, errors.New(`client.json: "unavailable" needs "en" and "zh"`)
	case p.Unavailable.complete() && p.Setting.File == "":
		p.version = "-" // there is no program
		return p, nil
	case !p.Covers.complete():
		return p, errors.New(`client.json: "covers" needs "en" and "zh"`)
	case !p.Setting.Kind.complete() || len(p.Setting.Lines) == 0:
		return p, errors.New(`client.json: "setting" needs "file", "lines" and a "kind" in "en" and "zh"`)
	case len(p.Run) == 0:
		return p, errors.New(`"run" is missing in client.json and in language.json`)
	}
	if err := p.Setting.check(path); err != nil {
		return p, err
	}
	var err error
	p.version, err = p.Version.read(path)
	return p, err
}

// read is the pinned version; a program without a library (no file) has none.
func (v pin) read(path string) (string, error) {
	if v.File == "" {
		return "-", nil
	}
	pattern, err := regexp.Compile(v.Pattern)
	if err != nil {
		return "", fmt.Errorf("client.json: version: %w", err)
	}
	content, err := os.ReadFile(filepath.Join(path, v.File))
	if err != nil {
		return "", err
	}
	found := pattern.FindSubmatch(content)
	if len(found) != 2 {
		return "", fmt.Errorf("%s has nothing like %s with one group", v.File, v.Pattern)
	}
	return string(found[1]), nil
}

// check finds each line of the setting in its file, in order, whatever its
// indentation.
func (s setting) check(path string) error {
	content, err := os.ReadFile(filepath.Join(path, s.File))
	if err != nil {
		return err
	}
	lines := strings.Split(string(content), "\n")
	for _, line := range s.Lines {
		at := slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) == strings.TrimSpace(line) })
		if at < 0 {
			return fmt.Errorf("client.json shows a line that %s does not have (after the one before): %s", s.File, line)
		}
		lines = lines[at+1:]
	}
	return nil
}

func readJSON(file string, into any) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return nil
}
