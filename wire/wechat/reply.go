package wechat

import (
	"fmt"
	"strconv"
)

// ReplySuccess is the body by which a server says that it took a push. An
// empty one says the same.
const ReplySuccess = "success"

// ReplyError says that what a server answered a push is no reply: the
// platform counts the attempt as failed.
type ReplyError struct {
	Problem string
}

func (e *ReplyError) Error() string { return e.Problem }

// ReadReply reads what a server answered an event with status 200, as the
// platform does. nil says that it took the event: the body is empty, is
// "success" and nothing else, or is a well-formed encrypted reply
// (protocol.md §3.7). Everything else is a [ReplyError].
func (c *Codec) ReadReply(body []byte) error {
	if len(body) == 0 || string(body) == ReplySuccess {
		return nil
	}
	texts, err := readXML(body)
	if err != nil || texts["Encrypt"] == "" {
		return &ReplyError{"the answer is " + strconv.Quote(excerpt(body)) + `; it must be empty, "success" or an encrypted reply`}
	}
	if c.crypt == nil {
		return &ReplyError{"the answer is an encrypted reply, although the settings have no EncodingAESKey"}
	}
	want := Signature(c.token, texts["TimeStamp"], texts["Nonce"], texts["Encrypt"])
	if !signed(texts["MsgSignature"], want) {
		return &ReplyError{"the encrypted reply's MsgSignature is missing or wrong"}
	}
	message, err := c.crypt.Decrypt(texts["Encrypt"])
	if err != nil {
		return &ReplyError{"of the encrypted reply: " + err.Error()}
	}
	if len(message) == 0 || string(message) == ReplySuccess {
		return nil
	}
	if _, err := readXML(message); err != nil {
		return &ReplyError{fmt.Sprintf("the encrypted reply holds no message: %v", err)}
	}
	return nil
}

// Reply encrypts a server's reply: "success", nothing, or a message as XML. It
// needs the EncodingAESKey; without one a reply goes out as it is.
func (c *Codec) Reply(message []byte, s Stamp) []byte {
	if c.crypt == nil {
		return message
	}
	encrypted := c.crypt.Encrypt(message, s.Random)
	var w xmlWriter
	w.begin()
	w.text("Encrypt", encrypted)
	w.text("MsgSignature", Signature(c.token, s.timestamp(), s.Nonce, encrypted))
	w.number("TimeStamp", s.Timestamp)
	w.text("Nonce", s.Nonce)
	return w.finish()
}
