package callback

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/muban-dev/muban/wire/wechat"
)

// Handler receives an account's pushes. It has goroutines of its own: [Close] it.
type Handler struct {
	config Config
	codec  *wechat.Codec

	// alive is the context of what is handled; end ends it.
	alive   context.Context
	end     context.CancelFunc
	queue   chan *job
	workers sync.WaitGroup

	mu     sync.Mutex
	closed bool
	jobs   map[string]*job // those that are not done
}

var _ http.Handler = (*Handler)(nil)

// New makes a handler and starts its workers.
func New(config Config) (*Handler, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	codec, err := config.codec()
	if err != nil {
		return nil, errors.New("callback: " + err.Error())
	}
	h := &Handler{config: config.withDefaults(), codec: codec, jobs: map[string]*job{}}
	h.alive, h.end = context.WithCancel(context.Background())
	h.queue = make(chan *job, h.config.Queue)
	for range h.config.Workers {
		h.workers.Go(h.work)
	}
	return h, nil
}

// String names the handler's account and says no secret.
func (h *Handler) String() string { return h.config.String() }

// GoString is what String says.
func (h *Handler) GoString() string { return h.String() }

// LogValue is what String says.
func (h *Handler) LogValue() slog.Value { return h.config.LogValue() }

// largestPush bounds what is read of a push; events have a kilobyte.
const largestPush = 1 << 20

// ServeHTTP answers the verification of the URL (GET) and pushes (POST).
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodGet:
		h.verify(w, r)
	case http.MethodPost:
		h.receive(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		h.refuse(w, r, http.StatusMethodNotAllowed, errors.New("the platform sends GET and POST only"))
	}
}

// verify answers the echostr of who knows the token.
func (h *Handler) verify(w http.ResponseWriter, r *http.Request) {
	echo, err := h.codec.ReadVerification(r.URL.Query())
	if err == nil {
		err = h.inWindow(r)
	}
	if err != nil {
		h.refuse(w, r, http.StatusForbidden, err)
		return
	}
	_, _ = io.WriteString(w, echo) // who has left needs none
}

// receive takes a push, and answers it once it is handled.
func (h *Handler) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, largestPush+1))
	switch {
	case err != nil:
		h.refuse(w, r, http.StatusBadRequest, err)
		return
	case len(body) > largestPush:
		h.refuse(w, r, http.StatusRequestEntityTooLarge, errors.New("the push has more than "+strconv.Itoa(largestPush)+" bytes"))
		return
	}
	event, err := h.codec.Read(r.URL.Query(), body)
	if err == nil {
		err = h.inWindow(r)
	}
	if err != nil {
		h.refuse(w, r, statusOf(err), err)
		return
	}
	switch err := h.take(r.Context(), event); {
	case err == nil:
		_, _ = io.WriteString(w, wechat.ReplySuccess)
	case errors.Is(err, errBusy) || errors.Is(err, errClosed) || errors.Is(err, errSeen):
		h.refuse(w, r, http.StatusServiceUnavailable, err)
	default:
		h.refuse(w, r, http.StatusInternalServerError, err)
	}
}

// windowError says that a push is too old or too new.
type windowError struct{ off time.Duration }

func (e *windowError) Error() string {
	return "its timestamp is " + e.off.String() + " from now; somebody may replay it, or a clock is wrong"
}

// inWindow refuses a signature that may have been seen by somebody else long
// ago. The timestamp is part of what is signed, and was found to be a number.
func (h *Handler) inWindow(r *http.Request) error {
	if h.config.Window < 0 {
		return nil
	}
	stamp, _ := strconv.ParseInt(r.URL.Query().Get("timestamp"), 10, 64)
	off := h.config.Now().Sub(time.Unix(stamp, 0)).Abs()
	if off > h.config.Window {
		return &windowError{off.Round(time.Second)}
	}
	return nil
}

// statusOf is how a push that cannot be read is answered. Every status but 200
// has the platform push again.
func statusOf(err error) int {
	var signature *wechat.SignatureError
	var window *windowError
	if errors.As(err, &signature) || errors.As(err, &window) {
		return http.StatusForbidden
	}
	return http.StatusBadRequest
}

// refuse answers with a status alone: who does not know the token learns
// nothing else.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, why error) {
	h.config.Logger.WarnContext(r.Context(), "push refused", "app_id", h.config.AppID, "status", status, "error", why)
	http.Error(w, http.StatusText(status), status)
}
