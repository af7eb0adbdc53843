package alipay

import (
	"bytes"
	"errors"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// content is biz_content, decrypted where encrypt_type says so and in UTF-8
// (protocol.md §5.6). From then on the answer is encrypted too.
func (c *call) content() ([]byte, error) {
	content := c.params.Get(alipay.ParamBizContent)
	switch encryption := c.params.Get(alipay.ParamEncryptType); {
	case encryption == "" && c.agent.ContentKey != "" && looksEncrypted(content):
		return nil, invalidOrMissing(c, alipay.ParamEncryptType, alipay.EncryptAES+", since biz_content is encrypted")
	case encryption == "":
		text := toUTF8(c.charset, []byte(content))
		return text, c.checkCharset([]byte(content), text)
	case encryption != alipay.EncryptAES:
		return nil, invalidOrMissing(c, alipay.ParamEncryptType, alipay.EncryptAES)
	}
	key, plain, err := decrypt(c.agent, content)
	if err != nil {
		return nil, err
	}
	c.contentKey, c.decrypted = key, toUTF8(c.charset, plain)
	return c.decrypted, c.checkCharset(plain, c.decrypted)
}

// decrypt opens a content with the app's content key.
func decrypt(app muban.App, content string) (key, plain []byte, err error) {
	key, err = alipay.ParseContentKey(app.ContentKey)
	if err != nil {
		return nil, nil, muban.Refuse(muban.RuleContentKey, "app_id", app.ID)
	}
	plain, err = alipay.DecryptContent(key, content)
	if err == nil && bytes.ContainsFunc(plain, notInJSON) {
		// Of 256 contents under another key one is well padded by chance.
		err = errOtherKey
	}
	if err != nil {
		return nil, nil, muban.Refuse(muban.RuleContentUnreadable, "app_id", app.ID, "problem", err.Error())
	}
	return key, plain, nil
}

// checkCharset refuses a content that is not in the charset that the request
// names: its text in UTF-8 would be spoiled.
func (c *call) checkCharset(content, text []byte) error {
	if inCharset(c.charset, content, text) {
		return nil
	}
	return muban.Refuse(muban.RuleRequestParameter, "parameter", alipay.ParamBizContent,
		"value", "not in "+string(c.charset)+", the charset that the request names", "wanted", "a JSON object in it")
}

var errOtherKey = errors.New("what it decrypts to is no text, so that it was encrypted with another key")

// notInJSON: a control character stands in no JSON.
func notInJSON(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }

// looksEncrypted: it is made of the characters of base64, broken into lines or not.
func looksEncrypted(content string) bool {
	const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
	return strings.TrimSpace(content) != "" && strings.Trim(content, base64) == ""
}
