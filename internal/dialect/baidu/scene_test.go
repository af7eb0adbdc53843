package baidu_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func kinds() []muban.GrantKind {
	return []muban.GrantKind{muban.GrantForm, muban.GrantPayment, muban.GrantOrder}
}

// invalid is the code of a scene that is unknown, expired or spent: 4003 表单
// 无效 for a form, 4004 场景id无效 for others (decisions.md).
func invalid(kind muban.GrantKind) int {
	if kind == muban.GrantForm {
		return 4003
	}
	return 4004
}

// toScene are the parameters of a send to the member with that scene.
func (w *world) toScene(sceneID string, kind muban.GrantKind) params {
	return w.toMember(sceneID).but(params{"scene_type": strconv.Itoa(kind.SceneType())})
}

// Seed 001, 下发条件说明: a form pays for 1 message, a payment for 3, each on
// its own.
func TestUses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for kind, uses := range map[muban.GrantKind]int{muban.GrantForm: 1, muban.GrantPayment: 3, muban.GrantOrder: 3} {
		first, second := w.grant(openID, kind), w.grant(openID, kind)
		for _, scene := range []string{first, second} {
			keys := make(map[int64]bool)
			for range uses {
				keys[w.post(sendPath, w.toScene(scene, kind)).sent()] = true
			}
			spent := w.post(sendPath, w.toScene(scene, kind)).wants(invalid(kind), muban.RuleGrantSpent)
			for key := range keys {
				if !strings.Contains(spent.Detail, strconv.FormatInt(key, 10)) {
					t.Errorf("%s: the explanation %q does not name message %d", kind, spent.Detail, key)
				}
			}
			if paid := w.paidFor(scene); len(keys) != uses || len(paid) != uses {
				t.Errorf("%s: %d keys, %d messages, want %d", kind, len(keys), len(paid), uses)
			}
		}
	}
}

// Seed 001, 下发条件说明: 7 days, kept to the millisecond (decisions.md).
func TestScenesExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, kind := range kinds() {
		early, late := w.grant(openID, kind), w.grant(openID, kind)
		w.clock.advance(muban.Week - time.Millisecond)
		w.post(sendPath, w.toScene(early, kind)).sent()
		w.clock.advance(time.Millisecond)
		w.post(sendPath, w.toScene(late, kind)).wants(invalid(kind), muban.RuleGrantExpired)
		w.post(sendPath, w.toScene(early, kind)).wants(invalid(kind), muban.RuleGrantExpired)
	}
}

// Seed 000, Q&A 2: the last digit says whether the user was logged in, and a
// send must be addressed accordingly.
func TestLoginState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	byOpenID := params{"touser_openId": openID, "touser": ""}
	bySwanID := params{"touser_openId": "", "touser": swanID}
	const login, digit = muban.RuleGrantLogin, muban.RuleGrantDigit
	for i, test := range []struct {
		name   string
		issued string // whom the scene was issued to
		tail   string // how its id ends
		to     params
		rule   muban.Rule // that refuses; empty where none does
	}{
		{"logged in, by open_id", openID, "1", byOpenID, ""},
		{"logged in, by swan_id", openID, "1", bySwanID, login},
		{"guest, by swan_id", swanID, "0", bySwanID, ""},
		{"guest, by open_id", swanID, "0", byOpenID, login},
		{"logged in though the digit says guest, by open_id", openID, "0", byOpenID, digit},
		{"logged in though the digit says guest, by swan_id", openID, "0", bySwanID, digit},
		{"guest though the digit says logged in, by swan_id", swanID, "1", bySwanID, digit},
		{"guest though the digit says logged in, by open_id", swanID, "1", byOpenID, digit},
		{"logged in without a digit, by open_id", openID, "x", byOpenID, ""},
		{"guest without a digit, by swan_id", swanID, "x", bySwanID, ""},
		{"guest without a digit, by open_id", swanID, "x", byOpenID, login},
	} {
		for _, kind := range kinds() {
			scene := w.mint(appKey, messaging.MintRequest{
				User: test.issued, Kind: kind, Count: 1, ID: string(kind) + strconv.Itoa(100+i) + "." + test.tail,
			})
			got := w.post(sendPath, w.toScene(scene, kind).but(test.to))
			if test.rule == "" {
				got.sent()
				continue
			}
			got.wants(4004, test.rule)
			if len(w.paidFor(scene)) != 0 {
				t.Errorf("%s: was stored", test.name)
			}
		}
	}
	// The ids that are made here end as seed 000 says.
	for user, digit := range map[string]string{openID: "1", swanID: "0", guestID: "0"} {
		for _, kind := range kinds() {
			if scene := w.grant(user, kind); !strings.HasSuffix(scene, digit) {
				t.Errorf("scene %s of %s does not end in %s", scene, user, digit)
			}
		}
	}
}

