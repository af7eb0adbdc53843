package client_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/internal/apiclient"
)

// One scenario over all platforms, against the program as it is started by a
// user: what differs between the platforms is data.

// outcome is what a call is to end with: a kind and a code, or neither.
type outcome struct {
	kind muban.Kind
	code string
}

var (
	fine    = outcome{}
	notHere = outcome{kind: muban.KindNotOnPlatform}
)

func texts(pairs ...string) map[string]muban.Value {
	data := map[string]muban.Value{}
	for i := 0; i < len(pairs); i += 2 {
		data[pairs[i]] = muban.Value{Text: pairs[i+1]}
	}
	return data
}

// journey is what the scenario does on one platform, and what it expects.
type journey struct {
	platform muban.Platform
	// library: the calls of the template library, and the title it looks at.
	library  outcome
	title    string
	named    string
	keywords []int
	// templates: the calls of the app's own templates. Without them the
	// template is made by hand, with the content below.
	templates outcome
	unknown   outcome // deleting it once more
	content   string
	// send: what it is sent with, what the user reads, what becomes of a second
	// send of the same, and how many messages there are then.
	grant     muban.GrantKind
	data      map[string]muban.Value
	rendered  string
	answersID bool
	again     outcome
	messages  int
	deleted   outcome // a send after the template was deleted
}

var journeys = []journey{
	{
		platform: muban.WeChatMini,
		title:    "AT0002", named: "购买成功通知", keywords: []int{5, 3},
		unknown: outcome{muban.KindTemplateUnknown, "40037"},
		content: "物品名称{{keyword1.DATA}}\n购买地点{{keyword2.DATA}}\n",
		grant:   muban.GrantForm, data: texts("keyword1", "咖啡", "keyword2", "广州"),
		rendered: "物品名称咖啡\n购买地点广州\n",
		again:    outcome{muban.KindGrantSpent, "41029"}, messages: 1, deleted: outcome{muban.KindTemplateUnknown, "40037"},
	},
	{
		platform: muban.WeChatOA, library: notHere,
		title: "TM00015", named: "订单支付成功",
		unknown: outcome{muban.KindTemplateUnknown, "40037"},
		content: "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}",
		data:    texts("first", "您好", "orderMoneySum", "30.00元", "orderProductName", "咖啡"),
		// A follower needs no grant, so that it can be sent again.
		rendered: "您好\n\n支付金额：30.00元\n商品信息：咖啡\n", answersID: true,
		again: fine, messages: 2, deleted: outcome{muban.KindTemplateUnknown, "40037"},
	},
	{
		platform: muban.Baidu,
		title:    "BD0016", named: "取票成功通知", keywords: []int{2, 1},
		unknown: outcome{muban.KindTemplateUnknown, "30001"},
		content: "订单号{{keyword1.DATA}}\n金额{{keyword2.DATA}}",
		grant:   muban.GrantForm, data: texts("keyword1", "321254555", "keyword2", "300元"),
		rendered: "订单号321254555\n金额300元", answersID: true,
		again: outcome{muban.KindGrantUnknown, "4003"}, messages: 1, deleted: outcome{muban.KindTemplateUnknown, "4001"},
	},
	{
		platform: muban.Alipay, library: notHere, templates: notHere, unknown: notHere,
		title: "AT0002", named: "购买成功通知", content: "地点{{keyword1.DATA}}\n商品{{keyword2.DATA}}\n",
		grant: muban.GrantForm, data: texts("keyword1", "广州", "keyword2", "咖啡"),
		rendered: "地点广州\n商品咖啡\n",
		again:    outcome{muban.KindGrantExpired, "FORM_ID_OVER_TIME"}, messages: 1, deleted: outcome{muban.KindTemplateUnknown, "USER_TEMPLATE_ILLEGAL"},
	},
}

