package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// The samples that the platform publishes with its own code for message
// encryption: key and token are those of its Java and Python samples.
const (
	sampleKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	sampleAppID = "wxb11529c136998cb6"
)

func newCrypt(tb testing.TB, appID, key string) *Crypt {
	tb.Helper()
	c, err := NewCrypt(appID, key)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func random(text string) (r [16]byte) {
	copy(r[:], text)
	return r
}

// The platform's samples, byte for byte.
func TestEncryptIsThePlatforms(t *testing.T) {
	t.Parallel()
	for _, sample := range []struct {
		source, appID, key, random, message, encrypted string
	}{
		{
			"Java sample, testAesEncrypt", sampleAppID, sampleKey, "aaaabbbbccccdddd", "我是中文abcd123",
			"jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==",
		},
		{
			"message push guide, reply of its debugging tool", "wx134c8103faa5a59e", strings.Repeat("A", 43), "999951349e8ee746",
			"<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>",
			"hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7",
		},
	} {
		c := newCrypt(t, sample.appID, sample.key)
		if got := c.Encrypt([]byte(sample.message), random(sample.random)); got != sample.encrypted {
			t.Errorf("%s: encrypted to %s", sample.source, got)
		}
		got, err := c.Decrypt(sample.encrypted)
		if err != nil || string(got) != sample.message {
			t.Errorf("%s: decrypted to %q, error %v", sample.source, got, err)
		}
	}
}

// Every length of message comes back, whatever its padding.
func TestDecryptUndoesEncrypt(t *testing.T) {
	t.Parallel()
	c := newCrypt(t, sampleAppID, sampleKey)
	for n := range 100 {
		message := strings.Repeat("x", n)
		encrypted := c.Encrypt([]byte(message), random("0123456789abcdef"))
		if got, err := c.Decrypt(encrypted); err != nil || string(got) != message {
			t.Errorf("%d bytes: %q, error %v", n, got, err)
		}
		if raw, err := base64.StdEncoding.DecodeString(encrypted); err != nil || len(raw)%32 != 0 {
			t.Errorf("%d bytes: %d bytes, error %v; want whole blocks of 32", n, len(raw), err)
		}
	}
}

func TestNewCryptRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ appID, key, want string }{
		{"", sampleKey, "appid is empty"},
		{"wx1", "", "0 characters; it must have 43"},
		{"wx1", sampleKey + "=", "44 characters"},
		{"wx1", sampleKey[1:], "42 characters"},
		{"wx1", sampleKey[:42] + "-", "no base64"},
		{"wx1", sampleKey[:42] + "\n", "no base64"}, // which a decoder may skip
		{"wx1", strings.Repeat("中", 14) + "x", "no base64"},
	} {
		if c, err := NewCrypt(test.appID, test.key); c != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("NewCrypt(%q, %q): error %v, want %q", test.appID, test.key, err, test.want)
		}
	}
}

// frame encrypts a whole frame, which may be no proper one.
func frame(tb testing.TB, plain []byte) string {
	tb.Helper()
	key, err := base64.StdEncoding.DecodeString(sampleKey + "=")
	if err != nil {
		tb.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		tb.Fatal(err)
	}
	sealed := make([]byte, len(plain))
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(sealed, plain)
	return base64.StdEncoding.EncodeToString(sealed)
}

// padded builds the plain text of a frame: a length that may be a lie, a body,
// and as padding whatever byte is given until the block is full.
func padded(length uint32, body string, pad byte) []byte {
	plain := []byte("0123456789abcdef")
	plain = binary.BigEndian.AppendUint32(plain, length)
	plain = append(plain, body...)
	for {
		plain = append(plain, pad)
		if len(plain)%32 == 0 {
			return plain
		}
	}
}

