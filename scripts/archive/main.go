// Command archive packs files into a release archive that is the same, byte
// for byte, wherever and whenever it is made: files sorted by name, under one
// folder, with one given time and no owner.
//
//	archive -o dist/muban_1.0.0_linux_amd64.tar.gz -time 1767225600 bin/muban LICENSE README.md
//
// The folder inside is the archive's name without its ending, which chooses
// the format: .tar.gz or .zip.
package main

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "archive:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("archive", flag.ContinueOnError)
	output := flags.String("o", "", "the archive to write, ending in .tar.gz or .zip")
	seconds := flags.Int64("time", 0, "the time of every file in it, in seconds since 1970")
	if err := flags.Parse(args); err != nil {
		return err
	}
	files, err := readFiles(flags.Args(), time.Unix(*seconds, 0).UTC())
	if err != nil {
		return err
	}
	base := filepath.Base(*output)
	switch {
	case strings.HasSuffix(base, ".tar.gz"):
		return writeFile(*output, strings.TrimSuffix(base, ".tar.gz"), files, writeTarGz)
	case strings.HasSuffix(base, ".zip"):
		return writeFile(*output, strings.TrimSuffix(base, ".zip"), files, writeZip)
	}
	return fmt.Errorf("-o %q ends in neither .tar.gz nor .zip", *output)
}

// file is one entry of an archive.
type file struct {
	name    string
	mode    os.FileMode
	time    time.Time
	content []byte
}

// readFiles reads the named files, sorted by the name that each has in the
// archive. Only the executable bit of a file's mode is kept.
func readFiles(names []string, modified time.Time) ([]file, error) {
	if len(names) == 0 {
		return nil, errors.New("no files named")
	}
	var files []file
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		mode := os.FileMode(0o644)
		if info.Mode()&0o111 != 0 {
			mode = 0o755
		}
		files = append(files, file{filepath.Base(name), mode, modified, content})
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	return files, nil
}

// writeFile makes output and has write fill it with the files under folder.
func writeFile(output, folder string, files []file, write func(io.Writer, string, []file) error) error {
	out, err := os.Create(output)
	if err != nil {
		return err
	}
	return errors.Join(write(out, folder, files), out.Close())
}

func writeTarGz(out io.Writer, folder string, files []file) error {
	compressed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, f := range files {
		err := archive.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg,
			Name:     path.Join(folder, f.name),
			Mode:     int64(f.mode),
			Size:     int64(len(f.content)),
			ModTime:  f.time,
			Format:   tar.FormatUSTAR,
		})
		if err != nil {
			return err
		}
		if _, err := archive.Write(f.content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), compressed.Close())
}

func writeZip(out io.Writer, folder string, files []file) error {
	archive := zip.NewWriter(out)
	for _, f := range files {
		header := &zip.FileHeader{Name: path.Join(folder, f.name), Method: zip.Deflate, Modified: f.time}
		header.SetMode(f.mode)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.content); err != nil {
			return err
		}
	}
	return archive.Close()
}
