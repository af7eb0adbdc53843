package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Two checkouts of one commit have the same files with other times, and name
// them in any order: the archive must not show it.
func TestArchiveIsReproducible(t *testing.T) {
	t.Parallel()
	for _, ending := range []string{".tar.gz", ".zip"} {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			first := makeArchive(t, ending, time.Unix(1_000_000_000, 0), "README.md", "muban")
			second := makeArchive(t, ending, time.Unix(1_700_000_000, 0), "muban", "README.md")
			if !bytes.Equal(first, second) {
				t.Error("the same files made two different archives")
			}
		})
	}
}

func TestArchiveHoldsEveryFileUnderOneFolder(t *testing.T) {
	t.Parallel()
	want := []string{"muban_1.0.0/README.md -rw-r--r--", "muban_1.0.0/muban -rwxr-xr-x"}

	packed, err := gzip.NewReader(bytes.NewReader(makeArchive(t, ".tar.gz", time.Now(), "muban", "README.md")))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for archive := tar.NewReader(packed); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, header.Name+" "+header.FileInfo().Mode().String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("tar.gz holds %q, want %q", got, want)
	}

	content := makeArchive(t, ".zip", time.Now(), "muban", "README.md")
	zipped, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, entry := range zipped.File {
		got = append(got, entry.Name+" "+entry.Mode().String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("zip holds %q, want %q", got, want)
	}
}

// makeArchive runs the command over an executable and a text file that were
// modified at the given time, and answers the archive's bytes.
func makeArchive(t *testing.T, ending string, modified time.Time, names ...string) []byte {
	t.Helper()
	folder := t.TempDir()
	output := filepath.Join(folder, "muban_1.0.0"+ending)
	args := []string{"-o", output, "-time", "1767225600"}
	for _, name := range names {
		mode := os.FileMode(0o600)
		if name == "muban" {
			mode = 0o700
		}
		at := filepath.Join(folder, name)
		if err := os.WriteFile(at, []byte("content of "+name), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(at, modified, modified); err != nil {
			t.Fatal(err)
		}
		args = append(args, at)
	}
	if err := run(args); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
