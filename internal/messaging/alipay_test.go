package messaging_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// newAlipayApp makes an app with its own platform key or the given one.
func (w *world) newAlipayApp(t *testing.T, app messaging.NewApp) muban.App {
	t.Helper()
	app.Platform, app.Name, app.Settings = muban.Alipay, "test", messaging.DefaultSettings(muban.Alipay)
	made, err := w.CreateApp(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestPlatformKeys(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		w := newWorld(fresh(t))
		own, given := w.newAlipayApp(t, messaging.NewApp{}), w.newAlipayApp(t, messaging.NewApp{PlatformKey: testKey()})
		for _, app := range []muban.App{own, given} {
			key, err := w.PlatformKey(t.Context(), app.ID)
			if err != nil {
				t.Fatal(err)
			}
			der, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
			if app.AlipayPublicKey != base64.StdEncoding.EncodeToString(der) || key.N.BitLen() != 2048 {
				t.Errorf("the app shows %s, which is not the public half of its platform key", app.AlipayPublicKey)
			}
			if key.Equal(testKey()) != (app.ID == given.ID) {
				t.Error("the key given is not the key used, or the other way round")
			}
			if app.Secret != "" {
				t.Error("the app has a secret")
			}
		}
		if _, err := w.CreateApp(t.Context(), messaging.NewApp{Platform: muban.Alipay, Name: "x", Secret: "x"}); ruleOf(t, err) != muban.RuleNotOnPlatform {
			t.Errorf("with a secret: %v", err)
		}

		// A deleted app's key answers for nobody, not even for an app of its id.
		if err := w.DeleteApp(t.Context(), given.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.PlatformKey(t.Context(), given.ID); ruleOf(t, err) != muban.RuleNotFound {
			t.Errorf("the key of a deleted app: %v", err)
		}
		again := w.newAlipayApp(t, messaging.NewApp{ID: given.ID})
		if key, err := w.PlatformKey(t.Context(), again.ID); err != nil || key.Equal(testKey()) {
			t.Errorf("the key of an app of its id is the old one, or %v", err)
		}
	})
}

func TestAlipayApp(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		s := newScene(t, newWorld(fresh(t)), muban.Alipay, "AT0002")
		other := newScene(t, s.world, muban.WeChatMini, "AT0002")
		for id, want := range map[string]muban.Rule{
			s.app.ID: "", "": muban.RuleAuthAppMissing, "2021": muban.RuleAuthAppUnknown, "2021\x00": muban.RuleAuthAppUnknown, other.app.ID: muban.RuleAuthAppUnknown,
		} {
			app, err := s.AlipayApp(t.Context(), id)
			if got := ruleOf(t, err); got != want || err == nil && app.ID != id {
				t.Errorf("app_id %q: %s by %v, want %v", id, app.ID, err, want)
			}
		}
		// A change is seen at once, although apps are kept in memory.
		s.change(func(a *muban.App) { a.ContentKey = "MDEyMzQ1Njc4OTAxMjM0NQ==" })
		if app, err := s.AlipayApp(t.Context(), s.app.ID); err != nil || app.ContentKey == "" {
			t.Errorf("the change is not seen: %v", err)
		}
		s.must(s.DeleteApp(t.Context(), s.app.ID))
		if _, err := s.AlipayApp(t.Context(), s.app.ID); ruleOf(t, err) != muban.RuleAuthAppUnknown {
			t.Errorf("the deleted app: %v", err)
		}
	})
}

// A thousand forms in one millisecond are a thousand forms, as short as the
// gateway wants them.
func TestManyFormsAtOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t, newWorld(openStore(t, sqlstore.Options{Dir: t.TempDir()})), muban.Alipay, "AT0002")
	grants, _, err := s.MintGrants(t.Context(), s.app.ID, messaging.MintRequest{User: s.user.OpenID, Kind: muban.GrantForm, Count: 1000})
	s.must(err)
	text, err := base64.StdEncoding.DecodeString(grants[0].ID)
	if err != nil || len(grants[0].ID) > 64 || !bytes.HasPrefix(text, []byte(s.user.OpenID+"_1772337600000_")) {
		t.Errorf("form id %s, which is %s", grants[0].ID, text)
	}
}

// Whatever its user's id is, the gateway takes the form that is minted for it.
func TestFormsOfLongIDs(t *testing.T) {
	t.Parallel()
	s := newScene(t, newWorld(openStore(t, sqlstore.Options{Dir: t.TempDir()})), muban.Alipay, "AT0002")
	for _, id := range []string{"2088", strings.Repeat("2", 21), strings.Repeat("2", 22), strings.Repeat("长", 85), "2" + strings.Repeat("长", 20)} {
		user, err := s.CreateUser(t.Context(), s.app.ID, messaging.NewUser{OpenID: id})
		s.must(err)
		grants, _, err := s.MintGrants(t.Context(), s.app.ID, messaging.MintRequest{User: user.OpenID, Kind: muban.GrantForm, Count: 2})
		s.must(err)
		text, err := base64.StdEncoding.DecodeString(grants[0].ID)
		cut, _, _ := strings.Cut(string(text), "_")
		if err != nil || len(grants[0].ID) > 64 || grants[0].ID == grants[1].ID || cut == "" || !strings.HasPrefix(id, cut) || !utf8.ValidString(cut) {
			t.Errorf("user %s: form id %s, which is %q (%v)", id, grants[0].ID, text, err)
		}
	}
}

