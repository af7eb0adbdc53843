package apiclient

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client calls the native API of one Muban. It is safe for concurrent use.
type Client struct {
	server *url.URL
	token  string
	http   *http.Client
}

// answerWithin is how long a call may take that is not asked to wait.
const answerWithin = 30 * time.Second

// New makes a client of the Muban at server, such as http://127.0.0.1:8080;
// http:// may be left out. token is sent as the bearer token unless empty.
func New(server, token string) (*Client, error) {
	parsed, err := parseServer(server)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the token has a space or a character that no HTTP header can carry; copy it again")
	}
	return &Client{server: parsed, token: token, http: NewHTTPClient()}, nil
}

// Server is the address that the client calls, without a slash at its end.
func (c *Client) Server() string { return c.server.String() }

func parseServer(server string) (*url.URL, error) {
	text := server
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	parsed, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return nil, fmt.Errorf("server %q is no address; want one like http://127.0.0.1:8080", server)
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil {
		return nil, fmt.Errorf("server %q has more than an address; want scheme, host and port only", parsed.Redacted())
	}
	return parsed, nil
}

// NewHTTPClient makes an HTTP client with connections of its own. It follows
// no redirect: neither the API nor a platform's endpoint answers with one, and
// a token must not travel to another place.
func NewHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			ForceAttemptHTTP2:   true,
			TLSHandshakeTimeout: 10 * time.Second,
			IdleConnTimeout:     90 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
