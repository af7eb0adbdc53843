package inspect

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// masker puts something in the place of secrets and tokens by which they can
// still be told apart: as long as the program runs, the same secret is shown
// the same way.
type masker struct{ key []byte }

func newMasker() *masker {
	key := make([]byte, sha256.Size)
	rand.Read(key)
	return &masker{key}
}

// Of a secret this much is shown, where that leaves enough to be guessed.
const (
	shownOfSecret = 4
	longSecret    = 24
)

// mask is what stands for a secret: its beginning, if it is long, and a mark
// that says which one it is. The mark needs the masker's key, so that it does
// not help to guess; it is plain ASCII that needs escaping nowhere.
func (m *masker) mask(secret string) string {
	mac := hmac.New(sha256.New, m.key)
	mac.Write([]byte(secret))
	mark := "***" + hex.EncodeToString(mac.Sum(nil)[:4])
	if len(secret) < longSecret || !plain.MatchString(secret[:shownOfSecret]) {
		return mark
	}
	return secret[:shownOfSecret] + mark
}

var (
	plain = regexp.MustCompile(`^[A-Za-z0-9._-]*$`)
	// isMask recognises what a masker wrote, so that it is not masked again.
	isMask = regexp.MustCompile(`^[A-Za-z0-9._-]{0,4}\*\*\*[0-9a-f]{8}$`)
)

// secretName finds the names of what is masked: access_token, secret,
// client_secret, refresh_token, app_auth_token, session_key, and what people
// write instead. Besides there is sk, Baidu's name for the secret in
// jscode2sessionkey.
const secretName = `(?:secret|token|passw(?:or)?d|session_?key|aes_?key|private_?key)[\w.\[\]-]*`

var (
	secretNamed = regexp.MustCompile(`(?i)(?:` + secretName + `|^sk)$`)
	// secretWritten finds a name and its value wherever they stand, also where
	// the text is neither form nor JSON, or is percent-encoded.
	secretWritten = regexp.MustCompile(`(?i)((?:` + secretName + `|(?:\b|%26)sk)(?:\\?["']|%22)?\s*(?:[=:]|%3D|%3A)(?:\s|%20|\+)*(?:\\?["']|%22)?)` +
		`((?:[^&;\s"'<>\\%{\[]|%[013-9a-f][0-9a-f]|%2[013-9a-f])+)`)
)

// begin masks the texts of one call, whose secrets it remembers.
func (m *masker) begin() *masking { return &masking{masker: m, masks: make(map[string]string)} }

// masking is the work on one call.
type masking struct {
	*masker
	masks map[string]string // of those found so far
	first string            // what stands for the first
	// hidden masks them all in one go, however many there are; made when the
	// last was found.
	hidden *strings.Replacer
}

// shortestSecret is the length from which a secret is looked for outside its
// own place too; a shorter one could be any word.
const shortestSecret = 6

func (m *masking) found(secret string) (mask string) {
	if secret == "" || isMask.MatchString(secret) {
		return secret
	}
	mask, known := m.masks[secret]
	if !known {
		mask = m.mask(secret)
		m.masks[secret] = mask
	}
	if m.first == "" {
		m.first = mask
	}
	return mask
}

// tokenShaped finds tokens by the forms that the platforms give them, since one
// may have been sent in another's place: WeChat's, Baidu's two, Alipay's
// app_auth_token and those of its users.
var tokenShaped = regexp.MustCompile(`\b(?:\d{1,3}_[\w-]{60,}|2\d\.[0-9a-f]{32}\.\d+\.\d+\.[\d-]+|\d{6}BB[0-9A-Za-z]{32}\b|authbse[A-Za-z][0-9A-Za-z]{30,})`)

// everywhere masks what is formed like a token, and the secrets that were
// found, as they are and as they are written in a form, a path or JSON. All
// must have been found.
func (m *masking) everywhere(text string) string {
	if m.hidden == nil {
		m.hidden = m.hide()
	}
	return m.hidden.Replace(tokenShaped.ReplaceAllStringFunc(text, m.mask))
}

// hide looks for long secrets first: one may be the beginning of another.
func (m *masking) hide() *strings.Replacer {
	secrets := slices.SortedFunc(maps.Keys(m.masks), func(a, b string) int {
		return cmp.Or(len(b)-len(a), strings.Compare(a, b))
	})
	var pairs []string
	for _, secret := range secrets {
		if len(secret) < shortestSecret {
			break
		}
		for _, written := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "/", `\/`)} {
			pairs = append(pairs, written, m.masks[secret])
		}
	}
	return strings.NewReplacer(pairs...)
}

// headers masks the signature, or whatever Authorization holds, and headers
// that are tokens.
func (m *masking) headers(headers map[string]string) map[string]string {
	for name, value := range headers {
		if secretNamed.MatchString(name) {
			headers[name] = m.found(value)
		}
	}
	if text, has := headers["Authorization"]; has {
		headers["Authorization"] = m.authorization(text)
	}
	return headers
}

var (
	signed    = regexp.MustCompile(`(?i)^(?:TC3-HMAC-SHA256|ALIPAY-SHA256withRSA)\b`)
	signature = regexp.MustCompile(`(?i)(\b(?:Signature|sign)\s*=\s*)([^,\s]+)`)
	scheme    = regexp.MustCompile(`^[A-Za-z0-9-]+ +`)
)

// authorization keeps of a TC3 or a V3 signature who signed what, of anything
// else the scheme alone.
func (m *masking) authorization(text string) string {
	if signed.MatchString(text) {
		return m.replace(signature, text)
	}
	head := scheme.FindString(text)
	if rest := text[len(head):]; rest != "" {
		return head + m.found(rest)
	}
	return text
}

// replace masks the second group of every match.
func (m *masking) replace(pattern *regexp.Regexp, text string) string {
	var out strings.Builder
	end := 0
	for _, at := range pattern.FindAllStringSubmatchIndex(text, -1) {
		out.WriteString(text[end:at[4]])
		value := text[at[4]:at[5]]
		if plain, err := url.QueryUnescape(value); err == nil && plain != value {
			m.found(plain)
		}
		out.WriteString(m.found(value))
		end = at[5]
	}
	return out.String() + text[end:]
}

// form masks the values of a query or a form.
func (m *masking) form(text string) string {
	parts := strings.Split(text, "&")
	for i, part := range parts {
		name, value, has := strings.Cut(part, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		if !has || value == "" || !secretNamed.MatchString(strings.TrimSpace(name)) {
			continue
		}
		secret := value
		if decoded, err := url.QueryUnescape(value); err == nil {
			secret = decoded
		}
		parts[i] = part[:len(part)-len(value)] + m.found(secret)
	}
	return m.replace(secretWritten, strings.Join(parts, "&"))
}

// body masks a body by what it is.
func (m *masking) body(body []byte, truncated bool) string {
	text := string(body)
	switch first := strings.TrimLeft(text, " \t\r\n\ufeff"); {
	case first == "":
		return text
	case first[0] == '{' || first[0] == '[':
		masked, whole := m.json(text)
		if whole && !truncated {
			return masked
		}
		return m.replace(secretWritten, masked)
	case strings.HasPrefix(first, "--"):
		return m.replace(secretWritten, m.multipart(text))
	}
	masked, _ := m.json(m.form(text)) // a message with JSON in it
	return masked
}
