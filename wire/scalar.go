package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// Number is a whole number as a client wrote it: as a JSON number or as text
// (weapp v1.5.1 sends "offset":"0", protocol.md §2.4). It is not Valid where
// it was absent, null, empty, no whole number or past 64 bits; Text then says
// what stood there.
type Number struct {
	Text  string
	Value int64
	Valid bool
}

// ParseNumber reads a number from text, as forms and queries carry it.
func ParseNumber(text string) Number {
	n := Number{Text: text}
	text = strings.TrimSpace(text)
	if value, err := strconv.ParseInt(text, 10, 64); err == nil {
		n.Value, n.Valid = value, true
		return n
	}
	// 5.0 and 1e1 are whole numbers too; the length keeps 1e999999999 from
	// becoming a billion digits.
	const longest = 24
	if len(text) > longest || strings.ContainsAny(text, "xXoObB_pP/") || exponent(text) > 18 {
		return n
	}
	if exact, ok := new(big.Rat).SetString(text); ok && exact.IsInt() && exact.Num().IsInt64() {
		n.Value, n.Valid = exact.Num().Int64(), true
	}
	return n
}

// exponent is the size of the decimal exponent of a number's text.
func exponent(text string) int {
	_, after, found := strings.Cut(strings.ToLower(text), "e")
	if !found {
		return 0
	}
	size, err := strconv.Atoi(strings.TrimLeft(after, "+-"))
	if err != nil {
		return 1 << 30
	}
	return size
}

// NumberOf is a number to be sent.
func NumberOf(value int64) Number {
	return Number{Text: strconv.FormatInt(value, 10), Value: value, Valid: true}
}

// MarshalJSON writes the number as the documents have it, as a JSON number;
// null where it is not Valid.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Valid {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, n.Value, 10), nil
}

// UnmarshalJSON accepts a JSON number, a string and null; other values make
// it invalid, not an error, so that the call's own check can name it.
func (n *Number) UnmarshalJSON(raw []byte) error {
	if text, ok := scalarText(raw); ok {
		*n = ParseNumber(text)
		return nil
	}
	*n = Number{Text: string(raw)}
	return nil
}

// Text is a text as a client wrote it: a JSON string, or a number, which keeps
// its digits. null is the empty text.
type Text string

var errNotText = errors.New("must be a text")

// UnmarshalJSON refuses everything but strings, numbers and null.
func (t *Text) UnmarshalJSON(raw []byte) error {
	text, ok := scalarText(raw)
	if !ok {
		return errNotText
	}
	*t = Text(text)
	return nil
}

// scalarText reads a JSON string, number or null as text.
func scalarText(raw []byte) (string, bool) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0:
		return "", false
	case raw[0] == '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err == nil
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		return string(raw), true
	}
	return "", string(raw) == "null"
}
