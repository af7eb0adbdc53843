package wechat

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestErrorTable(t *testing.T) {
	t.Parallel()
	rows := Errors()
	for i, row := range rows {
		if row.Text == "" || row.Meaning == "" || row.See == "" {
			t.Errorf("row %d says too little: %+v", row.Code, row)
		}
		if i > 0 && rows[i-1].Code >= row.Code {
			t.Errorf("code %d stands after %d", row.Code, rows[i-1].Code)
		}
		if found, ok := ErrorOf(row.Code); !ok || found.Text != row.Text {
			t.Errorf("ErrorOf(%d) = %+v, %v", row.Code, found, ok)
		}
		for _, kind := range row.Kinds {
			if code, ok := CodeOf(kind); row.Answered && (!ok || code != row.Code) {
				t.Errorf("kind %s has the codes %d and %d", kind, row.Code, code)
			}
		}
	}
	if code, known := CodeOf("a kind of tomorrow"); known {
		t.Errorf("an unknown kind has the code %d", code)
	}
	if row, ok := ErrorOf(12345); ok {
		t.Errorf("a code that is not in the table has row %+v", row)
	}
	rows[0].Text = "changed"
	if row, _ := ErrorOf(rows[0].Code); row.Text == "changed" {
		t.Error("Errors hands out the table itself")
	}
}

// Every code of seed 004's table has a row, and those that the table has wrong
// (protocol.md §0 row 8) say so.
func TestErrorTableHasSeed004(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join("testdata", "seed004", "return-codes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // was only read
	wrong := map[int]bool{41006: true, 42001: true}
	lines := 0
	for scanner := bufio.NewScanner(file); scanner.Scan(); lines++ {
		number, meaning, _ := strings.Cut(scanner.Text(), " | ")
		code, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		row, ok := ErrorOf(code)
		if !ok {
			t.Errorf("%d %s: no row", code, meaning)
		}
		if says := strings.Contains(row.Meaning, "the table of seed 004 says"); says != wrong[code] {
			t.Errorf("%d %s: the row says that the table is wrong: %v", code, meaning, says)
		}
	}
	if lines != 38 {
		t.Errorf("the document's table has %d rows, want 38", lines)
	}
}

// Every code of protocol.md §3.4, and of §1.3 what an app's calls can meet.
func TestErrorTableHasProtocol(t *testing.T) {
	t.Parallel()
	for _, code := range []int{
		40001, 40014, 42001, 41001, 40003, 40036, 40037, 40102, 40103, 40165, 40166, 40246, 40247, 43004, 43019, 43100,
		43101, 43104, 44002, 47001, 45009, 45012, 45013, 45014, 45026, 45027, 45051, 47003, 48001,
		-1, 40002, 40013, 40125, 41002, 41004, 43001, 43002, 43003,
	} {
		if _, ok := ErrorOf(code); !ok {
			t.Errorf("%d has no row", code)
		}
	}
}
