package messaging

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/muban-dev/muban"
)

// An access token's text contains an opaque reference to its app, so that it
// can be found by (app, hash), and a part that only the app's secret and the
// token's seed can make again.

const (
	seedBytes       = 16
	weChatPrefix    = "77_" // live tokens begin with a small number
	weChatTextBytes = seedBytes + 8 + sha512.Size
	baiduPrefix     = "24." // seed 000, access_token of the sample
)

func newTokenSeed() []byte {
	seed := make([]byte, seedBytes)
	rand.Read(seed)
	return seed
}

// weChatTokenText makes a WeChat token's text. The same app, secret, kind and
// seed give the same text.
func weChatTokenText(app muban.App, kind muban.TokenKind, seed []byte) string {
	raw := make([]byte, 0, weChatTextBytes)
	raw = append(raw, seed...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(app.Number)^binary.BigEndian.Uint64(seed))
	raw = append(raw, tokenMAC(app, kind, seed)...)
	return weChatPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// baiduTokenText makes a Baidu token's text, which ends with the app's number
// as the real one does: 24.<hex>.2592000.<unix>.<n>-<app>.
func baiduTokenText(app muban.App, seed []byte, life, expires int64) string {
	secretPart := hex.EncodeToString(tokenMAC(app, muban.TokenBaidu, seed)[:16])
	return fmt.Sprintf("%s%s.%d.%d.282335-%d", baiduPrefix, secretPart, life, expires, app.Number)
}

// issuedOnce reports whether a text is a WeChat token that was issued to the app
// under the secret that it has now.
func issuedOnce(app muban.App, text string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(text, weChatPrefix))
	if err != nil || len(raw) != weChatTextBytes {
		return false
	}
	for _, kind := range []muban.TokenKind{muban.TokenPlain, muban.TokenStable, muban.TokenCloud} {
		if hmac.Equal([]byte(text), []byte(weChatTokenText(app, kind, raw[:seedBytes]))) {
			return true
		}
	}
	return false
}

func tokenMAC(app muban.App, kind muban.TokenKind, seed []byte) []byte {
	mac := hmac.New(sha512.New, []byte(app.Secret))
	mac.Write([]byte(app.ID + "\x00" + string(kind) + "\x00"))
	mac.Write(seed)
	return mac.Sum(nil)
}

// tokenAppNumber reads the reference to its app out of a token's text; ok is
// false where the text is not of a token that this program issues.
func tokenAppNumber(text string) (number int64, ok bool) {
	if encoded, found := strings.CutPrefix(text, weChatPrefix); found {
		raw, err := base64.RawURLEncoding.DecodeString(encoded)
		if err != nil || len(raw) != weChatTextBytes {
			return 0, false
		}
		masked := binary.BigEndian.Uint64(raw[seedBytes:])
		return int64(masked ^ binary.BigEndian.Uint64(raw)), true
	}
	if strings.HasPrefix(text, baiduPrefix) {
		_, tail, _ := strings.Cut(text, "-")
		number, err := strconv.ParseInt(tail, 10, 64)
		return number, err == nil
	}
	return 0, false
}

func tokenHash(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
