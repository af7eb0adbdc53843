package alipay

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
)

// EncryptAES is the one value of encrypt_type (protocol.md §5.6).
const EncryptAES = "AES"

var (
	errContentKey = errors.New("the content key must be base64 of 16, 24 or 32 bytes")
	errContent    = errors.New("the content is not base64 of AES-CBC with PKCS #7 padding by this key")
)

// ParseContentKey reads an app's AES key, base64 as the console shows it.
func ParseContentKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(withoutSpace(text))
	if err != nil {
		return nil, errContentKey
	}
	switch len(key) {
	case 16, 24, 32:
		return key, nil
	}
	return nil, errContentKey
}

// EncryptContent encrypts biz_content, or the content of an answer: base64 of
// AES-CBC with PKCS #7 padding and an IV of zeros (protocol.md §5.6).
func EncryptContent(key, plain []byte) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	padding := aes.BlockSize - len(plain)%aes.BlockSize
	padded := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(padded, padded)
	return base64.StdEncoding.EncodeToString(padded), nil
}

// DecryptContent undoes [EncryptContent].
func DecryptContent(key []byte, text string) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	content, err := base64.StdEncoding.DecodeString(withoutSpace(text))
	if err != nil || len(content) == 0 || len(content)%aes.BlockSize != 0 {
		return nil, errContent
	}
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(content, content)
	padding := int(content[len(content)-1])
	if padding == 0 || padding > aes.BlockSize || padding > len(content) {
		return nil, errContent
	}
	plain, tail := content[:len(content)-padding], content[len(content)-padding:]
	if bytes.Count(tail, tail[:1]) != padding {
		return nil, errContent
	}
	return plain, nil
}
