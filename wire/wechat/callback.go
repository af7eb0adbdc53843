package wechat

import (
	"errors"
	"fmt"
)

// Mode is how pushes are protected.
type Mode string

// The modes (明文, 兼容, 安全).
const (
	ModePlain  Mode = "plain"  // as plain XML
	ModeCompat Mode = "compat" // plain and encrypted together
	ModeSafe   Mode = "safe"   // encrypted only
)

// CallbackSettings are what an account and its server share: the server
// configuration (服务器配置) of the account's console.
type CallbackSettings struct {
	AppID string // ends every encrypted message
	Token string // signs every push
	// AESKey is the EncodingAESKey, 43 characters; needed in modes compat and
	// safe.
	AESKey string
	Mode   Mode // empty is plain
}

// Codec writes pushes as the platform does, and reads them as an account's
// server does; the same of the replies and of URL verification (protocol.md
// §3.7). It does no I/O and is safe for concurrent use.
type Codec struct {
	token string
	mode  Mode
	crypt *Crypt // nil without an AES key
}

// NewCodec makes the Codec of an account's settings.
func NewCodec(s CallbackSettings) (*Codec, error) {
	if s.Token == "" {
		return nil, errors.New("the callback token is empty: anybody could sign")
	}
	c := &Codec{token: s.Token, mode: s.Mode}
	switch s.Mode {
	case "":
		c.mode = ModePlain
	case ModePlain:
	case ModeCompat, ModeSafe:
		if s.AESKey == "" {
			return nil, fmt.Errorf("mode %s needs the EncodingAESKey", s.Mode)
		}
	default:
		return nil, fmt.Errorf("there is no mode %q; there are plain, compat and safe", s.Mode)
	}
	if s.AESKey == "" {
		return c, nil
	}
	var err error
	c.crypt, err = NewCrypt(s.AppID, s.AESKey)
	return c, err
}

// SignatureError says that a request or a reply is not signed as it must be:
// who made it does not know the account's token.
type SignatureError struct {
	Problem string
}

func (e *SignatureError) Error() string { return e.Problem }

// PushError says that a push, though signed, cannot be read.
type PushError struct {
	Problem string
}

func (e *PushError) Error() string { return "the push cannot be read: " + e.Problem }
