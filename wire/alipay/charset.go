package alipay

import "strings"

// Charset is the encoding of a request's values and of its answer, by the
// platform's name. The zero Charset is none.
type Charset string

// The charsets that requests name (seed 003, charset; protocol.md §5.3).
const (
	UTF8    Charset = "utf-8"
	GBK     Charset = "gbk"
	GB2312  Charset = "gb2312"
	GB18030 Charset = "gb18030"
)

// Charsets lists every charset.
func Charsets() []Charset { return []Charset{UTF8, GBK, GB2312, GB18030} }

// ParseCharset reads the parameter charset, in any case; ok is false for an
// encoding that the gateway does not speak.
func ParseCharset(name string) (c Charset, ok bool) {
	lower := strings.ToLower(strings.TrimSpace(name))
	if lower == "utf8" {
		return UTF8, true
	}
	for _, c := range Charsets() {
		if lower == string(c) {
			return c, true
		}
	}
	return "", false
}

// trails says whether a byte is followed by one that is not a character of its
// own although it may look like one: the second byte of a character in the GB
// encodings may be a quote's neighbour, a backslash or a brace. Those of four
// bytes are two such pairs.
func (c Charset) trails(b byte) bool { return c != UTF8 && b >= 0x81 }