// Frames that nobody but an attacker or a broken client sends.
func TestDecryptRefusesHostileFrames(t *testing.T) {
	t.Parallel()
	c := newCrypt(t, sampleAppID, sampleKey)
	good := c.Encrypt([]byte("<xml></xml>"), random("0123456789abcdef"))
	const body = "hello" + sampleAppID // with the padding 20+5+18+21
	if _, err := c.Decrypt(frame(t, padded(5, body, 21))); err != nil {
		t.Fatalf("the good frame: %v", err)
	}
	for name, test := range map[string]struct{ frame, want string }{
		"nothing":                         {"", "0 bytes"},
		"no base64":                       {"%%%", "no base64"},
		"base64 for URLs":                 {strings.NewReplacer("+", "-", "/", "_").Replace(good) + "-_-_", "no base64"},
		"base64 with something behind":    {good + "x", "no base64"},
		"truncated by a character":        {good[:len(good)-1], "no base64"},
		"truncated by a block of AES":     {frame(t, padded(5, body, 21)[:48]), "48 bytes, which are no whole blocks"},
		"truncated by a block of padding": {frame(t, padded(5, body, 21)[:32]), "padding is wrong"},
		"one byte":                        {"AA==", "1 bytes"},
		"zeros":                           {base64.StdEncoding.EncodeToString(make([]byte, 64)), "padding is wrong"},
		"padding of 0":                    {frame(t, padded(5, body, 0)), "padding is wrong"},
		"padding of 33":                   {frame(t, padded(5, body, 33)), "padding is wrong"},
		"padding of 255":                  {frame(t, padded(5, body, 255)), "padding is wrong"},
		"padding of different bytes":      {frame(t, append(padded(5, body, 21)[:63], 22)), "padding is wrong"},
		"padding only":                    {frame(t, []byte(strings.Repeat("\x20", 32))), "too short"},
		"too short for a length":          {frame(t, []byte(strings.Repeat("x", 19)+strings.Repeat("\x0d", 13))), "too short"},
		"a length past the end":           {frame(t, padded(24, body, 21)), "says that its message has 24 bytes, and holds 23"},
		"a length of 2^31":                {frame(t, padded(1<<31, body, 21)), "says that its message has 2147483648 bytes"},
		"a length of 2^32-1":              {frame(t, padded(1<<32-1, body, 21)), "says that its message has 4294967295 bytes"},
		"a length that eats the appid":    {frame(t, padded(23, body, 21)), `it is for "", not for "` + sampleAppID},
		"a length that is too short":      {frame(t, padded(4, body, 21)), `it is for "o` + sampleAppID},
		"another appid":                   {newCrypt(t, "wx0000000000000001", sampleKey).Encrypt([]byte("x"), random("r")), `it is for "wx0000000000000001"`},
		"an appid of binary":              {frame(t, padded(5, "hello\xff\x00\x1b[2J012345678901", 21)), "it is for"},
		"another key":                     {newCrypt(t, sampleAppID, strings.Repeat("A", 43)).Encrypt([]byte("x"), random("r")), "padding is wrong"},
	} {
		got, err := c.Decrypt(test.frame)
		var frameError *FrameError
		if got != nil || !errors.As(err, &frameError) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %q, error %v; want %q", name, got, err, test.want)
		}
	}
}

// Whatever is in a frame, Decrypt ends with a message or a FrameError, and
// only a frame with the account's own appid gives a message.
func FuzzDecrypt(f *testing.F) {
	f.Add([]byte(""), "")
	f.Add(padded(5, "hello"+sampleAppID, 21), "")
	f.Add(padded(1<<32-1, sampleAppID, 26), "")
	f.Add(padded(0, sampleAppID, 26)[:32], "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==")
	c := newCrypt(f, sampleAppID, sampleKey)
	f.Fuzz(func(t *testing.T, plain []byte, encrypted string) {
		check := func(encrypted string) {
			message, err := c.Decrypt(encrypted)
			var frameError *FrameError
			if err != nil {
				if message != nil || !errors.As(err, &frameError) || !utf8.ValidString(err.Error()) {
					t.Fatalf("%q, error %q", message, err)
				}
				return
			}
			if again, err := c.Decrypt(c.Encrypt(message, random("0123456789abcdef"))); err != nil || string(again) != string(message) {
				t.Fatalf("%q came back as %q, error %v", message, again, err)
			}
		}
		check(encrypted)
		plain = plain[:len(plain)/16*16]
		check(frame(t, plain))
		if message, err := c.Decrypt(frame(t, plain)); err == nil && !strings.Contains(string(plain), string(message)+sampleAppID) {
			t.Fatalf("decrypted %q from the frame %q", message, plain)
		}
	})
}