func TestScenarioOnAllPlatforms(t *testing.T) {
	t.Parallel()
	base := startBinary(t)
	api, err := apiclient.New(base, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range journeys {
		t.Run(string(j.platform), func(t *testing.T) {
			t.Parallel()
			travel(t, base, api, j)
		})
	}
}

func travel(t *testing.T, base string, api *apiclient.Client, j journey) {
	t.Helper()
	ctx := t.Context()
	app, c := newApp(t, base, api, j.platform)
	user, err := api.CreateUser(ctx, app, apiclient.Members{})
	must(t, err)

	// The library: listed, and one title of it.
	titles, err := collect(c.AllLibraryTitles(ctx))
	expect(t, "list the library", err, j.library)
	title, err := c.LibraryTitle(ctx, j.title)
	expect(t, "get a title", err, j.library)
	if j.library == fine {
		listed := slices.ContainsFunc(titles, func(t client.Title) bool { return t.ID == j.title && t.Title == j.named })
		if len(titles) < 60 || !listed || title.Title != j.named || len(title.Keywords) == 0 {
			t.Errorf("%d titles, %s among them: %t; the title is %+v", len(titles), j.title, listed, title)
		}
	}

	// A template: added, and listed.
	template, err := c.AddTemplate(ctx, client.AddTemplateRequest{LibraryID: j.title, KeywordIDs: j.keywords})
	expect(t, "add a template", err, j.templates)
	list, err := collect(c.Templates(ctx))
	expect(t, "list templates", err, j.templates)
	if j.templates == fine && (len(list) != 1 || list[0].ID != template || list[0].Content != j.content || list[0].Title != j.named) {
		t.Errorf("templates %+v, want %s with %q", list, template, j.content)
	}

	if j.templates != fine { // made by hand, as on the platform's website
		made, err := api.CreateTemplate(ctx, app, apiclient.NewTemplate{Title: j.named, Content: j.content})
		must(t, err)
		template = made.Value.TemplateID
	}

	// Sent, and sent again with the same grant.
	req := client.SendRequest{To: user.Value.OpenID, Template: template, Data: j.data}
	if j.grant != "" {
		minted, err := api.MintGrants(ctx, app, apiclient.Mint{User: user.Value.OpenID, Kind: j.grant})
		must(t, err)
		req.Grant = client.Grant{ID: minted.Value.Grants[0].ID, Kind: j.grant}
	}
	sent, err := c.Send(ctx, req)
	expect(t, "send", err, fine)
	_, err = c.Send(ctx, req)
	expect(t, "send again", err, j.again)
	messages, err := api.Messages(ctx, apiclient.MessageQuery{AppID: app, State: muban.StateDelivered, Wait: 10 * time.Second}, apiclient.All)
	must(t, err)
	found := messages.Value.Items
	if len(found) != j.messages {
		t.Fatalf("messages %+v, want %d", found, j.messages)
	}
	first := found[len(found)-1] // they are listed newest first
	if first.Rendered != j.rendered {
		t.Errorf("the user reads %q, want %q", first.Rendered, j.rendered)
	}
	if id := sent.MessageID; j.answersID != (id.String() == first.ID) || !j.answersID && id != 0 {
		t.Errorf("the send answered the id %s, the message has %s", id, first.ID)
	}

	// Deleted, and gone.
	expect(t, "delete", c.DeleteTemplate(ctx, template), j.templates)
	expect(t, "delete again", c.DeleteTemplate(ctx, template), j.unknown)
	if j.templates != fine {
		must(t, api.DeleteTemplate(ctx, app, template))
	}
	_, err = c.Send(ctx, req)
	expect(t, "send without the template", err, j.deleted)
}

func expect(t *testing.T, step string, err error, want outcome) {
	t.Helper()
	got := outcome{kind: client.KindOf(err)}
	if e, ok := errors.AsType[*client.Error](err); ok {
		got.code = e.Code
	}
	if got != want || (err == nil) != (want == fine) {
		t.Fatalf("%s: %v; want %+v", step, err, want)
	}
}

func newApp(t *testing.T, base string, api *apiclient.Client, p muban.Platform) (string, *client.Client) {
	t.Helper()
	members := apiclient.Members{"platform": p, "name": "scenario"}
	var keys client.AlipayKeys
	if p == muban.Alipay {
		keys.AppPrivateKey, members["app_public_key"] = testKeys()[0].private, testKeys()[0].public
	}
	app, err := api.CreateApp(t.Context(), members)
	must(t, err)
	keys.AlipayPublicKey = app.Value.AlipayPublicKey
	c, err := client.New(client.Config{Platform: p, AppID: app.Value.AppID, Secret: app.Value.Secret, Alipay: keys, BaseURL: base})
	must(t, err)
	return app.Value.AppID, c
}

func collect[T any](seq iter.Seq2[T, error]) (all []T, err error) {
	for item, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// built is the program, once for all tests that start it.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaryDir, "muban")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, "../cmd/muban").CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

// binaryDir is deleted when all tests have ended.
var binaryDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "muban-binary-")
	if err != nil {
		panic(err)
	}
	binaryDir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// startBinary starts `muban dev` on a free port and returns where it is.
func startBinary(t *testing.T) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "dev", "--empty", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	logs := new(bytes.Buffer)
	cmd.Stderr = logs
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() }) // it is interrupted when the test ends
	line, err := bufio.NewReader(out).ReadString('\n')
	base, found := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !found {
		t.Fatalf("muban dev said %q (%v): %s", line, err, logs)
	}
	return base
}
