package client

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/muban-dev/muban"
)

// Config says whose calls a client makes, and where. Platform, AppID and the
// app's credentials are needed; everything else has a default.
type Config struct {
	Platform muban.Platform
	// AppID is the appid on WeChat, the App Key on Baidu, the app_id on Alipay.
	AppID string
	// Secret is the AppSecret on WeChat, the App Secret on Baidu.
	Secret string
	// Alipay are the keys of an Alipay app, which has no secret.
	Alipay AlipayKeys

	// BaseURL is where the calls go, without the path: http://127.0.0.1:8080 for
	// a Muban; empty for the real platform.
	BaseURL string
	// HTTPClient makes the requests; nil for one of the client's own. It is
	// copied, and the copy follows no redirect, since platforms send none and an
	// access token must not travel elsewhere. Its transport must not repeat a POST
	// that may have arrived; net/http's repeats GETs only.
	HTTPClient *http.Client
	// Timeout bounds one request and its answer; 0 is ten seconds.
	Timeout time.Duration
	// Logger is told of repeats, renewed tokens and unknown outcomes, never of
	// a secret or a token; nil for nobody.
	Logger *slog.Logger

	// TokenStore keeps the access token; nil is memory of the client's own.
	TokenStore TokenStore
	// PlainToken makes a WeChat client use /cgi-bin/token, as old programs do.
	// Each such token ends the one before, whoever fetched it: share a TokenStore
	// with everything that fetches them. The default, stable_token, has no such
	// quarrel.
	PlainToken bool

	// Retries is how often a call is repeated at most where that is safe; 0 is
	// two, below 0 never. Not counted are the renewal of a dead token, and that
	// net/http makes a GET again by itself whose kept connection was closed.
	Retries int
	// Limits bounds what is under way at once and how much is repeated; share
	// one among the clients of a process. nil is the client's own NewLimits(64, 10).
	Limits *Limits
	// Clock is for tests; nil is the system's.
	Clock Clock
}

const (
	defaultTimeout  = 10 * time.Second
	defaultRetries  = 2
	defaultInFlight = 64
	defaultReserve  = 10
)

// String names the client's app and says no secret.
func (c Config) String() string {
	return "client of " + string(c.Platform) + " app " + c.AppID + " at " + c.BaseURL
}

// GoString is what String says.
func (c Config) GoString() string { return c.String() }

// LogValue is what String says.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// validate says all that is wrong, but for Alipay's keys.
func (c Config) validate() (problems []error) {
	refuse := func(field, problem string) { problems = append(problems, argument(c.Platform, OpNew, field, problem)) }
	if !c.Platform.Known() {
		refuse("Platform", "is "+shown(string(c.Platform))+"; it must be one of muban.Platforms")
	}
	if c.AppID == "" {
		refuse("AppID", "is empty")
	}
	if c.Secret == "" && c.Platform != muban.Alipay {
		refuse("Secret", "is empty")
	}
	if c.BaseURL != "" {
		base, err := url.Parse(c.BaseURL)
		switch {
		case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
			refuse("BaseURL", "is no address; it must be one like http://127.0.0.1:8080")
		case base.User != nil || strings.ContainsAny(c.BaseURL, "?#"):
			refuse("BaseURL", "has more than an address; it must be scheme, host and perhaps a path, without ? and #")
		}
	}
	if c.Secret != "" && c.Platform == muban.Alipay {
		refuse("Secret", "is set; an Alipay app has keys, in Alipay")
	}
	if c.Alipay != (AlipayKeys{}) && c.Platform != muban.Alipay {
		refuse("Alipay", "is set; only Alipay apps sign with keys")
	}
	if c.PlainToken && c.Platform != muban.WeChatMini && c.Platform != muban.WeChatOA {
		refuse("PlainToken", "is set; only WeChat has two kinds of token")
	}
	if c.Timeout < 0 {
		refuse("Timeout", "is negative")
	}
	c.validateTexts(refuse)
	c.validateMade(refuse)
	return problems
}

// validateTexts: what is read from a file or the environment often has the end
// of its line with it, and is refused by the platform for reasons that do not
// say so.
func (c Config) validateTexts(refuse func(field, problem string)) {
	for _, one := range [][2]string{{"AppID", c.AppID}, {"Secret", c.Secret}, {"Alipay.AppAuthToken", c.Alipay.AppAuthToken}} {
		if strings.ContainsFunc(one[1], unicode.IsControl) {
			refuse(one[0], "has a control character in it; what was read from a file may have the end of a line")
		}
	}
}

// validateMade refuses a zero or nil value of what has a constructor: the
// token is fetched by a goroutine of the client, where a panic ends the program.
func (c Config) validateMade(refuse func(field, problem string)) {
	if c.Limits != nil && c.Limits.slots == nil {
		refuse("Limits", "was not made by NewLimits")
	}
	switch store := c.TokenStore.(type) {
	case *MemoryTokens:
		if store == nil || store.tokens == nil {
			refuse("TokenStore", "is a MemoryTokens that was not made by NewMemoryTokens")
		}
	case *FileTokens:
		if store == nil || store.dir == "" {
			refuse("TokenStore", "is a FileTokens that was not made by NewFileTokens")
		}
	}
}

// withDefaults fills in what was not given.
func (c Config) withDefaults(realBase string) Config {
	if c.BaseURL == "" {
		c.BaseURL = realBase
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.TokenStore == nil {
		c.TokenStore = NewMemoryTokens()
	}
	switch {
	case c.Retries == 0:
		c.Retries = defaultRetries
	case c.Retries < 0:
		c.Retries = 0
	}
	if c.Limits == nil {
		c.Limits = NewLimits(defaultInFlight, defaultReserve)
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	return c
}

// httpClient is the HTTP client of a config.
func (c Config) httpClient() *http.Client {
	client := http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: c.Timeout}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   c.Timeout,
		MaxIdleConnsPerHost:   defaultInFlight,
		ExpectContinueTimeout: time.Second,
		// Shorter than any server's, so that a request seldom meets a
		// connection that is being closed: nobody could say of it whether it
		// arrived.
		IdleConnTimeout: 20 * time.Second,
		// A request of HTTP/1 that runs out of time takes its connection
		// along, one of HTTP/2 does not: all that followed would be lost on a
		// connection that is dead. So a silent one is asked whether it lives,
		// and given up by the time at which a request that waits on it is.
		HTTP2: &http.HTTP2Config{SendPingTimeout: c.Timeout / 2, PingTimeout: c.Timeout / 2},
	}}
	if c.HTTPClient != nil {
		client = *c.HTTPClient
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// shown makes a value visible where it is empty.
func shown(value string) string {
	if value == "" {
		return "empty"
	}
	return value
}
