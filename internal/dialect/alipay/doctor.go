package alipay

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"fmt"
	"iter"
	"math/big"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/alipay"
)

// A signature that does not fit is looked into: whose key made it, and what it
// was made over. An RSA signature can be opened by the public key it belongs
// to; what comes out is the hash of what was signed, which is then compared
// with the hashes of what clients are known to sign by mistake.

// longestDiagnosed bounds the work for a refused request, in bytes of the
// string that was verified.
const longestDiagnosed = 64 << 10

// claim is a signature that does not fit, and what it claims to be.
type claim struct {
	agent       muban.App
	platformKey *rsa.PublicKey
	charset     alipay.Charset
	signType    alipay.SignType
	// says names the hash, as the request does.
	says string
	sign string
	// spoiled is what may have happened to sign on its way.
	spoiled spoiled
	// signed is the string that was verified.
	signed []byte
	// candidates are what may have been signed, the right string first.
	candidates iter.Seq[candidate]
}

// spoiled is the mistake of sending sign so that its base64 does not arrive;
// undo gives what was meant.
type spoiled struct {
	mistake, advice string
	undo            func(sign string) string
}

var notEncoded = spoiled{
	"sign_not_encoded", "sign was sent without percent-encoding, so that its + arrived as blanks; percent-encode every value that is sent",
	func(sign string) string { return strings.ReplaceAll(sign, " ", "+") },
}

// claim is that of a call of the gateway.
func (c *call) claim() claim {
	return claim{
		agent: c.agent, platformKey: &c.platformKey.PublicKey, charset: c.charset, signType: c.signType,
		says: "sign_type says " + string(c.signType), sign: c.params.Get(alipay.ParamSign), spoiled: notEncoded,
		signed: c.params.SignedText(), candidates: candidates(c),
	}
}

// diagnose is the refusal of a signature that is not that of the request by
// the app's key. Its values say what was verified, with which key, and what is
// known of the mistake: "signed" is the whole string, "mistakes" names each
// mistake, "advice" says what to do.
func diagnose(c claim, key *rsa.PublicKey, others []muban.App) *muban.Refusal {
	found := finding{signer: "unknown"}
	switch signature, err := alipay.DecodeSignature(c.sign); {
	case err != nil:
		found = unreadableSign(c, key)
	case len(c.signed) > longestDiagnosed:
		found.add("unknown", "the request is too large to be looked into further")
	default:
		found = opened(c, key, others, signature)
	}
	refusal := muban.Refuse(muban.RuleSignatureWrong, "app_id", c.agent.ID,
		"charset", string(c.charset), "sign_type", string(c.signType), "key", alipay.Fingerprint(key),
		"signed_by", found.signer, "mistakes", strings.Join(found.mistakes, ", "))
	// Whole, however long: it is what the developer compares with.
	refusal.Values["signed"] = string(toUTF8(c.charset, c.signed))
	refusal.Values["advice"] = strings.Join(found.advice, "; ")
	return refusal
}

// finding is what is known of a signature that does not fit.
type finding struct {
	signer   string // whose key made it
	mistakes []string
	advice   []string
}

func (f *finding) add(mistake, advice string) {
	f.mistakes = append(f.mistakes, mistake)
	f.advice = append(f.advice, advice)
}

// unreadableSign is for a sign that is no base64.
func unreadableSign(c claim, key *rsa.PublicKey) finding {
	f := finding{signer: "unknown"}
	if alipay.Verify(key, c.signType, c.signed, c.spoiled.undo(c.sign)) == nil {
		f.signer = "app"
		f.add(c.spoiled.mistake, c.spoiled.advice)
		return f
	}
	f.add("sign_not_base64", "sign is no base64; it must be base64 of the signature")
	return f
}

// opened looks into a signature.
func opened(c claim, key *rsa.PublicKey, others []muban.App, signature []byte) finding {
	f := finding{signer: "unknown"}
	if key.Equal(c.platformKey) {
		f.add("platform_key_as_app_key", "app_public_key is the platform's own key (alipay_public_key); set it to the public half of the key that the app signs with")
	}
	hash, digest := open(key, signature)
	switch {
	case digest != nil:
		f.signer = "app"
	default:
		hash, digest = f.openedByAnother(c, others, signature)
	}
	if digest == nil {
		if len(f.mistakes) == 0 {
			f.add("key_unknown", unknownKey(key, signature))
		}
		return f
	}
	f.lookInto(c, hash, digest)
	return f
}

func unknownKey(key *rsa.PublicKey, signature []byte) string {
	text := "it was made by none of the keys known here: the private key that the app signs with does not belong to its app_public_key " + alipay.Fingerprint(key)
	if len(signature) != key.Size() {
		text += fmt.Sprintf(", which has %d bits; the signature is by a key of %d", key.Size()*8, len(signature)*8)
	}
	return text
}

// openedByAnother tries the keys with which the app's are mixed up: the
// platform's, and those of other apps.
func (f *finding) openedByAnother(c claim, others []muban.App, signature []byte) (crypto.Hash, []byte) {
	if hash, digest := open(c.platformKey, signature); digest != nil {
		f.signer = "platform"
		f.add("signed_by_platform_key", "the app signed with the platform's private key (alipay_private_key); it must sign with its own")
		return hash, digest
	}
	for _, other := range others {
		keys := keysOf(other)
		for _, key := range []*rsa.PublicKey{keys.public, keys.certificateKey} {
			if key == nil {
				continue
			}
			if hash, digest := open(key, signature); digest != nil {
				f.signer = "app " + other.ID
				f.add("signed_by_other_app", "the app signed with the private key of app "+other.ID+"; it must sign with its own, or app_id must be that app's")
				return hash, digest
			}
		}
	}
	return 0, nil
}

// lookInto finds what was signed, by its hash.
func (f *finding) lookInto(c claim, hash crypto.Hash, digest []byte) {
	if hash != c.signType.Hash() {
		f.add("sign_type", fmt.Sprintf("it was made with %s, but %s", hash, c.says))
	}
	for candidate := range c.candidates {
		sum := hash.New()
		sum.Write(candidate.signed)
		if string(sum.Sum(nil)) != string(digest) {
			continue
		}
		if candidate.mistake != "" {
			f.add(candidate.mistake, candidate.advice)
		}
		return
	}
	f.add("other_string", "another string was signed; compare it with the one that was verified, value by value")
}

// open is the hash that a signature by PKCS #1 v1.5 holds; nil where the key is
// not the one it was made by.
func open(key *rsa.PublicKey, signature []byte) (crypto.Hash, []byte) {
	if len(signature) != key.Size() {
		return 0, nil
	}
	s := new(big.Int).SetBytes(signature)
	if s.Cmp(key.N) >= 0 {
		return 0, nil
	}
	block := s.Exp(s, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, key.Size()))
	for _, form := range digestForms {
		head := len(block) - len(form.prefix) - form.hash.Size()
		if !form.hash.Available() || head < 11 || block[0] != 0 || block[1] != 1 || block[head-1] != 0 || string(block[head:len(block)-form.hash.Size()]) != form.prefix {
			continue
		}
		if filling := block[2 : head-1]; bytes.Count(filling, []byte{0xff}) == len(filling) {
			return form.hash, block[len(block)-form.hash.Size():]
		}
	}
	return 0, nil
}

// digestForms are how a hash stands in a signature (RFC 8017, section 9.2).
var digestForms = []struct {
	hash   crypto.Hash
	prefix string
}{
	{crypto.SHA256, "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"},
	{crypto.SHA1, "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"},
	{crypto.MD5, "\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10"},
	{crypto.SHA512, "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"},
}
