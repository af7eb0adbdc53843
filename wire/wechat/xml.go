package wechat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// longestDocument bounds what is read as XML. Pushes have a few hundred
	// bytes, in compat mode about three times as many.
	longestDocument = 1 << 20
	// deepestElement bounds the nesting; events that hold lists have four
	// levels.
	deepestElement = 32
)

// notXMLError says why a document cannot be read, in words that may be shown
// to the account's developer.
type notXMLError string

func (e notXMLError) Error() string { return string(e) }

// readXML reads the texts of the elements directly below <xml>, by name. What
// is nested deeper must be well formed and is left out. Declarations of a
// document type are refused, and with them every entity but XML's own five;
// so is an element that stands there twice, since receivers differ in which
// of the two they take.
func readXML(document []byte) (map[string]string, error) {
	if len(document) > longestDocument {
		return nil, notXMLError(fmt.Sprintf("it has over %d bytes", longestDocument))
	}
	r := xmlReader{decoder: xml.NewDecoder(bytes.NewReader(document)), texts: make(map[string]string)}
	for {
		token, err := r.decoder.Token()
		if errors.Is(err, io.EOF) {
			if !r.ended {
				return nil, notXMLError("it has no element <xml>")
			}
			return r.texts, nil
		}
		if err != nil {
			return nil, notXMLError("it is not well-formed XML: " + strings.ToValidUTF8(err.Error(), "\uFFFD"))
		}
		if err := r.take(token); err != nil {
			return nil, err
		}
	}
}

// xmlReader is a document while it is read.
type xmlReader struct {
	decoder *xml.Decoder
	texts   map[string]string
	depth   int
	ended   bool // </xml> was read
	name    string
	text    strings.Builder
}

func (r *xmlReader) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return notXMLError("it declares a document type, which no push does")
	case xml.StartElement:
		return r.start(t.Name.Local)
	case xml.EndElement:
		r.end()
	case xml.CharData:
		switch {
		case r.depth == 0 && len(bytes.TrimSpace(t)) > 0:
			return notXMLError("it has text outside of <xml>")
		case r.depth == 2:
			r.text.Write(t)
		}
	}
	return nil
}

func (r *xmlReader) start(name string) error {
	switch {
	case r.depth == 0 && (name != "xml" || r.ended):
		return notXMLError("it must be one element <xml>; it has <" + shortName(name) + ">")
	case r.depth == deepestElement:
		return notXMLError(fmt.Sprintf("it is nested more than %d levels deep", deepestElement))
	case r.depth == 1:
		if _, twice := r.texts[name]; twice {
			return notXMLError("it has two elements <" + shortName(name) + ">")
		}
		r.name = name
		r.text.Reset()
	}
	r.depth++
	return nil
}

func (r *xmlReader) end() {
	r.depth--
	switch r.depth {
	case 0:
		r.ended = true
	case 1:
		r.texts[r.name] = r.text.String()
	}
}

// shortName keeps an element's name at a size fit for a message.
func shortName(name string) string { return excerpt([]byte(name)) }

// xmlWriter writes a document as the platform does: an element a line, texts
// in CDATA, numbers bare (seed 004, 事件推送).
type xmlWriter struct {
	out []byte
}

const endXML = "</xml>"

func (w *xmlWriter) begin() { w.out = append(w.out, "<xml>"...) }

func (w *xmlWriter) finish() []byte { return append(w.out, endXML...) }

func (w *xmlWriter) text(name, value string) {
	w.out = append(w.out, "<"+name+"><![CDATA["...)
	w.out = appendCDATA(w.out, value)
	w.out = append(w.out, "]]></"+name+">\n"...)
}

func (w *xmlWriter) number(name string, value int64) {
	w.out = append(w.out, "<"+name+">"...)
	w.out = strconv.AppendInt(w.out, value, 10)
	w.out = append(w.out, "</"+name+">\n"...)
}

// appendCDATA writes a text between <![CDATA[ and ]]>. What would end it early
// is parted over two sections, what XML cannot hold becomes U+FFFD.
func appendCDATA(out []byte, value string) []byte {
	value = strings.ReplaceAll(value, "]]>", "]]]]><![CDATA[>")
	for _, c := range value {
		if !xmlHolds(c) {
			c = utf8.RuneError
		}
		out = utf8.AppendRune(out, c)
	}
	return out
}

// xmlHolds reports whether XML 1.0 can hold a character (its production Char).
func xmlHolds(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c <= 0xD7FF ||
		c >= 0xE000 && c <= 0xFFFD || c >= 0x10000 && c <= 0x10FFFF
}
