package wechat

import (
	"crypto/rand"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Push is an event on its way to an account's server: a POST of Body, as
// [PushContentType], to the server's URL with Query added to its query.
type Push struct {
	Query url.Values
	Body  []byte
}

// PushContentType is the Content-Type of a push.
const PushContentType = "text/xml"

// Stamp is what the platform adds to what it signs and encrypts.
type Stamp struct {
	// Timestamp is Unix time in seconds. Some receivers read no more than 31
	// bits of it (protocol.md §3.7).
	Timestamp int64
	Nonce     string
	// Random begins an encrypted message.
	Random [16]byte
}

// NewStamp makes the stamp of that time with a new nonce and new random bytes,
// in the forms that live pushes have. In a test, fixed ones give the same
// bytes each time.
func NewStamp(now time.Time) Stamp {
	s := Stamp{Timestamp: now.Unix(), Nonce: randomText(1, "123456789") + randomText(9, "0123456789")}
	copy(s.Random[:], randomText(len(s.Random), "0123456789abcdef"))
	return s
}

// randomText draws from an alphabet. That some characters are a little more
// likely where it has no power of two of them does not matter here.
func randomText(length int, alphabet string) string {
	text := make([]byte, length)
	rand.Read(text)
	for i, b := range text {
		text[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(text)
}

func (s Stamp) timestamp() string { return strconv.FormatInt(s.Timestamp, 10) }

// Push writes an event as the platform pushes it in the account's mode.
//
// In an account's own tests it makes what the account's server will receive:
//
//	push := codec.Push(wechat.TemplateSendJobFinish{
//		Header: wechat.Header{ToUserName: "gh_7f083739789a", FromUserName: "oia2TjuEGTNoeX76QEjQNrcURxG8", CreateTime: 1395658920},
//		MsgID:  200163836, Status: wechat.SendStatusSuccess,
//	}, wechat.Stamp{Timestamp: 1395658920, Nonce: "1372623149"})
//	request := httptest.NewRequest("POST", "/events?"+push.Query.Encode(), bytes.NewReader(push.Body))
func (c *Codec) Push(e Event, s Stamp) Push {
	header, document := e.Base(), e.XML()
	query := c.query(s)
	query.Set("openid", header.FromUserName)
	if c.mode == ModePlain {
		return Push{query, document}
	}
	encrypted := c.crypt.Encrypt(document, s.Random)
	query.Set("encrypt_type", "aes")
	query.Set("msg_signature", Signature(c.token, s.timestamp(), s.Nonce, encrypted))
	if c.mode == ModeCompat {
		// Encrypt comes last, as live ones have it (protocol.md §3.7).
		w := xmlWriter{[]byte(strings.TrimSuffix(string(document), endXML))}
		w.text("Encrypt", encrypted)
		return Push{query, w.finish()}
	}
	var w xmlWriter
	w.begin()
	w.text("ToUserName", header.ToUserName)
	w.text("Encrypt", encrypted)
	return Push{query, w.finish()}
}

// query signs a stamp.
func (c *Codec) query(s Stamp) url.Values {
	return url.Values{
		"signature": {Signature(c.token, s.timestamp(), s.Nonce)},
		"timestamp": {s.timestamp()},
		"nonce":     {s.Nonce},
	}
}

// Verification is the query by which the platform verifies a server's URL
// with a GET: the answer's body must be the echostr and nothing else
// (protocol.md §3.7). It is the same in every mode.
func (c *Codec) Verification(s Stamp, echostr string) url.Values {
	query := c.query(s)
	query.Set("echostr", echostr)
	return query
}
