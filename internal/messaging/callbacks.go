package messaging

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/muban-dev/muban"
)

// CallbackQuery selects callbacks; zero members select everything.
type CallbackQuery struct {
	AppID     string
	State     muban.CallbackState
	MessageID muban.MessageID
	After     int64 // only newer than this callback
}

// Callbacks lists callbacks, newest first.
func (s *Service) Callbacks(ctx context.Context, query CallbackQuery, page muban.Page) (muban.List[muban.Callback], error) {
	if query.State != "" && !slices.Contains(muban.CallbackStates(), query.State) {
		return muban.List[muban.Callback]{}, invalid("state", string(query.State), "pending, delivered or failed")
	}
	if query.AppID != "" {
		if _, err := s.App(ctx, query.AppID); err != nil {
			return muban.List[muban.Callback]{}, err
		}
	}
	return s.store.Callbacks(ctx, muban.CallbackFilter{
		AppID: query.AppID, State: query.State, MessageSeq: query.MessageID.Seq(), AfterSeq: query.After,
	}, page)
}

// Callback returns one callback.
func (s *Service) Callback(ctx context.Context, seq int64) (muban.Callback, error) {
	return s.store.Callback(ctx, seq)
}

// ResendCallback has one more attempt made at a callback, whatever became of
// it, and returns it as it waits for that.
func (s *Service) ResendCallback(ctx context.Context, seq int64) (muban.Callback, error) {
	return s.store.ResendCallback(ctx, seq, s.clock.Now())
}

// Handshaker asks an app's server whether it knows the app's callback token.
type Handshaker interface {
	Handshake(ctx context.Context, app muban.App) muban.Handshake
}

// VerifyCallback asks the app's server whether it knows the app's callback
// token, and keeps with the app how that ended, unless the settings changed
// meanwhile. A handshake that fails is no error.
func (s *Service) VerifyCallback(ctx context.Context, appID string, with Handshaker) (muban.App, muban.Handshake, error) {
	app, err := s.App(ctx, appID)
	if err != nil {
		return app, muban.Handshake{}, err
	}
	if app.Callback.URL == "" {
		return app, muban.Handshake{}, invalid("callback.url", "", "set before it can be verified")
	}
	shake := with.Handshake(ctx, app)
	asked := app.Callback
	app, err = s.UpdateApp(ctx, appID, func(a *muban.App) error {
		if a.Callback.URL == asked.URL && a.Callback.Token == asked.Token {
			a.Callback.Verified, a.Callback.VerifyError = shake.OK, shake.Error
		}
		return nil
	})
	return app, shake, err
}

// aesKeyLength is an EncodingAESKey's: 32 bytes in base64 without its "=".
const aesKeyLength = 43

// longestCallbackToken is the platform's (接口配置: 3 to 32 letters and digits).
// Shorter ones do no harm here.
const longestCallbackToken = 32

func checkCallback(before, c muban.CallbackSettings) error {
	switch c.Mode {
	case "", muban.CallbackPlain, muban.CallbackCompat, muban.CallbackSafe:
	default:
		return invalid("callback.mode", string(c.Mode), "plain, compat or safe")
	}
	if c.AESKey != "" {
		key, err := base64.StdEncoding.DecodeString(c.AESKey + "=")
		if len(c.AESKey) != aesKeyLength || err != nil || len(key) != 32 {
			return invalid("callback.aes_key", strconv.Itoa(len(c.AESKey))+" characters, not shown", "43 letters and digits, the base64 of 32 bytes without its =")
		}
	}
	if (c.Mode == muban.CallbackCompat || c.Mode == muban.CallbackSafe) && c.AESKey == "" {
		return invalid("callback.aes_key", "", "given in mode "+string(c.Mode))
	}
	if c.Token != "" && (len(c.Token) > longestCallbackToken || !plausibleID(c.Token)) {
		return invalid("callback.token", "not shown", "1 to 32 printable characters")
	}
	if c.URL == before.URL || c.URL == "" {
		return nil
	}
	target, err := url.Parse(c.URL)
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Hostname() == "" ||
		target.User != nil || strings.Contains(c.URL, "#") || !plainLine(c.URL) || len(c.URL) > longestURL {
		return invalid("callback.url", c.URL, "an address like https://example.com/wechat/events")
	}
	if strings.ContainsFunc(c.URL, unicode.IsSpace) {
		return invalid("callback.url", c.URL, "without blanks, or with %20 for each")
	}
	if port := target.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return invalid("callback.url", c.URL, "an address with a port from 1 to 65535")
		}
	}
	return nil
}

const longestURL = 2048
