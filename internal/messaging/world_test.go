package messaging_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
	"github.com/muban-dev/muban/internal/pgtest"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is the use cases over a real store, and a clock of its own.
type world struct {
	*messaging.Service
	store *sqlstore.Store
	clock *clock
}

type testingTB interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

// onBothEngines runs a test on each engine. fresh gives a store: on SQLite a
// new one at each call, on PostgreSQL always the same, in which every scene is
// an app of its own.
func onBothEngines(t *testing.T, test func(t *testing.T, fresh func(testingTB) *sqlstore.Store)) {
	t.Helper()
	t.Run("engine SQLite", func(t *testing.T) {
		t.Parallel()
		root := t.TempDir()
		test(t, func(t testingTB) *sqlstore.Store {
			t.Helper()
			dir, err := os.MkdirTemp(root, "store") //nolint:usetesting // one folder a run, within the test's own
			if err != nil {
				t.Fatal(err)
			}
			return openStore(t, sqlstore.Options{Dir: dir})
		})
	})
	t.Run("engine PostgreSQL", func(t *testing.T) {
		t.Parallel()
		shared := openStore(t, sqlstore.Options{Database: pgtest.Database(t)})
		test(t, func(testingTB) *sqlstore.Store { return shared })
	})
}

// openStore opens a store with one library title a platform.
func openStore(t testingTB, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	o.Starter = []muban.Title{
		{Platform: muban.WeChatMini, ID: "AT0002", Title: "购买成功通知", Keywords: keywords(12)},
		{Platform: muban.Baidu, ID: "BD0016", Title: "取票成功通知", Keywords: keywords(12)},
		{
			Platform: muban.WeChatOA, ID: "TM00015", Title: "订单支付成功", PrimaryIndustry: "IT科技", DeputyIndustry: "互联网|电子商务",
			Content: "{{first.DATA}}\n\n支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}\n{{Remark.DATA}}",
		},
		{Platform: muban.WeChatOA, ID: "OPENTM200565259", Title: "订单发货提醒", Content: "{{first.DATA}}\n订单编号：{{keyword1.DATA}}\n{{remark.DATA}}"},
		{
			Platform: muban.WeChatOA, ID: "47123", Title: "缴费通知", PrimaryIndustry: "教育", DeputyIndustry: "培训",
			Content: "时间：{{time1.DATA}}\n地点：{{thing2.DATA}}\n金额：{{amount3.DATA}}", Example: "时间：今天\n地点：广州\n金额：300元",
		},
		{Platform: muban.Alipay, ID: "AT0002", Title: "购买成功通知", Keywords: keywords(12)},
	}
	store, err := sqlstore.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	})
	return store
}

func newWorld(store *sqlstore.Store) *world {
	c := &clock{now: time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)} // noon in UTC+8
	return &world{messaging.New(store, c, messaging.Options{Stale: time.Minute}), store, c}
}

func keywords(n int) []muban.Keyword {
	names := []string{"购买地点", "购买时间", "物品名称", "交易单号", "购买价格", "备注", "金额", "订单号", "发车时间", "出发地", "目的地", "联系人"}
	list := make([]muban.Keyword, n)
	for i := range list {
		list[i] = muban.Keyword{ID: i + 1, Name: names[i], Example: "例" + names[i], Origin: muban.OriginPlatform}
	}
	return list
}

// scene is an app with a user and a template, ready to be sent with.
type scene struct {
	*world
	t        *testing.T
	app      muban.App
	user     muban.User
	template muban.Template
}

// testKey is an RSA key; to make one for each app would take long.
var testKey = sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func newScene(t *testing.T, w *world, platform muban.Platform, libraryID string) *scene {
	t.Helper()
	s := &scene{world: w, t: t}
	ctx := t.Context()
	var err error
	app := messaging.NewApp{Platform: platform, Name: "test", Settings: messaging.DefaultSettings(platform)}
	if platform == muban.Alipay {
		app.PlatformKey = testKey()
	}
	s.app, err = w.CreateApp(ctx, app)
	s.must(err)
	s.user, err = w.CreateUser(ctx, s.app.ID, messaging.NewUser{})
	s.must(err)
	s.template, err = w.CreateTemplate(ctx, s.app.ID, messaging.NewTemplate{LibraryID: libraryID, KeywordIDs: []int{3, 1, 2}})
	s.must(err)
	return s
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// mint makes one grant for an id of the user.
func (s *scene) mint(user string, kind muban.GrantKind) muban.Grant {
	s.t.Helper()
	grants, _, err := s.MintGrants(s.t.Context(), s.app.ID, messaging.MintRequest{User: user, Kind: kind, Count: 1})
	s.must(err)
	return grants[0]
}

// change edits the app.
func (s *scene) change(edit func(*muban.App)) {
	s.t.Helper()
	app, err := s.UpdateApp(s.t.Context(), s.app.ID, func(a *muban.App) error { edit(a); return nil })
	s.must(err)
	s.app = app
}

func newUser() messaging.NewUser { return messaging.NewUser{} }

// ruleOf is the rule that refused; empty where nothing did.
func ruleOf(t *testing.T, err error) muban.Rule {
	t.Helper()
	if err == nil {
		return ""
	}
	var refusal *muban.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("not a refusal: %v", err)
	}
	return refusal.Rule
}

// background is for work whose test may be over: a worker's last send.
var background = context.Background()

func asRefusal(err error, into **muban.Refusal) bool { return errors.As(err, into) }
