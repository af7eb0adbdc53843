package client

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/muban-dev/muban"
)

// Client makes the calls of one app on its platform. It is safe for concurrent
// use, and there should be one for an app in a process. It needs no closing.
type Client struct {
	config   Config
	platform platform
	http     *http.Client
	tokens   *tokenKeeper // nil where the platform has no access tokens
	// fetching is held by who fetches what answers cannot be read without.
	fetching chan struct{}
}

// New makes a client. What is wrong with the config is reported all at once,
// each an [*Error] of KindArgument. New makes no request.
func New(config Config) (*Client, error) {
	adapter, base, problems := platformOf(config)
	if err := errors.Join(append(config.validate(), problems...)...); err != nil {
		return nil, err
	}
	c := &Client{config: config.withDefaults(base), platform: adapter, fetching: make(chan struct{}, 1)}
	c.http = c.config.httpClient()
	if issuer, ok := adapter.(tokenIssuer); ok {
		c.tokens = newTokenKeeper(c, issuer)
	}
	return c, nil
}

// platformOf is the adapter of a config's platform, where the real platform
// is, and what is wrong with that platform's own settings.
func platformOf(config Config) (adapter platform, base string, problems []error) {
	switch config.Platform {
	case muban.WeChatMini:
		return weChatMini{weChat{config}}, weChatBase, nil
	case muban.WeChatOA:
		return weChatOA{weChat{config}}, weChatBase, nil
	case muban.Baidu:
		return baiduSmart{config}, baiduBase, nil
	case muban.Alipay:
		adapter, problems = newAlipayMini(config)
		return adapter, alipayBase, problems
	default:
		return nil, "", nil // Config.validate names the platforms that there are
	}
}

// Platform is the platform whose calls are made.
func (c *Client) Platform() muban.Platform { return c.config.Platform }

// AppID is the app whose calls are made.
func (c *Client) AppID() string { return c.config.AppID }

// String names the client's app and says no secret.
func (c *Client) String() string { return c.config.String() }

// GoString is what String says.
func (c *Client) GoString() string { return c.String() }

// LogValue is what String says.
func (c *Client) LogValue() slog.Value { return c.config.LogValue() }
