package messaging

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/muban-dev/muban"
)

// keyBits is the length of the keys that are made here, the platform's for
// RSA2.
const keyBits = 2048

// newPlatformKey is the key that answers to an Alipay app are signed with:
// the given one, or a new one where that is nil. public is how the app shows
// its other half.
func newPlatformKey(given *rsa.PrivateKey) (private muban.PrivateKey, public string, err error) {
	key := given
	if key == nil {
		if key, err = rsa.GenerateKey(rand.Reader, keyBits); err != nil {
			return nil, "", err
		}
	}
	if private, err = x509.MarshalPKCS8PrivateKey(key); err != nil {
		return nil, "", err
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	return private, base64.StdEncoding.EncodeToString(der), err
}

// AlipayApp returns the app of an app_id that a request to Alipay's gateway
// named.
//
// Refusals: no app_id; none of an app on Alipay.
func (s *Service) AlipayApp(ctx context.Context, appID string) (muban.App, error) {
	if strings.TrimSpace(appID) == "" {
		return muban.App{}, muban.Refuse(muban.RuleAuthAppMissing, "parameter", "app_id")
	}
	unknown := muban.Refuse(muban.RuleAuthAppUnknown, "app_id", quote(appID))
	if !plausibleID(appID) {
		return muban.App{}, unknown
	}
	app, err := s.cachedApp(ctx, appID)
	if notFound(err) || err == nil && app.Platform != muban.Alipay {
		return muban.App{}, unknown
	}
	return app, err
}

// OtherAlipayApps lists up to a few of the newest apps on Alipay but that one,
// to find out whose key a signature is by.
func (s *Service) OtherAlipayApps(ctx context.Context, appID string) ([]muban.App, error) {
	const looked, most = 200, 20
	list, err := s.store.Apps(ctx, muban.Page{Limit: looked})
	if err != nil {
		return nil, err
	}
	var others []muban.App
	for _, app := range list.Items {
		if app.Platform == muban.Alipay && app.ID != appID && len(others) < most {
			others = append(others, app)
		}
	}
	return others, nil
}

// PlatformKey is the key that answers to an Alipay app are signed with.
func (s *Service) PlatformKey(ctx context.Context, appID string) (*rsa.PrivateKey, error) {
	return s.platformKeys.Get(appID, func() (*rsa.PrivateKey, error) {
		stored, err := s.store.PlatformKey(ctx, appID)
		if err != nil {
			return nil, err
		}
		return parsePlatformKey(stored)
	})
}

func parsePlatformKey(stored muban.PrivateKey) (*rsa.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(stored)
	if err != nil {
		return nil, fmt.Errorf("stored platform key: %w", err)
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	if !isRSA {
		return nil, fmt.Errorf("stored platform key is a %T", parsed)
	}
	return key, nil
}

// authorityKey is the key of the installation's own certificate authority. It
// is made when it is first needed; of nodes that make one at the same time the
// first wins.
func (s *Service) authorityKey(ctx context.Context) (*rsa.PrivateKey, error) {
	key, err := s.PlatformKey(ctx, "")
	if !notFound(err) {
		return key, err
	}
	private, _, err := newPlatformKey(nil)
	if err != nil {
		return nil, err
	}
	err = s.store.AddAuthorityKey(ctx, private)
	if err != nil && !isRule(err, muban.RuleConflict) {
		return nil, err
	}
	return s.PlatformKey(ctx, "")
}