// Ids that no send could name are not taken on Alipay. What is there already
// stays as it is.
func TestIDsThatNoSendCanName(t *testing.T) {
	t.Parallel()
	s := newScene(t, newWorld(openStore(t, sqlstore.Options{Dir: t.TempDir()})), muban.Alipay, "AT0002")
	ctx := t.Context()
	template := func(app muban.App, id string) error {
		_, err := s.CreateTemplate(ctx, app.ID, messaging.NewTemplate{ID: id, Title: "x", Content: "{{keyword1.DATA}}"})
		return err
	}
	grant := func(app muban.App, user, id string) error {
		_, _, err := s.MintGrants(ctx, app.ID, messaging.MintRequest{User: user, Kind: muban.GrantForm, Count: 1, ID: id})
		return err
	}
	user := func(app muban.App, id string) error {
		_, err := s.CreateUser(ctx, app.ID, messaging.NewUser{AlipayOpenID: id})
		return err
	}
	for name, test := range map[string]struct {
		err   error
		field string // that is refused; empty where none is
	}{
		"template, 64 characters":        {template(s.app, strings.Repeat("长", 64)), ""},
		"template, 65 characters":        {template(s.app, strings.Repeat("t", 65)), "template_id"},
		"grant, 64 characters":           {grant(s.app, s.user.OpenID, strings.Repeat("长", 64)), ""},
		"grant, 65 characters":           {grant(s.app, s.user.OpenID, strings.Repeat("g", 65)), "id"},
		"alipay_open_id, 128 characters": {user(s.app, strings.Repeat("u", 128)), ""},
		"alipay_open_id, 129 characters": {user(s.app, strings.Repeat("u", 129)), "alipay_open_id"},
	} {
		var refusal *muban.Refusal
		errors.As(test.err, &refusal)
		switch {
		case test.field == "" && test.err != nil:
			t.Errorf("%s: %v", name, test.err)
		case test.field != "" && (refusal == nil || refusal.Rule != muban.RuleInvalid || refusal.Values["field"] != test.field):
			t.Errorf("%s: %v, want %s refused", name, test.err, test.field)
		}
	}
	other := newScene(t, s.world, muban.WeChatMini, "AT0002")
	s.must(template(other.app, strings.Repeat("t", 65)))
	s.must(grant(other.app, other.user.OpenID, strings.Repeat("g", 65)))

	old, err := s.store.CreateUser(ctx, muban.User{AppID: s.app.ID, OpenID: "2088", AlipayOpenID: strings.Repeat("o", 129), Delivery: muban.DeliveryOK})
	s.must(err)
	_, err = s.UpdateUser(ctx, s.app.ID, old.OpenID, func(u *muban.User) error { u.Blocked = true; return nil })
	s.must(err)
}

