package messaging

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/muban-dev/muban"
)

// Ids in the platforms' own formats, as their documents and live answers show
// them. All are random; those of grants also carry the time, as the real ones
// do.

const (
	alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	digits       = "0123456789"
)

func randomFrom(alphabet string, n int) string {
	out := make([]byte, n)
	size := big.NewInt(int64(len(alphabet)))
	for i := range out {
		k, _ := rand.Int(rand.Reader, size) // crypto/rand never fails
		out[i] = alphabet[k.Int64()]
	}
	return string(out)
}

func randomHex(bytes int) string {
	raw := make([]byte, bytes)
	rand.Read(raw)
	return hex.EncodeToString(raw)
}

func randomBase64(bytes int) string {
	raw := make([]byte, bytes)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// randomID is a random text that does not begin like a flag of a command.
func randomID(bytes int) string {
	for {
		if id := randomBase64(bytes); id[0] != '-' {
			return id
		}
	}
}

func newAppID(p muban.Platform) string {
	switch p {
	case muban.WeChatMini, muban.WeChatOA:
		return "wx" + randomHex(8)
	case muban.Alipay:
		return "20210" + randomFrom(digits, 11)
	default: // Baidu's App Key
		return randomFrom(alphanumeric, 32)
	}
}

func newSecret(p muban.Platform) string {
	switch p {
	case muban.Alipay: // authenticates with keys
		return ""
	case muban.Baidu:
		return randomFrom(alphanumeric, 32)
	default:
		return randomHex(16)
	}
}

func newOriginalID(p muban.Platform) string {
	if p == muban.WeChatMini || p == muban.WeChatOA {
		return "gh_" + randomHex(6)
	}
	return ""
}

func newOpenID(p muban.Platform) string {
	switch p {
	case muban.Baidu:
		return randomFrom(alphanumeric, 24)
	case muban.Alipay:
		return "2088" + randomFrom(digits, 12)
	default:
		return "o" + randomBase64(20) // 28 characters
	}
}

func newUnionID() string { return "o6" + randomBase64(20) }

// newSwanID: seed 000's sample is 91 characters of letters and digits.
func newSwanID() string { return randomFrom(alphanumeric, 91) }

func newAlipayOpenID() string { return randomID(36) }

func newTemplateID(p muban.Platform) string {
	switch p {
	case muban.Baidu: // seed 001: 40 hex digits and 4 letters
		return randomHex(20) + randomFrom(alphanumeric, 4)
	case muban.Alipay:
		return randomHex(16)
	default: // seed 003: 43 characters
		return randomID(32)
	}
}

// newTitleID numbers own titles far above the platforms' known ones.
func newTitleID(p muban.Platform) string {
	number := "9" + randomFrom(digits, 8)
	switch p {
	case muban.Baidu:
		return "BD" + number
	case muban.WeChatOA:
		return "OPENTM" + number
	case muban.Alipay:
		return "AP" + number
	default:
		return "AT" + number
	}
}

// newGrantID makes a form_id, prepay_id, scene_id or trade_no.
func newGrantID(p muban.Platform, kind muban.GrantKind, user muban.User, loggedIn bool, now time.Time) string {
	day := muban.PlatformTime(now).Format("20060102150405")
	switch {
	case p == muban.WeChatMini && kind == muban.GrantForm:
		return randomHex(16)
	case p == muban.WeChatMini: // prepay_id
		return "wx" + day + randomHex(9) + "00"
	case p == muban.Baidu && kind == muban.GrantForm: // seed 000's sample
		return fmt.Sprintf("11.%s.290079.%d.%d", randomHex(16), now.Unix(), loginDigit(loggedIn))
	case p == muban.Baidu:
		return fmt.Sprintf("%s%s%d", day, randomFrom(digits, 10), loginDigit(loggedIn))
	case kind == muban.GrantForm:
		// Alipay: base64 of <user>_<ms>_<3 digits>; more digits here, since a
		// thousand may be minted at once, and less of a long user.
		tail := fmt.Sprintf("_%d_%s", now.UnixMilli(), randomFrom(digits, 12))
		room := base64.StdEncoding.DecodedLen(longestAlipayGrant) - len(tail)
		head := strings.ToValidUTF8(user.OpenID[:min(len(user.OpenID), room)], "")
		return base64.StdEncoding.EncodeToString([]byte(head + tail))
	default: // trade_no
		return day[:8] + "22001" + randomFrom(digits, 15)
	}
}

// loginDigit ends a Baidu scene id (seed 000, Q&A 2).
func loginDigit(loggedIn bool) int {
	if loggedIn {
		return 1
	}
	return 0
}
