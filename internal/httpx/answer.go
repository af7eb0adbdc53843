package httpx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// EncodeJSON writes an answer as compact JSON: no trailing newline
// (co-wechat-api rejects any control character, protocol.md §10 no. 1), and
// <, > and & as they are.
func EncodeJSON(answer any) ([]byte, error) {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return nil, fmt.Errorf("encoding the answer: %w", err)
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}

// JSON answers with [EncodeJSON] and status 200.
func JSON(w http.ResponseWriter, answer any) error {
	body, err := EncodeJSON(answer)
	if err != nil {
		return err
	}
	return EncodedJSON(w, body)
}

// EncodedJSON answers with what is JSON already, and status 200.
func EncodedJSON(w http.ResponseWriter, body []byte) error {
	header := w.Header()
	header["Content-Type"] = jsonType
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, err := w.Write(body)
	return err
}

// jsonType must contain "application/json": co-wechat-api looks for it
// (protocol.md §10 no. 2).
var jsonType = []string{"application/json; charset=utf-8"}
