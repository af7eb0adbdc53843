package cloudcall

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/wire/cloudcall"
	"github.com/muban-dev/muban/wire/wechat"
)

// API is WeChat's own API, which the gateway passes calls on to.
type API interface {
	// Platform is where the app of the call at an HTTP path must be.
	Platform(path string) muban.Platform
	// Call serves the call at an HTTP path for the app.
	Call(ctx context.Context, app muban.App, path string, body []byte) (answer any, err error)
	// Failure notes on the exchange why a call was not served, and is its
	// answer. It closes the connection where no answer would be honest.
	Failure(w http.ResponseWriter, x *httpx.Exchange, err error) wechat.Status
}

// Service recognises apps by their signatures and knows what they may call.
type Service interface {
	AuthorizeSigned(ctx context.Context, req messaging.SignedRequest, wanted ...muban.Platform) (muban.App, error)
	AuthorizeCloud(ctx context.Context, caller muban.App, call messaging.CloudCall, wanted ...muban.Platform) (muban.App, error)
}

var _ Service = (*messaging.Service)(nil)

// Handler serves the dialect.
type Handler struct {
	api     API
	service Service
	clocks  []messaging.Clock
}

// New makes the handler of the dialect. A signature is fresh if it is so by
// one of the clocks: a sandbox moves one of its own, which its clients, who
// sign by theirs, know nothing of.
func New(api API, service Service, clock messaging.Clock, others ...messaging.Clock) *Handler {
	return &Handler{api, service, append([]messaging.Clock{clock}, others...)}
}

// Owns reports whether a path is the dialect's. A base URL that ends in a
// slash makes a double one.
func Owns(path string) bool {
	return "/"+strings.TrimLeft(path, "/") == "/admin"
}

// ServeHTTP answers every request in a form that the SDK understands: an
// error of the gateway as JSON, anything else as a protocol buffer message.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := httpx.Of(r)
	x.Dialect, x.Call = "cloudcall", "unknown"
	var answer any
	err := httpx.Guard(func() (err error) {
		answer, err = h.serve(r, x)
		return err
	})
	if err != nil {
		h.fail(w, x, err)
		return
	}
	x.Code = "0"
	pass(w, x, answer)
}

func (h *Handler) serve(r *http.Request, x *httpx.Exchange) (any, error) {
	form, err := readForm(r)
	if err != nil {
		return nil, err
	}
	x.Plain = func() (asked, answered string) { return inWords(form), "" }
	caller, err := h.authorize(r, form)
	if err != nil {
		return nil, err
	}
	x.CalledBy(caller)
	name, path, err := callOf(form)
	if err != nil {
		return nil, err
	}
	x.Call = name
	request, err := cloudcall.DecodeRequest(form.Bytes("requestData"))
	if err != nil {
		return nil, err
	}
	if request.Type != cloudcall.OpenAPI {
		return nil, &cloudcall.FormatError{Problem: "apiType must be 0, a call to the open API"}
	}
	call := messaging.CloudCall{Name: name, For: request.AppID}
	app, err := h.service.AuthorizeCloud(r.Context(), caller, call, h.api.Platform(path))
	if err != nil {
		return nil, err
	}
	x.CalledBy(app)
	body, err := request.JSON()
	if err != nil {
		return nil, err
	}
	return h.api.Call(r.Context(), app, path, body)
}

func readForm(r *http.Request) (cloudcall.Form, error) {
	if r.Method != http.MethodPost {
		return cloudcall.Form{}, muban.Refuse(muban.RuleRequestPost, "method", r.Method)
	}
	body, err := httpx.ReadBody(r)
	if err != nil {
		return cloudcall.Form{}, err
	}
	return cloudcall.ReadForm(r.Header.Get("Content-Type"), body)
}

// callOf finds the call that the form names, and its path.
func callOf(form cloudcall.Form) (name, path string, err error) {
	if action := form.Text("action"); action != "wx.openApi" {
		return "", "", &cloudcall.FormatError{Problem: "its action is " + strconv.Quote(action) + "; only wx.openApi is served, which cloud.openapi sends"}
	}
	name = form.Text("apiName")
	path, known := calls[name]
	if !known {
		return "", "", muban.Refuse(muban.RuleCloudCall, "call", strconv.Quote(name), "known", callNames())
	}
	return name, path, nil
}

// pass answers what the API answered.
func pass(w http.ResponseWriter, x *httpx.Exchange, answer any) {
	body, _ := httpx.EncodeJSON(answer) // all of the API's can be encoded
	answeredWith(x, string(body))
	message := cloudcall.Answer{Data: body, ContentType: cloudcall.JSONType, HTTPCode: http.StatusOK}.Encode()
	write(w, cloudcall.AnswerType, message)
}

func write(w http.ResponseWriter, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a client that left is no error
}
