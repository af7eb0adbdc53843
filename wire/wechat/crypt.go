package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Crypt encrypts and decrypts the messages between the platform and an
// account's server (消息加解密, protocol.md §3.7): AES-256-CBC over 16 random
// bytes, the message's length, the message and the account's appid, padded to
// blocks of 32 bytes, as base64.
//
// It is safe for concurrent use.
type Crypt struct {
	appID string
	block cipher.Block
	iv    []byte
}

// FrameError says that an encrypted message is not one, or was not encrypted
// for this account.
type FrameError struct {
	Problem string
}

func (e *FrameError) Error() string { return "the encrypted message cannot be read: " + e.Problem }

const (
	keyText     = 43 // characters of an EncodingAESKey
	keyBytes    = 32
	randomBytes = 16
	lengthBytes = 4
	// padBlock is the block of the padding, which is twice the cipher's.
	padBlock = 32
)

// NewCrypt makes the Crypt of the account with that appid and EncodingAESKey,
// which has 43 characters of base64.
func NewCrypt(appID, encodingAESKey string) (*Crypt, error) {
	if appID == "" {
		return nil, errors.New("the appid is empty; every encrypted message names it")
	}
	if len(encodingAESKey) != keyText {
		return nil, fmt.Errorf("the EncodingAESKey has %d characters; it must have %d", len(encodingAESKey), keyText)
	}
	key, err := base64.StdEncoding.DecodeString(encodingAESKey + "=")
	if err != nil || len(key) != keyBytes {
		return nil, errors.New("the EncodingAESKey is no base64; it must be 43 letters, digits, + and /")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &Crypt{appID, block, key[:aes.BlockSize]}, nil
}

// Encrypt encrypts a message. The same random bytes give the same text; they
// have to be new for each message that leaves a test.
func (c *Crypt) Encrypt(message []byte, random [16]byte) string {
	pad := padBlock - (randomBytes+lengthBytes+len(message)+len(c.appID))%padBlock
	plain := make([]byte, 0, randomBytes+lengthBytes+len(message)+len(c.appID)+pad)
	plain = append(plain, random[:]...)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message)))
	plain = append(plain, message...)
	plain = append(plain, c.appID...)
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain)
}

// Decrypt decrypts a message. Its errors are a [FrameError].
//
// The encryption alone proves nothing about the sender, and the error says
// what is wrong: verify msg_signature first, as [Codec] does.
func (c *Crypt) Decrypt(encrypted string) ([]byte, error) {
	frame, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		return nil, &FrameError{"it is no base64"}
	}
	if len(frame) == 0 || len(frame)%padBlock != 0 {
		return nil, &FrameError{fmt.Sprintf("it has %d bytes, which are no whole blocks of %d", len(frame), padBlock)}
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(frame, frame)
	plain, ok := unpad(frame)
	if !ok {
		return nil, &FrameError{"its padding is wrong, as it is under another key"}
	}
	if len(plain) < randomBytes+lengthBytes {
		return nil, &FrameError{"it is too short"}
	}
	length, rest := binary.BigEndian.Uint32(plain[randomBytes:]), plain[randomBytes+lengthBytes:]
	if length > math.MaxInt32 || int(length) > len(rest) {
		return nil, &FrameError{fmt.Sprintf("it says that its message has %d bytes, and holds %d", length, len(rest))}
	}
	message, appID := rest[:length], rest[length:]
	if string(appID) != c.appID {
		return nil, &FrameError{fmt.Sprintf("it is for %q, not for %q", excerpt(appID), c.appID)}
	}
	return message, nil
}

// unpad takes the padding off: 1 to 32 bytes, each of which is their number.
func unpad(frame []byte) ([]byte, bool) {
	pad := int(frame[len(frame)-1])
	if pad < 1 || pad > padBlock {
		return nil, false
	}
	end := len(frame) - pad
	for _, b := range frame[end:] {
		if int(b) != pad {
			return nil, false
		}
	}
	return frame[:end], true
}
