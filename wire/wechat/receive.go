package wechat

import (
	"net/url"
	"strconv"
)

// ReadVerification checks a GET by which the platform verifies the server's
// URL, and returns the echostr to answer with. Its errors are a
// [SignatureError].
//
// The echostr is not signed: answer it as text/plain, so that no browser takes
// it for a page.
func (c *Codec) ReadVerification(query url.Values) (echostr string, err error) {
	if err := c.checkSignature(query); err != nil {
		return "", err
	}
	return query.Get("echostr"), nil
}

// Read verifies, decrypts and decodes a push from the query and the body of
// its request. Its errors are a [SignatureError], a [PushError] or a
// [FrameError].
//
// The signature of a plain push covers its time only, not its body. Where the
// settings say compat or safe, a push that is not encrypted is therefore
// refused: somebody who saw the URL of a push could have written it. Where
// they say plain, an encrypted push is decrypted if there is a key.
//
// A push may come more than once (protocol.md §3.7): tell repeated events by
// FromUserName and CreateTime, or by the MsgID.
func (c *Codec) Read(query url.Values, body []byte) (Event, error) {
	encrypted := false
	switch kind := query.Get("encrypt_type"); kind {
	case "", "raw":
	case "aes":
		encrypted = true
	default:
		return nil, &PushError{"encrypt_type is " + strconv.Quote(excerpt([]byte(kind))) + "; there are aes and raw"}
	}
	if !encrypted && c.mode != ModePlain {
		return nil, &SignatureError{"the push is not encrypted, although the settings say mode " + string(c.mode)}
	}
	if encrypted && c.crypt != nil {
		return c.readEncrypted(query, body)
	}
	if err := c.checkSignature(query); err != nil {
		return nil, err
	}
	event, err := ParseEvent(body)
	if err != nil && encrypted {
		return nil, &PushError{"it is encrypted, and the settings have no EncodingAESKey"}
	}
	return event, err
}

// readEncrypted reads a push of mode compat or safe. Of what stands beside the
// encrypted message only the recipient is looked at: it must be the same, as
// other receivers demand (protocol.md §3.7).
func (c *Codec) readEncrypted(query url.Values, body []byte) (Event, error) {
	envelope, err := readXML(body)
	if err != nil {
		return nil, &PushError{err.Error()}
	}
	encrypted := envelope["Encrypt"]
	if err := c.checkStamp(query); err != nil {
		return nil, err
	}
	if !signed(query.Get("msg_signature"), Signature(c.token, query.Get("timestamp"), query.Get("nonce"), encrypted)) {
		return nil, &SignatureError{"msg_signature is missing or wrong"}
	}
	// The platform also sends the other signature.
	if query.Has("signature") {
		if err := c.checkSignature(query); err != nil {
			return nil, err
		}
	}
	document, err := c.crypt.Decrypt(encrypted)
	if err != nil {
		return nil, err
	}
	event, err := ParseEvent(document)
	if err != nil {
		return nil, err
	}
	if to, there := envelope["ToUserName"]; there && to != event.Base().ToUserName {
		return nil, &PushError{"its ToUserName is not that of the message within"}
	}
	return event, nil
}

func (c *Codec) checkSignature(query url.Values) error {
	if err := c.checkStamp(query); err != nil {
		return err
	}
	if !signed(query.Get("signature"), Signature(c.token, query.Get("timestamp"), query.Get("nonce"))) {
		return &SignatureError{"signature is missing or wrong"}
	}
	return nil
}

// checkStamp refuses what the platform never signs.
func (c *Codec) checkStamp(query url.Values) error {
	if _, err := strconv.ParseInt(query.Get("timestamp"), 10, 64); err != nil {
		return &SignatureError{"timestamp is missing or no number"}
	}
	if query.Get("nonce") == "" {
		return &SignatureError{"nonce is missing"}
	}
	return nil
}
