package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// placement is where a client of Baidu puts a call's parameters.
type placement struct {
	name string
	// getReads: calls that only read are made with GET.
	getReads bool
	// getWrites: calls that change something are made with GET.
	getWrites bool
	// tokenInForm puts access_token beside the other parameters of a POST.
	tokenInForm bool
	// loginInQuery: the login is a POST with all in the query and an empty form.
	loginInQuery bool
	// extras are parameters that the client adds to every call, in the query
	// unless the token is in the form.
	extras url.Values
}

// placements are those of protocol.md §4.1, by who uses them.
var placements = []placement{
	{name: "form"},
	{name: "go-sdk", getReads: true, loginInQuery: true, extras: url.Values{"sp_sdk_ver": {"0.1.4"}, "sp_sdk_lang": {"golang"}}},
	{name: "java-sdk", tokenInForm: true, extras: url.Values{"sdk.version": {"1.1.0"}, "sdk.type": {"Java"}}},
	{name: "query", getReads: true, getWrites: true},
}

// answer is how the official Go SDK reads one: data is a struct even where the
// call was refused.
type answer[T any] struct {
	Data      T      `json:"data"`
	Errno     int64  `json:"errno"`
	Msg       string `json:"msg"`
	ErrorCode int64  `json:"error_code"`
	ErrorMsg  string `json:"error_msg"`

	problem string // why there is no answer
	members map[string]json.RawMessage
}

type nothing struct{}

type libraryList struct {
	TotalCount int64 `json:"total_count"`
	List       []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"list"`
}

type libraryTitle struct {
	ID           string `json:"id"`
	Title        string `json:"title"`
	KeywordCount int64  `json:"keyword_count"`
	KeywordList  []struct {
		KeywordID int64  `json:"keyword_id"`
		Name      string `json:"name"`
		Example   string `json:"example"`
	} `json:"keyword_list"`
}

type templateAdded struct {
	TemplateID string `json:"template_id"`
}

type templateList struct {
	TotalCount int64 `json:"total_count"`
	List       []struct {
		TemplateID string `json:"template_id"`
		Title      string `json:"title"`
		Content    string `json:"content"`
		Example    string `json:"example"`
	} `json:"list"`
}

type sent struct {
	MsgKey int64 `json:"msg_key"`
}

type tokenAnswer struct {
	AccessToken      string `json:"access_token"`
	ExpiresIn        int64  `json:"expires_in"`
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
}

// outcome is the code and its text, in the shape they came in.
func (a answer[T]) outcome() string {
	switch {
	case a.problem != "":
		return a.problem
	case a.ErrorCode != 0:
		return fmt.Sprint("gateway ", a.ErrorCode, " ", a.ErrorMsg)
	}
	return fmt.Sprint(a.Errno, " ", a.Msg)
}

// The official SDK gives up after 3 seconds.
var httpClient = &http.Client{Timeout: 3 * time.Second}

// call makes one of the six template calls.
func call[T any](c *client, name string, params url.Values) answer[T] {
	var a answer[T]
	get := c.place.getReads
	if name == "templateadd" || name == "templatedel" || name == "send" {
		get = c.place.getWrites
	}
	text, err := c.place.do(get, c.base+"/rest/2.0/smartapp/template/"+name, c.token, params)
	if err == nil && name == "templatedel" {
		// What data is here no client reads.
		err = json.Unmarshal(text, &a.members)
		delete(a.members, "data")
		text, _ = json.Marshal(a.members)
	}
	if err == nil {
		err = json.Unmarshal(text, &a.members)
	}
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		a.problem = fmt.Sprintf("%v (answer %s)", err, text)
	}
	return a
}

// fetchToken gets an access token in the placement's manner.
func fetchToken(c *client, secret string) (tokenAnswer, error) {
	params := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.app.ID},
		"client_secret": {secret}, "scope": {"smartapp_snsapi_base"},
	}
	var a tokenAnswer
	text, err := c.place.do(c.place.getReads, c.base+"/oauth/2.0/token", "", params)
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	return a, err
}

// do places the parameters and makes the request; an answer that is not 2xx is
// an error, as it is to the official SDK.
func (p placement) do(get bool, address, token string, params url.Values) ([]byte, error) {
	query, form := url.Values{}, url.Values{}
	rest, common := form, query
	if get {
		rest = query
	} else if p.tokenInForm {
		common = form
	}
	for name, values := range params {
		rest[name] = values
	}
	for name, values := range p.extras {
		common[name] = values
	}
	if token != "" {
		common.Set("access_token", token)
	}
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if !get {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	request, err := http.NewRequest(method, strings.TrimSuffix(address+"?"+query.Encode(), "?"), body)
	if err != nil {
		return nil, err
	}
	if !get {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := httpClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("status %s", response.Status)
	}
	return bytes.TrimSpace(text), err
}
