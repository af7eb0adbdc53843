package cloudcall

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// FormatError says that a request is not in the format of a cloud call.
type FormatError struct {
	// Problem says what is wrong, and where.
	Problem string
}

func (e *FormatError) Error() string { return e.Problem }

// OpenAPI is the type of a call to a server API. The SDK's other types, 1 to
// 3, are for open data and for WeChat's own services.
const OpenAPI = 0

// Request is the message CommApiData, the form's requestData: which type of
// call, and its parameters.
type Request struct {
	Type  uint64
	Pairs []Pair
	// AppID is the app that the call is for, where that is not the caller:
	// cloud.openapi({appid: "wx…"}).
	AppID string
}

// Pair is one parameter of a call: its name, and its value as JSON text. Where
// ContentType or FileName is set the value is a file's content instead.
type Pair struct {
	Key                   string
	Value                 []byte
	ContentType, FileName string
}

// mostPairs bounds what one request makes the server allocate; the call with
// the most parameters has seven.
const mostPairs = 256

// DecodeRequest reads a CommApiData. Fields that nobody knows are skipped, a
// field that is repeated counts once, its last value; parameters add up.
func DecodeRequest(message []byte) (Request, error) {
	var r Request
	err := eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			if f.kind != varintValue {
				return wrongKind("apiType")
			}
			r.Type = f.varint
		case 2:
			if f.kind != bytesValue {
				return wrongKind("openapiData")
			}
			r.Pairs, err = appendPairs(r.Pairs, f.bytes)
		case 6:
			r.AppID, err = textOf("appid", f)
		}
		return err
	})
	if err != nil {
		return Request{}, err
	}
	return r, nil
}

// appendPairs reads an OpenApiData, which is a list of pairs.
func appendPairs(pairs []Pair, message []byte) ([]Pair, error) {
	err := eachField(message, func(f field) error {
		if f.number != 1 {
			return nil
		}
		if f.kind != bytesValue {
			return wrongKind("pairs")
		}
		if len(pairs) == mostPairs {
			return &FormatError{fmt.Sprintf("it has more than %d parameters", mostPairs)}
		}
		pair, err := decodePair(f.bytes)
		pairs = append(pairs, pair)
		return err
	})
	return pairs, err
}

func decodePair(message []byte) (p Pair, err error) {
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			p.Key, err = textOf("key", f)
		case 2:
			if f.kind != bytesValue {
				return wrongKind("value")
			}
			p.Value = f.bytes
		case 3:
			p.ContentType, err = textOf("contenttype", f)
		case 4:
			p.FileName, err = textOf("filename", f)
		}
		return err
	})
	return p, err
}

func wrongKind(name string) error {
	return &FormatError{"field " + name + " has a value of another kind"}
}

func textOf(name string, f field) (string, error) {
	if f.kind != bytesValue {
		return "", wrongKind(name)
	}
	if !utf8.Valid(f.bytes) {
		return "", &FormatError{"field " + name + " is not UTF-8"}
	}
	return string(f.bytes), nil
}

// ValueError says that a parameter cannot stand in a JSON object.
type ValueError struct {
	Key, Problem string
}

func (e *ValueError) Error() string { return e.Key + " " + e.Problem }

// JSON is the body that the same call has over HTTP: an object of the
// parameters, in their order. A parameter that is a file, or whose value is no
// JSON, is a [ValueError].
func (r Request) JSON() ([]byte, error) {
	var body bytes.Buffer
	body.WriteByte('{')
	for i, p := range r.Pairs {
		switch {
		case p.ContentType != "" || p.FileName != "":
			return nil, &ValueError{p.Key, "is a file; this call takes none"}
		case !json.Valid(p.Value):
			return nil, &ValueError{p.Key, "is no JSON"}
		}
		key, err := json.Marshal(p.Key)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(key)
		body.WriteByte(':')
		body.Write(p.Value)
	}
	body.WriteByte('}')
	return body.Bytes(), nil
}
