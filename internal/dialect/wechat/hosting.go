package wechat

import (
	"context"
	"net/http"
	"net/netip"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/messaging"
)

// Hosting recognises the app of a request that has no access token, as
// WeChat's cloud hosting lets its containers make them (微信云托管,
// 开放接口服务).
type Hosting interface {
	Authorize(ctx context.Context, token string, call messaging.CloudCall, wanted ...muban.Platform) (muban.App, error)
}

var _ Hosting = (*messaging.Hosting)(nil)

// authorize returns the app that a call is made for: by its access token or,
// where there is cloud hosting, without one, by cloudbase_access_token or by
// coming from inside.
func (h *Handler) authorize(r *http.Request, x *httpx.Exchange, token, path string, platform muban.Platform) (muban.App, error) {
	if token != "" || h.hosting == nil {
		return h.service.Authorize(r.Context(), token, platform)
	}
	query := r.URL.Query()
	token = query.Get("cloudbase_access_token")
	if token == "" {
		if problem := outside(r); problem != "" {
			return muban.App{}, muban.Refuse(muban.RuleCloudSource, "problem", problem)
		}
		x.Hosted = true
	}
	call := messaging.CloudCall{Name: path, For: query.Get("from_appid")}
	return h.hosting.Authorize(r.Context(), token, call, platform)
}

// posesAsBrowser ends the User-Agent of Hutool, a library that Java programs
// call with and that begins it as a browser does.
const posesAsBrowser = " Hutool"

// outside says why a request cannot have come from a program that stands where
// the container of cloud hosting would; empty where it can. A proxy and a
// browser speak for others, so that their own address says nothing. A page whose
// host was turned to this address (DNS rebinding) has neither Origin nor
// Sec-Fetch-Site on a GET, so a browser is known by its User-Agent as well.
func outside(r *http.Request) string {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return "it came through a proxy, which sent " + name
		}
	}
	for _, name := range []string{"Origin", "Sec-Fetch-Site", "Referer"} {
		if r.Header.Get(name) != "" {
			return "it came from a web page, whose browser sent " + name
		}
	}
	if agent := r.UserAgent(); strings.HasPrefix(agent, "Mozilla/") && !strings.HasSuffix(agent, posesAsBrowser) {
		return "its User-Agent begins with Mozilla/, as a browser's does"
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "its address is not known"
	}
	if ip := peer.Addr().Unmap(); !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast() {
		return "it came from " + ip.String()
	}
	return ""
}