func TestOtherAlipayApps(t *testing.T) {
	t.Parallel()
	s := newScene(t, newWorld(openStore(t, sqlstore.Options{Dir: t.TempDir()})), muban.Alipay, "AT0002")
	newScene(t, s.world, muban.Baidu, "BD0016")
	for i := range 22 {
		s.newAlipayApp(t, messaging.NewApp{ID: fmt.Sprintf("20210000000000%02d", i), PlatformKey: testKey()})
	}
	others, err := s.OtherAlipayApps(t.Context(), "2021000000000021")
	s.must(err)
	if len(others) != 20 || others[0].ID != "2021000000000020" || others[19].ID != "2021000000000001" {
		t.Errorf("%d others, from %s to %s", len(others), others[0].ID, others[len(others)-1].ID)
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		store := fresh(t)
		s, second := newScene(t, newWorld(store), muban.Alipay, "AT0002"), newWorld(store)
		appKey := newKey()
		// Two nodes that need the authority's key at the same time agree on it.
		var wait sync.WaitGroup
		var of [2]messaging.Certificates
		for i, w := range []*world{s.world, second} {
			wait.Go(func() {
				var err error
				if of[i], err = w.Certificates(t.Context(), s.app, &appKey.PublicKey); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if t.Failed() {
			return
		}
		c := of[0]
		for name, pair := range map[string][2]*x509.Certificate{
			"root": {c.Root, of[1].Root}, "platform": {c.Platform, of[1].Platform}, "app": {c.App, of[1].App},
		} {
			if !bytes.Equal(pair[0].Raw, pair[1].Raw) {
				t.Errorf("%s: two nodes issued different certificates", name)
			}
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(messaging.CertificatePEM(c.Root))) {
			t.Fatal("the root is not PEM")
		}
		for name, certificate := range map[string]*x509.Certificate{"root": c.Root, "platform": c.Platform, "app": c.App} {
			if _, err := certificate.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: s.clock.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if got := certificate.Issuer.String(); got != c.Root.Subject.String() || certificate.SignatureAlgorithm != x509.SHA256WithRSA {
				t.Errorf("%s is issued by %s with %s", name, got, certificate.SignatureAlgorithm)
			}
			if certificate.IsCA != (name == "root") {
				t.Errorf("%s is an authority: %v", name, certificate.IsCA)
			}
		}
		if !appKey.PublicKey.Equal(c.App.PublicKey) || !testKey().PublicKey.Equal(c.Platform.PublicKey) {
			t.Error("a certificate is of another key")
		}
		without, err := s.Certificates(t.Context(), s.app, nil)
		s.must(err)
		if without.App != nil || !bytes.Equal(without.Platform.Raw, c.Platform.Raw) {
			t.Error("without a key of its own the app has a certificate, or another platform")
		}
		// Another app has another certificate of its platform by the same root.
		other := newScene(t, s.world, muban.Alipay, "AT0002")
		others, err := s.Certificates(t.Context(), other.app, nil)
		s.must(err)
		if !bytes.Equal(others.Root.Raw, c.Root.Raw) || others.Platform.SerialNumber.Cmp(c.Platform.SerialNumber) == 0 {
			t.Error("another app's certificates are by another root, or have the same number")
		}
	})
}

func TestAuthorizations(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, fresh func(testingTB) *sqlstore.Store) {
		t.Helper()
		s := newScene(t, newWorld(fresh(t)), muban.Alipay, "AT0002")
		agent, other := newScene(t, s.world, muban.Alipay, "AT0002").app, newScene(t, s.world, muban.Alipay, "AT0002").app
		stranger := newScene(t, s.world, muban.Baidu, "BD0016").app
		ctx := t.Context()

		issued, err := s.AuthorizeAgent(ctx, s.app.ID, agent.ID)
		s.must(err)
		if len(issued.Token) != 40 || issued.Token[:8] != "202603BB" || issued.ExpiresAt.Sub(s.clock.Now()) != 365*24*time.Hour {
			t.Errorf("issued %+v", issued)
		}
		second, err := s.AuthorizeAgent(ctx, s.app.ID, agent.ID)
		s.must(err)
		actsFor := func(name string, agent muban.App, token string, want muban.Rule) {
			t.Helper()
			app, err := s.ActFor(ctx, agent, token)
			if got := ruleOf(t, err); got != want || err == nil && app.ID != s.app.ID {
				t.Errorf("%s: acts for %q by %v, want %q", name, app.ID, err, want)
			}
		}
		actsFor("the agent", agent, issued.Token, "")
		actsFor("the agent, by its second token", agent, second.Token, "")
		actsFor("another agent", other, issued.Token, muban.RuleAuthorizationUnknown)
		actsFor("the app itself", s.app, issued.Token, muban.RuleAuthorizationUnknown)
		last := "0"
		if issued.Token[39:] == last {
			last = "1"
		}
		for name, token := range map[string]string{
			"nothing": "", "short": "202603BB", "another mark": "202603CC" + issued.Token[8:], "no number": issued.Token[:8] + "********" + issued.Token[16:],
			"an app that does not exist": issued.Token[:8] + "0zzzzzzz" + issued.Token[16:], "one character changed": issued.Token[:39] + last,
			"a control character": issued.Token[:39] + "\x00",
		} {
			actsFor(name, agent, token, muban.RuleAuthorizationUnknown)
		}
		for name, row := range map[string]struct {
			app, agent string
			want       muban.Rule
		}{
			"an app that does not exist":   {"nobody", agent.ID, muban.RuleNotFound},
			"an agent that does not exist": {s.app.ID, "nobody", muban.RuleNotFound},
			"of another platform":          {stranger.ID, agent.ID, muban.RuleNotOnPlatform},
			"an agent of another platform": {s.app.ID, stranger.ID, muban.RuleInvalid},
			"itself":                       {s.app.ID, s.app.ID, muban.RuleInvalid},
		} {
			if _, err := s.AuthorizeAgent(ctx, row.app, row.agent); ruleOf(t, err) != row.want {
				t.Errorf("authorizing %s: %v, want %s", name, err, row.want)
			}
		}

		s.clock.advance(365*24*time.Hour - time.Millisecond)
		actsFor("in its last millisecond", agent, issued.Token, "")
		s.clock.advance(time.Millisecond)
		actsFor("after its year", agent, issued.Token, muban.RuleAuthorizationExpired)

		renewed, err := s.AuthorizeAgent(ctx, s.app.ID, agent.ID)
		s.must(err)
		actsFor("a fresh one", agent, renewed.Token, "")
		s.must(s.DeleteApp(ctx, agent.ID))
		actsFor("a deleted agent", agent, renewed.Token, muban.RuleAuthorizationUnknown)
	})
}