// Seed 000, scene_type: it is that of the scene.
func TestSceneType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, issued := range kinds() {
		scene := w.grant(openID, issued)
		for _, claimed := range kinds() {
			if claimed == issued {
				continue
			}
			w.post(sendPath, w.toScene(scene, claimed)).wants(4004, muban.RuleGrantSceneType)
		}
		w.post(sendPath, w.toScene(scene, issued)).sent()
	}
	scene := w.grant(openID, muban.GrantForm)
	for _, sceneType := range []string{"-", "", "0", "4", "-1", "1.5", "form", "１", "1,2", "9223372036854775808", "99999999999999999999"} {
		got := w.post(sendPath, w.toMember(scene).but(params{"scene_type": sceneType})).wants(2002, muban.RuleRequestParameter)
		if !strings.Contains(got.Detail, "scene_type") {
			t.Errorf("scene_type %q: explained by %q", sceneType, got.Detail)
		}
	}
	body := strings.Replace(jsonBody(w.toMember(scene).but(params{"scene_type": "-"})), "{", `{"scene_type":[1],`, 1)
	w.do(http.MethodPost, sendPath+"?access_token="+w.token, "application/json", body).wants(2002, muban.RuleRequestParameter)
	w.post(sendPath, w.toMember(scene)).sent()
}

// A scene that does not exist is judged by the scene_type that was sent; one
// of another app or user exists (decisions.md).
func TestScenesOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.newApp(muban.Baidu, "other")
	w.newUser(other.ID, messaging.NewUser{OpenID: openID})
	neighbour := w.newUser(appKey, messaging.NewUser{})
	for _, kind := range kinds() {
		for _, id := range []string{"11.d9ea3ac49f00320f4269b8fb72b53194.290079.1571309167.1", "x\x01y", strings.Repeat("1", 300), "\u0085"} {
			w.post(sendPath, w.toScene(id, kind)).wants(invalid(kind), muban.RuleGrantUnknown)
		}
		theirs := w.mint(other.ID, messaging.MintRequest{User: openID, Kind: kind, Count: 1})
		w.post(sendPath, w.toScene(theirs, kind)).wants(4004, muban.RuleGrantApp)
		w.post(sendPath, w.toScene(w.grant(neighbour.OpenID, kind), kind)).wants(4004, muban.RuleGrantOwner)
		w.post(sendPath, w.toScene("", kind).but(params{"scene_id": "-"})).wants(2002, muban.RuleRequestParameter)
		w.post(sendPath, w.toScene("", kind)).wants(2002, muban.RuleRequestParameter)
	}
}

// Seed 001, 消息的入口: where the user meets the message is decided by the kind
// of the scene; it is the scene's kind that is stored.
func TestKindIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, kind := range kinds() {
		scene := w.grant(openID, kind)
		w.post(sendPath, w.toScene(scene, kind)).sent()
		if m := w.message(scene); m.GrantKind != kind || m.Platform != muban.Baidu || m.State != muban.StateDelivered {
			t.Errorf("stored %+v", m)
		}
	}
}
