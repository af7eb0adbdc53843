package callback

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// Config says whose events are received and who handles them. AppID, Token and
// Finished are needed; everything else has a default.
type Config struct {
	// AppID is the account's appid. It ends every encrypted message.
	AppID string
	// Token signs every push; AESKey, the EncodingAESKey of 43 characters, is
	// needed in the modes compat and safe. They are in the account's console, as
	// is the mode; empty is plain.
	Token, AESKey string
	Mode          muban.CallbackMode

	// Finished is told how the sending of a template message ended. It may be
	// called from several goroutines at once, and once for an event that was
	// handled, unless Seen fails; its context ends with [Handler.Close].
	Finished func(ctx context.Context, f Finished) error
	// Other is told of everything else: other events, and messages from users.
	// nil ignores them.
	Other func(ctx context.Context, o Other) error

	// Seen remembers what was handled; nil is memory of the handler's own,
	// NewMemorySeen(time.Hour, 100_000).
	Seen Seen
	// Window is how far a push's time may be from now; 0 is five minutes, below
	// 0 any time. Repeated pushes are signed anew.
	Window time.Duration
	// AnswerWithin is how long an answer waits for the handling; 0 is four
	// seconds, of the platform's five.
	AnswerWithin time.Duration
	// Workers is how many events are handled at once; 0 is eight. Queue is how
	// many more may wait; 0 is 256.
	Workers, Queue int
	// Now tells the time; nil is the system's. In a test it may be a Muban's.
	Now func() time.Time
	// Logger is told of what was refused and what failed; nil for nobody.
	Logger *slog.Logger
}

// String names the account and says no secret.
func (c Config) String() string { return "callback of app " + c.AppID }

// GoString is what String says.
func (c Config) GoString() string { return c.String() }

// LogValue is what String says.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

const (
	defaultWindow       = 5 * time.Minute
	defaultAnswerWithin = 4 * time.Second
	defaultWorkers      = 8
	defaultQueue        = 256
	defaultKeep         = time.Hour
	defaultMost         = 100_000
)

func (c Config) validate() error {
	var problems []error
	if c.Finished == nil {
		problems = append(problems, errors.New("callback: Finished is nil; it is told how messages ended"))
	}
	if c.AppID == "" {
		problems = append(problems, errors.New("callback: AppID is empty"))
	}
	if strings.ContainsFunc(c.AppID+c.Token, unicode.IsControl) {
		problems = append(problems, errors.New("callback: AppID or Token has a control character in it; what was read from a file may have the end of a line"))
	}
	if seen, ok := c.Seen.(*MemorySeen); ok && (seen == nil || seen.keys == nil) {
		problems = append(problems, errors.New("callback: Seen is a MemorySeen that was not made by NewMemorySeen"))
	}
	if c.Workers < 0 || c.Queue < 0 || c.AnswerWithin < 0 {
		problems = append(problems, errors.New("callback: Workers, Queue or AnswerWithin is negative"))
	}
	return errors.Join(problems...)
}

func (c Config) withDefaults() Config {
	if c.Other == nil {
		c.Other = func(context.Context, Other) error { return nil }
	}
	if c.Window == 0 {
		c.Window = defaultWindow
	}
	if c.AnswerWithin == 0 {
		c.AnswerWithin = defaultAnswerWithin
	}
	if c.Workers == 0 {
		c.Workers = defaultWorkers
	}
	if c.Queue == 0 {
		c.Queue = defaultQueue
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Seen == nil {
		seen := NewMemorySeen(defaultKeep, defaultMost)
		seen.now = c.Now
		c.Seen = seen
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c Config) codec() (*wechat.Codec, error) {
	return wechat.NewCodec(wechat.CallbackSettings{
		AppID: c.AppID, Token: c.Token, AESKey: c.AESKey, Mode: wechat.Mode(c.Mode),
	})
}
