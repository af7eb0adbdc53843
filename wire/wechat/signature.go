package wechat

import (
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
)

// Signature is how a URL verification and a push are signed (protocol.md
// §3.7): the SHA-1, in lower-case hexadecimal, of the account's callback
// token, the timestamp, the nonce and, for msg_signature, the encrypted
// message, sorted and joined.
//
// signature covers neither the body nor any other parameter; msg_signature
// covers the encrypted message.
func Signature(token, timestamp, nonce string, encrypted ...string) string {
	parts := append([]string{token, timestamp, nonce}, encrypted...)
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// signed compares a signature in a time that does not tell how much of it is
// right.
func signed(got, want string) bool {
	return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}
