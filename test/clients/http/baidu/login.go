package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
)

// login is what getsessionkey answers. Its text stands in errmsg, where the
// official SDKs look for msg.
type login struct {
	Data struct {
		OpenID     string `json:"open_id"`
		SessionKey string `json:"session_key"`
	} `json:"data"`
	ErrMsg    string `json:"errmsg"`
	Errno     int64  `json:"errno"`
	RequestID string `json:"request_id"`
	Timestamp int64  `json:"timestamp"`
	ErrorCode int64  `json:"error_code"`
	ErrorMsg  string `json:"error_msg"`

	problem string // why there is no answer
	members map[string]json.RawMessage
}

// outcome is the code and its text, in the shape they came in.
func (l login) outcome() string {
	switch {
	case l.problem != "":
		return l.problem
	case l.ErrorCode != 0:
		return fmt.Sprint("gateway ", l.ErrorCode, " ", l.ErrorMsg)
	}
	return fmt.Sprint(l.Errno, " ", l.ErrMsg)
}

// getSessionKey exchanges a login code in the placement's manner.
func getSessionKey(c *client, token, code string) login {
	place, params := c.place, url.Values{}
	if code != "" {
		params.Set("code", code)
	}
	if place.loginInQuery {
		maps.Copy(params, place.extras)
		place.extras, params = params, nil
	}
	var l login
	text, err := place.do(place.getWrites, c.base+"/rest/2.0/smartapp/getsessionkey", token, params)
	if err == nil {
		err = json.Unmarshal(text, &l.members)
	}
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil {
		l.problem = fmt.Sprintf("%v (answer %s)", err, text)
	}
	return l
}

func (c *client) logIn() {
	code, err := c.native.loginCode(c.app.ID, c.member.OpenID)
	c.needs("the member's phone logs in", err)
	in := getSessionKey(c, c.token, code)
	c.equal("getsessionkey", in.outcome(), "0 succ")
	c.equal("getsessionkey knows the member", in.Data.OpenID, c.member.OpenID)
	c.equal("getsessionkey gives a session key", len(in.Data.SessionKey), 32)
	c.equal("getsessionkey has its members", slices.Sorted(maps.Keys(in.members)),
		[]string{"data", "errmsg", "errno", "request_id", "timestamp"})
	c.equal("getsessionkey names the request and the time", in.RequestID != "" && in.Timestamp > 0, true)

	again := getSessionKey(c, c.token, code)
	c.equal("getsessionkey with the same code again", again.outcome(), usedCode)
	c.equal("a refused login has no data", slices.Sorted(maps.Keys(again.members)),
		[]string{"errmsg", "errno", "request_id", "timestamp"})
	c.equal("getsessionkey with an unknown code", getSessionKey(c, c.token, "50874b4600351fe7040782aae118cddaNW").outcome(), badCode)
	c.equal("getsessionkey without a code", getSessionKey(c, c.token, "").outcome(), badLogin)
	c.equal("getsessionkey with a wrong token",
		getSessionKey(c, "24.173e34227090dbe664c4991ef5c24779.2592000.1573901211.282335-16099124", code).outcome(), deadToken)
}
