package library

import (
	_ "embed"
	"encoding/json"
	"slices"

	"github.com/muban-dev/muban"
)

//go:embed industries.json
var industries []byte

// Industries returns the industries that an official account can belong to, in
// the order of their codes, 1 to 41. The result is the caller's own. It panics
// if the file in the binary cannot be read, which a test rules out.
func Industries() []muban.Industry {
	var table []muban.Industry
	if err := json.Unmarshal(industries, &table); err != nil {
		panic("library: industries.json: " + err.Error())
	}
	return table
}

// IndustryOf returns the industry with that code; ok is false where there is
// none.
func IndustryOf(code int64) (industry muban.Industry, ok bool) {
	table := Industries()
	i := slices.IndexFunc(table, func(row muban.Industry) bool { return int64(row.Code) == code })
	if i < 0 {
		return muban.Industry{}, false
	}
	return table[i], true
}
