package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	programs, err := findPrograms(write(t, nil), "")
	if err != nil {
		t.Fatal(err)
	}
	results := []result{
		{program: programs[0], store: "SQLite", steps: []step{{name: "send", ok: true}}},
		{program: programs[0], store: "PostgreSQL", steps: []step{{name: "send", ok: true}}},
	}
	gone := []program{{description: description{Library: "gone", Home: "https://example.com/gone", Unavailable: text{"sold out", "售罄"}}, version: "-"}}
	docs := t.TempDir()
	if err := document(docs, false, results, gone); err == nil || !strings.Contains(err.Error(), "MUBAN_CLIENTS_UPDATE=1") {
		t.Errorf("pages that are not there: %v", err)
	}
	if err := document(docs, true, results, gone); err != nil {
		t.Fatal(err)
	}
	for file, wants := range map[string][]string{
		"clients.md":       {"| lib | 1.2.3 | Ada | all | [1 of 1](#adalib) |", "## ada/lib", "point(base)\ngo()\n", "ok send\n", "[gone](https://example.com/gone) | - |  | sold out |"},
		"clients.zh-CN.md": {"| lib | 1.2.3 | Ada | 全部 | [1 / 1](#adalib) |", "售罄"},
	} {
		page, err := os.ReadFile(filepath.Join(docs, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(page), want) {
				t.Errorf("%s lacks %q:\n%s", file, want, page)
			}
		}
	}
	if err := document(docs, false, results, gone); err != nil {
		t.Errorf("pages that were just written: %v", err)
	}
	if err := document(docs, false, results, nil); err == nil {
		t.Error("a page that names what is no longer gone is good enough")
	}
	results[1].steps = []step{{name: "send twice", ok: true}}
	if err := document(docs, true, results, gone); err == nil || !strings.Contains(err.Error(), "other steps on PostgreSQL") {
		t.Errorf("stores that differ: %v", err)
	}
}
