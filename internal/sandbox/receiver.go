package sandbox

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/wire/wechat"
)

// ReceiverPath is where the built-in receiver is, followed by an app's id.
const ReceiverPath = "/demo/events/"

// Apps knows the apps.
type Apps interface {
	App(ctx context.Context, appID string) (muban.App, error)
}

// Receiver stands for an account's own server, so that a newcomer sees events
// without writing one: it answers the verification of its URL, verifies and
// decrypts every event with the app's own callback settings, and logs it.
type Receiver struct {
	apps Apps
	log  *slog.Logger
}

// NewReceiver makes the built-in receiver.
func NewReceiver(apps Apps, log *slog.Logger) *Receiver { return &Receiver{apps, log} }

// longestEvent bounds what is read of an event, in bytes.
const longestEvent = 1 << 20

// ServeHTTP answers as an account's server does: the echostr, or "success" for
// an event, which is encrypted where the account has an EncodingAESKey and the
// event was.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	appID := strings.TrimPrefix(req.URL.Path, ReceiverPath)
	codec, err := r.codecOf(req.Context(), appID)
	if err != nil {
		http.Error(w, "this receiver answers for an app with a callback token: "+ReceiverPath+"APP_ID", http.StatusNotFound)
		return
	}
	answer, err := r.answer(req, codec, appID)
	if err != nil {
		r.log.WarnContext(req.Context(), "the built-in receiver refused a request", "app_id", appID, "error", err)
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, answer) // a pusher that gave up is no error
}

func (r *Receiver) codecOf(ctx context.Context, appID string) (*wechat.Codec, error) {
	app, err := r.apps.App(ctx, appID)
	if err != nil {
		return nil, err
	}
	return wechat.NewCodec(wechat.CallbackSettings{
		AppID: app.ID, Token: app.Callback.Token, AESKey: app.Callback.AESKey, Mode: wechat.Mode(app.Callback.Mode),
	})
}

func (r *Receiver) answer(req *http.Request, codec *wechat.Codec, appID string) (string, error) {
	if req.Method == http.MethodGet {
		echo, err := codec.ReadVerification(req.URL.Query())
		if err == nil {
			r.log.InfoContext(req.Context(), "the built-in receiver verified its URL", "app_id", appID)
		}
		return echo, err
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, longestEvent))
	if err != nil {
		return "", err
	}
	event, err := codec.Read(req.URL.Query(), body)
	if err != nil {
		return "", err
	}
	r.log.InfoContext(req.Context(), "the built-in receiver got an event", "app_id", appID, "event", event.Base().Event, "xml", string(event.XML()))
	return wechat.ReplySuccess, nil
}

// PointToReceiver lets the callbacks of the seed's official accounts go to the
// built-in receiver of the server at base, unless they go elsewhere.
func (s Seed) PointToReceiver(ctx context.Context, api http.Handler, apps Apps, base string) error {
	for i := range s.Apps {
		id, err := s.appID(i)
		if err != nil {
			return err
		}
		app, err := apps.App(ctx, id)
		if err != nil {
			return err
		}
		address := base + ReceiverPath + url.PathEscape(id)
		own := app.Callback.URL != "" && !strings.Contains(app.Callback.URL, ReceiverPath)
		if app.Platform != muban.WeChatOA || own || app.Callback.URL == address && app.Callback.Verified {
			continue
		}
		patch := fmt.Appendf(nil, `{"callback":{"url":%q}}`, address)
		answer, err := call(ctx, api, http.MethodPatch, "/api/v1/apps/"+url.PathEscape(id), patch)
		if err == nil {
			err = answer.refused()
		}
		if err != nil {
			return fmt.Errorf("seed: apps[%d].callback: %w", i, err)
		}
	}
	return nil
}
