package client

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/muban-dev/muban"
)

// uncertified is a platform whose answers cannot be read before something is
// fetched.
type uncertified struct{ platform }

var errMissing = errors.New("a certificate is missing")

func (uncertified) verdict(*call, *answer) (*refusal, error) { return nil, errMissing }
func (uncertified) missing(error, time.Time) *call           { return &call{} }

// The error of who leaves while another fetches the certificate says both.
func TestContextEndsWhileACertificateIsFetched(t *testing.T) {
	t.Parallel()
	c := &Client{platform: uncertified{}, config: Config{Platform: muban.Alipay}.withDefaults(""), fetching: make(chan struct{}, 1)}
	c.fetching <- struct{}{} // by another
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, err := (&run{Client: c, call: &call{}}).verdict(ctx, &answer{})
	if !errors.Is(err, errMissing) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
