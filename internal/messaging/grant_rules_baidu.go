package messaging

import (
	"strconv"

	"github.com/muban-dev/muban"
)

// baiduScene: seed 000 and 001, scene_id. A scene that exists must be used as
// it was issued (4004); then it must be good and not spent (form 4003, others
// 4004). One that does not exist is judged by the scene_type that was sent:
// the refusal's "kind" is then that one.
func baiduScene(g *muban.Grant, m *muban.Message, req muban.SendRequest) *muban.Refusal {
	if g == nil {
		refusal := unknownGrant(m)
		refusal.Values["kind"] = string(req.GrantKind)
		return refusal
	}
	if g.Kind != req.GrantKind {
		return muban.Refuse(muban.RuleGrantSceneType, "grant_id", g.ID, "kind", string(g.Kind),
			"wanted", sceneType(g.Kind), "scene_type", sceneType(req.GrantKind))
	}
	if refusal := baiduLoginState(g, req.To); refusal != nil {
		return refusal
	}
	if refusal := grantOwner(g, m); refusal != nil {
		return refusal
	}
	return grantSpendable(g, m.AcceptedAt)
}

// baiduLoginState: the scene's last character is 1 where the user was logged
// in, 0 where a guest, and the send must be addressed accordingly (seed 000,
// Q&A 1 and 2).
func baiduLoginState(g *muban.Grant, to muban.Recipient) *muban.Refusal {
	state := map[bool]string{true: "logged-in", false: "guest"}
	if !LoginDigitFits(*g) {
		digit := g.ID[len(g.ID)-1:]
		return muban.Refuse(muban.RuleGrantDigit, "grant_id", g.ID, "kind", string(g.Kind),
			"digit", digit, "says", state[digit == "1"], "user", g.UserID, "issued", state[g.LoggedIn], "right", strconv.Itoa(loginDigit(g.LoggedIn)))
	}
	if g.LoggedIn != to.Guest {
		return nil
	}
	parameter := "touser_openId"
	if to.Guest {
		parameter = "touser"
	}
	return muban.Refuse(muban.RuleGrantLogin, "grant_id", g.ID, "kind", string(g.Kind),
		"issued", state[g.LoggedIn], "parameter", parameter, "addressed", state[!to.Guest])
}

// LoginDigitFits reports whether a scene's last character, where it is 0 or 1,
// says of the login state what it was issued for: one's own id may not, and no
// send takes it then.
func LoginDigitFits(g muban.Grant) bool {
	digit := g.ID[len(g.ID)-1]
	return digit != '0' && digit != '1' || (digit == '1') == g.LoggedIn
}

func sceneType(k muban.GrantKind) string { return strconv.Itoa(k.SceneType()) }
