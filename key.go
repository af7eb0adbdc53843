package muban

import (
	"fmt"
	"io"
	"log/slog"
)

// PrivateKey is an RSA key that the platform signs with, in PKCS #8. It is kept
// apart from the apps, so that nothing which reads or shows an app can carry
// one, and it does not print.
type PrivateKey []byte

const redacted = "[private key]"

// String hides the key.
func (PrivateKey) String() string { return redacted }

// Format hides the key, whatever the verb.
func (PrivateKey) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// LogValue hides the key.
func (PrivateKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the key.
func (PrivateKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }
