package bench

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/muban-dev/muban/wire/alipay"
)

// AlipayReport is what was measured of Alipay's gateway, round by round.
type AlipayReport struct {
	// Sign is bare signing with RSA2 and nothing else, in this process.
	Sign []Load
	// Fresh are calls whose answers are signed anew: the download of a
	// certificate, which touches no disk. Send are durable sends, whose answer
	// is the same every time, so that its signature is kept.
	Fresh, Send []Load
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
		store = []string{"--database", o.Database}
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
	for range o.Rounds {
		if err := alipayRound(ctx, o, api, from, server, &report); err != nil {
			return report, err
		}
	}
	_, err = server.stop()
	return report, err
}

func alipayRound(ctx context.Context, o Options, api native, from signer, server *child, r *AlipayReport) error {
	sends, err := from.sends(ctx, api, o.Sends)
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
	r.Sign = append(r.Sign, signed)
	for _, turn := range []struct {
		method string
		bodies [][]byte
		into   *[]Load
	}{{alipay.MethodCertDownload, downloads, &r.Fresh}, {alipay.MethodSend, sends, &r.Send}} {
		before := server.processor()
		load, err := drive(ctx, target{
			addr: server.addr, path: "/gateway.do", contentType: "application/x-www-form-urlencoded",
			accepted: `{"` + alipay.ResponseName(turn.method) + `":{"code":"10000",`,
		}, turn.bodies, o.Connections, o.Progress)
		if err != nil {
			return err
		}
		load.Processor = server.processor() - before
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
func (s signer) sends(ctx context.Context, n native, sends int) ([][]byte, error) {
	return n.minted(ctx, s.appID, s.users, sends, func(user, grant string) ([]byte, error) {
		return s.signed(alipay.MethodSend, alipay.SendContent{
			ToUserID: user, FormID: grant, UserTemplateID: s.template, Page: "pages/index/index",
			Data: `{"keyword1":{"value":"12:00"},"keyword2":{"value":"2018年08月08日"},"keyword3":{"value":"支付宝"}}`,
		})
	})
}

// downloads are so many signed downloads of the platform's certificate.
func (s signer) downloads(times int) ([][]byte, error) {
	one, err := s.signed(alipay.MethodCertDownload, map[string]string{"alipay_cert_sn": s.certSN})
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

// Write prints the report as a table.
func (r AlipayReport) Write(w io.Writer) error {
	var table strings.Builder
	table.WriteString("                            a second   a second of a core   p50        p95        p99\n")
	for _, row := range []struct {
		name  string
		loads []Load
	}{{"bare RSA2 signing", r.Sign}, {"signed answer, fresh", r.Fresh}, {"signed answer, durable send", r.Send}} {
		l := median(row.loads)
		fmt.Fprintf(&table, "%-27s %8.0f   %18.0f   %-10s %-10s %s\n", row.name, l.Rate(), l.perCore(),
			short(l.Percentile(50)), short(l.Percentile(95)), short(l.Percentile(99)))
	}
	bare := median(r.Sign).perCore()
	fmt.Fprintf(&table, "\nof bare signing, per core   fresh %.2f, durable send %.2f  (medians of %d rounds)\n",
		median(r.Fresh).perCore()/bare, median(r.Send).perCore()/bare, len(r.Sign))
	_, err := io.WriteString(w, table.String())
	return err
}
