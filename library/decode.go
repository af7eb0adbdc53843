package library

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/muban-dev/muban"
)

// maxFile is the largest file that Decode reads, about a hundred times the
// starter library: a wrong file is noticed before it fills the memory.
const maxFile = 16 << 20

// Decode reads a platform's titles from a JSON array of the form that the
// starter library has, in the file's order. Platform is set and Seq is 0; a
// keyword without origin is Muban's own.
//
// It is strict, so that a slip of the pen is not taken for data: unknown and
// repeated members, a repeated title id or keyword number, and whatever a
// library cannot hold are errors, which say where and what would be right. It
// returns all titles or none.
func Decode(platform muban.Platform, r io.Reader) ([]muban.Title, error) {
	if !platform.Known() {
		return nil, fmt.Errorf("there is no platform %q; there are %q", platform, muban.Platforms())
	}
	data, err := readFile(r)
	if err != nil {
		return nil, err
	}
	if err := checkSyntax(data); err != nil {
		return nil, err
	}
	var titles []muban.Title
	numberOf := make(map[string]int)
	err = eachRecord(json.NewDecoder(bytes.NewReader(data)), "title", func(number int, record titleRecord) error {
		title := record.title(platform)
		if err := checkTitle(title); err != nil {
			return fmt.Errorf("id %q: %w", title.ID, err)
		}
		if first, repeated := numberOf[title.ID]; repeated {
			return fmt.Errorf("id %q: title %d has that id already; give each its own", title.ID, first)
		}
		numberOf[title.ID] = number
		titles = append(titles, title)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return titles, nil
}

// readFile reads a whole file of text.
func readFile(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading titles: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("the file is over %d MiB; split it into several", maxFile>>20)
	}
	if !utf8.Valid(data) { // encoding/json would replace what it cannot read
		return nil, errors.New("the file is not UTF-8; save it as UTF-8 (not as GBK)")
	}
	return bytes.TrimPrefix(data, []byte("\uFEFF")), nil // Windows editors put it there
}

// checkSyntax makes sure that the file is one JSON value and says on which
// line it is not. What is decoded later has no offset in the whole file.
func checkSyntax(data []byte) error {
	err := json.Unmarshal(data, new(json.RawMessage))
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		before := data[:min(int(syntax.Offset), len(data))]
		return fmt.Errorf("line %d is not JSON: %w", 1+bytes.Count(before, []byte("\n")), err)
	}
	return err
}

// eachRecord decodes an array and hands over its elements with their numbers
// from 1. Errors begin with the noun and the element's number. Elements are
// decoded one by one so that the first bad one ends it.
func eachRecord[R interface{ members() []string }](dec *json.Decoder, noun string, take func(number int, r R) error) error {
	if start, err := dec.Token(); err != nil || start != json.Delim('[') {
		return fmt.Errorf("%ss have to be a JSON array: [{…}, {…}]", noun)
	}
	for number := 1; dec.More(); number++ {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return fmt.Errorf("%s %d: %w", noun, number, err)
		}
		var record R
		if err := decodeRecord(raw, &record, record.members()); err != nil {
			return fmt.Errorf("%s %d: %w", noun, number, err)
		}
		if err := take(number, record); err != nil {
			return fmt.Errorf("%s %d: %w", noun, number, err)
		}
	}
	return nil
}

// decodeRecord decodes an object whose members are among the known ones, each
// at most once.
func decodeRecord(raw []byte, record any, known []string) error {
	if err := checkMembers(raw, known); err != nil {
		return err
	}
	err := json.Unmarshal(raw, record)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%q is a %s; it has to be %s", wrong.Field, wrong.Value, kindOf(wrong))
	}
	return err
}

// kindOf names the kind of value that belongs where another one was.
func kindOf(wrong *json.UnmarshalTypeError) string {
	if wrong.Field == "keyword_id" {
		return fmt.Sprintf("a whole number from 1 to %d", LargestNumber)
	}
	return "a string"
}

// checkMembers refuses what encoding/json lets pass: a member in other letter
// case, and a second one of the same name, which takes the first one's place
// (a forgotten "},{" between two keywords would lose one of them).
func checkMembers(object []byte, known []string) error {
	dec := json.NewDecoder(bytes.NewReader(object))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return errors.New("it has to be an object: {…}")
	}
	seen := make(map[string]bool, len(known))
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // in an object, before a value: always a string
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown member %q; known are %s", name, strings.Join(known, ", "))
		}
		if seen[name] {
			return fmt.Errorf("member %q is there twice; give it once", name)
		}
		seen[name] = true
		if err := dec.Decode(new(json.RawMessage)); err != nil {
			return err
		}
	}
	return nil
}
