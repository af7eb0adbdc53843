package bench

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/muban-dev/muban/wire/alipay"
)

// alipayLoads are what was measured of Alipay's gateway, round by round.
type alipayLoads struct {
	// sign is bare signing with RSA2 and nothing else, in this process.
	sign []Load
	// fresh are calls whose answers are signed anew: the download of a
	// certificate, which touches no disk. send are durable sends, whose answer
	// is the same every time, so that its signature is kept.
	fresh, send []Load
}

// RunAlipay measures how many signed answers a second the gateway gives beside
// bare signing in the same run. Requests are signed before the time begins.
func RunAlipay(ctx context.Context, o Options) (report AlipayReport, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dir, err := os.MkdirTemp(o.Dir, "muban-bench-")
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	token := rand.Text() + rand.Text()
	store := []string{"--data", filepath.Join(dir, "store")}
	if o.Database != "" {
		address, drop, err := newSchema(ctx, o.Database)
		if err != nil {
			return report, err
		}
		defer func() { err = errors.Join(err, drop(context.WithoutCancel(ctx))) }()
		store = []string{"--database", address}
	}
	server, err := startChild(ctx, o.Program, append([]string{"serve", "--listen", "127.0.0.1:0"}, store...),
		[]string{"MUBAN_ADMIN_TOKEN=" + token}, o.Logs)
	if err != nil {
		return report, err
	}
	api := native{"http://" + server.addr, token}
	from, err := api.newSigner(ctx, o.Users)
	if err != nil {
		return report, err
	}
	var loads alipayLoads
	for range o.Rounds {
		if err := alipayRound(ctx, o, api, from, server, &loads); err != nil {
			return report, err
		}
	}
	_, err = server.stop()
	return loads.report(), err
}

func alipayRound(ctx context.Context, o Options, api native, from signer, server *child, r *alipayLoads) error {
	o.Progress.Begin("minting grants", o.Sends)
	sends, err := from.sends(ctx, api, o.Sends, o.Progress)
	if err != nil {
		return err
	}
	downloads, err := from.downloads(o.Sends)
	if err != nil {
		return err
	}
	signed, err := bareSigning(from.key, o.Sends)
	if err != nil {
		return err
	}
	r.sign = append(r.sign, signed)
	for _, turn := range []struct {
		method string
		bodies [][]byte
		into   *[]Load
	}{{alipay.MethodCertDownload, downloads, &r.fresh}, {alipay.MethodSend, sends, &r.send}} {
		o.Progress.Begin(turn.method, len(turn.bodies))
		to := target{
			addrs: []string{server.addr}, paths: []string{"/gateway.do"}, contentType: "application/x-www-form-urlencoded",
			accepted: `{"` + alipay.ResponseName(turn.method) + `":{"code":"10000",`,
		}
		load, err := to.load(ctx, []*child{server}, o.Connections, burst{bodies: turn.bodies}, o.Progress)
		if err != nil {
			return err
		}
		*turn.into = append(*turn.into, load)
	}
	return nil
}

// bareSigning signs on every core.
func bareSigning(key *rsa.PrivateKey, times int) (Load, error) {
	content, err := alipay.EncodeContent(alipay.OK())
	if err != nil {
		return Load{}, err
	}
	cores := runtime.GOMAXPROCS(0)
	problems := make([]error, cores)
	var running sync.WaitGroup
	began, before := time.Now(), processor(os.Getpid())
	for core := range cores {
		running.Go(func() {
			for range times / cores {
				if _, err := alipay.Sign(key, alipay.RSA2, content); err != nil {
					problems[core] = err
				}
			}
		})
	}
	running.Wait()
	l := Load{Requests: times / cores * cores, Took: time.Since(began), Processor: processor(os.Getpid()) - before}
	return l, errors.Join(problems...)
}

// signer is an Alipay app that can send to a number of users.
type signer struct {
	appID, template, certSN string
	key                     *rsa.PrivateKey
	users                   []string
}

func (n native) newSigner(ctx context.Context, users int) (s signer, err error) {
	if s.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return s, err
	}
	var app struct {
		ID string `json:"app_id"`
	}
	body := map[string]any{"platform": "alipay", "name": "bench", "app_public_key": alipay.PublicKeyText(&s.key.PublicKey)}
	if err := n.call(ctx, http.MethodPost, "/api/v1/apps", body, &app); err != nil {
		return s, err
	}
	s.appID = app.ID
	var template struct {
		ID string `json:"template_id"`
	}
	body = map[string]any{"library_id": "AP9001", "keyword_ids": []int{9001, 9002, 9003}}
	if err := n.call(ctx, http.MethodPost, "/api/v1/apps/"+s.appID+"/templates", body, &template); err != nil {
		return s, err
	}
	s.template = template.ID
	var certificates struct {
		SN string `json:"alipay_cert_sn"`
	}
	if err := n.call(ctx, http.MethodGet, "/api/v1/apps/"+s.appID+"/certificates", nil, &certificates); err != nil {
		return s, err
	}
	s.certSN = certificates.SN
	s.users, err = n.newUsers(ctx, s.appID, users)
	return s, err
}

// sends are so many signed sends, each with a grant of its own.
func (s signer) sends(ctx context.Context, n native, sends int, p Progress) ([][]byte, error) {
	return n.minted(ctx, s.appID, s.users, sends, p, func(user, grant string) ([]byte, error) {
		return s.signed(alipay.MethodSend, alipay.SendContent{
			ToUserID: user, FormID: grant, UserTemplateID: s.template, Page: "pages/index/index",
			Data: `{"keyword1":{"value":"12:00"},"keyword2":{"value":"2018年08月08日"},"keyword3":{"value":"支付宝"}}`,
		})
	})
}

// downloads are so many signed downloads of the platform's certificate.
func (s signer) downloads(times int) ([][]byte, error) {
	one, err := s.signed(alipay.MethodCertDownload, alipay.CertDownloadContent{CertSN: s.certSN})
	bodies := make([][]byte, times)
	for i := range bodies {
		bodies[i] = one
	}
	return bodies, err
}

// signed is a signed call as a form.
func (s signer) signed(method string, content any) ([]byte, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	var p alipay.Params
	for _, one := range [][2]string{
		{alipay.ParamAppID, s.appID},
		{alipay.ParamMethod, method},
		{alipay.ParamFormat, "JSON"},
		{alipay.ParamCharset, string(alipay.UTF8)},
		{alipay.ParamTimestamp, "2018-08-08 12:00:00"},
		{alipay.ParamVersion, "1.0"},
		{alipay.ParamBizContent, string(text)},
	} {
		p.Set(one[0], one[1])
	}
	err = p.Sign(s.key, alipay.RSA2)
	return []byte(p.Form()), err
}
