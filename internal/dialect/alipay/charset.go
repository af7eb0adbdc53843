package alipay

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/muban-dev/muban/wire/alipay"
)

// gb is the encoding of a charset; nil for UTF-8. GB2312 is a part of GBK.
func gb(c alipay.Charset) encoding.Encoding {
	switch c {
	case alipay.GBK, alipay.GB2312:
		return simplifiedchinese.GBK
	case alipay.GB18030:
		return simplifiedchinese.GB18030
	case alipay.UTF8:
	}
	return nil
}

// toUTF8 converts a text. Bytes that are none of the charset become U+FFFD;
// what says that it is UTF-8 is left as it is.
func toUTF8(c alipay.Charset, text []byte) []byte {
	enc := gb(c)
	if enc == nil || ascii(text) {
		return text
	}
	converted, err := enc.NewDecoder().Bytes(text)
	if err != nil {
		return text
	}
	return converted
}

// inCharset reports whether a text, converted by toUTF8, was in its charset:
// U+FFFD then only stands where it stood before, which GB18030 alone allows.
func inCharset(c alipay.Charset, text, converted []byte) bool {
	if c == alipay.UTF8 {
		return utf8.Valid(text)
	}
	if c == alipay.GB18030 && bytes.ContainsRune(converted, utf8.RuneError) {
		converted = toUTF8(c, withoutReplacements(text))
	}
	return !bytes.ContainsRune(converted, utf8.RuneError)
}

// withoutReplacements is a text of GB18030 without its characters U+FFFD. Its
// characters have four bytes where the second is a digit, else two.
func withoutReplacements(text []byte) []byte {
	const replacement = "\x84\x31\xa4\x37"
	var rest []byte
	for len(text) > 0 {
		size := 1
		if text[0] > 0x80 && len(text) > 1 {
			size = 2
			if text[1] >= '0' && text[1] <= '9' {
				size = min(4, len(text))
			}
		}
		if string(text[:size]) != replacement {
			rest = append(rest, text[:size]...)
		}
		text = text[size:]
	}
	return rest
}

// fromUTF8 converts JSON. A character that the charset does not have is
// written as JSON's escape, so that nothing is lost.
func fromUTF8(c alipay.Charset, json []byte) []byte {
	enc := gb(c)
	if enc == nil || ascii(json) {
		return json
	}
	encoder := enc.NewEncoder()
	out := make([]byte, 0, len(json))
	for len(json) > 0 {
		r, size := utf8.DecodeRune(json)
		converted, err := encoder.Bytes(json[:size])
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case err != nil || c == alipay.GB2312 && !inGB2312(converted) || c == alipay.GBK && !inGBK(converted):
			for _, unit := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		default:
			out = append(out, converted...)
		}
		json = json[size:]
	}
	return out
}

// inGB2312 reports whether a character of GBK is one of GB2312, whose two
// bytes are both above 0xA0, and which left places free there that GBK filled.
func inGB2312(character []byte) bool {
	if len(character) != 2 || character[0] < 0xA1 || character[0] > 0xF7 || character[1] < 0xA1 {
		return false
	}
	switch first, second := character[0], character[1]; first {
	case 0xA2:
		return second > 0xAA
	case 0xA6:
		return second < 0xE0
	case 0xA8:
		return second < 0xBB || second > 0xC0
	}
	return true
}

// inGBK reports whether a character is one of GBK as clients read it. The
// encoder knows more: the euro sign as the single byte 0x80, which Java reads
// as no character, and what GB18030 put into places that GBK left free, with
// which Python's reader fails as well.
func inGBK(character []byte) bool {
	if len(character) != 2 {
		return false
	}
	switch first, second := character[0], character[1]; first {
	case 0xA8:
		return second != 0xBF
	case 0xA9:
		return second < 0x89 || second > 0x95
	case 0xFE:
		return second < 0x50
	}
	return true
}

func ascii(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
