package api

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// LocalOnly keeps web pages from driving a sandbox that asks for no login: it
// answers 403 unless the request's Host is loopback or the host the server
// listens on, with any port, and its Origin, if it has one, is that same
// host. A page from elsewhere cannot send such a request: its browser adds
// the page's Origin, and a name that was rebound to 127.0.0.1 stays in Host.
//
// Where the server listens on every address of the machine (0.0.0.0, [::] or
// no host), any IP address is its listen host. Names are not: they can be
// rebound.
func LocalOnly(next http.Handler, listenHost string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if detail := foreign(r, listenHost); detail != "" {
			answerProblem(w, r, newProblem(http.StatusForbidden, CodeForbidden, detail))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// foreign says why a request may come from a foreign web page; empty if it
// cannot.
func foreign(r *http.Request, listenHost string) string {
	if !localHost(hostname(r.Host), hostname(listenHost)) {
		return "this sandbox does not answer to the host " + quoted(r.Host) + "; use localhost, 127.0.0.1 or the host of --listen"
	}
	for _, origin := range r.Header.Values("Origin") {
		if !sameOrigin(origin, r.Host) {
			return "the web page at " + quoted(origin) + " may not drive this sandbox; only pages it serves itself may"
		}
	}
	return ""
}

func localHost(host, listenHost string) bool {
	if host == "" {
		return false
	}
	if host == "localhost" || host == listenHost {
		return true
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	return addr.IsLoopback() || everyAddress(listenHost)
}

// everyAddress reports whether a listen host stands for all addresses of the
// machine.
func everyAddress(listenHost string) bool {
	if listenHost == "" {
		return true
	}
	addr, err := netip.ParseAddr(listenHost)
	return err == nil && addr.IsUnspecified()
}

// hostname is a host without port and brackets, in lower case.
func hostname(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil { // no port
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	return strings.ToLower(host)
}

// sameOrigin reports whether an Origin is the host that was asked, with its
// port.
func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, host)
}
