package cloudcall

import (
	"encoding/json"

	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/wire/cloudcall"
)

// inWords is a request as JSON, for the inspector, which could show its bytes
// only: what can be read of it.
func inWords(form cloudcall.Form) string {
	words := map[string]any{
		"action": form.Text("action"), "apiName": form.Text("apiName"), "envName": form.Text("envName"),
	}
	if request, err := cloudcall.DecodeRequest(form.Bytes("requestData")); err == nil {
		words["apiType"] = request.Type
		if request.AppID != "" {
			words["appid"] = request.AppID
		}
		if params, err := request.JSON(); err == nil {
			words["params"] = json.RawMessage(params)
		}
	}
	text, _ := httpx.EncodeJSON(words) // texts and JSON can be encoded
	return string(text)
}

// answeredWith notes what the bytes of an answer say, for the inspector.
func answeredWith(x *httpx.Exchange, answer string) {
	asked := x.Plain
	x.Plain = func() (string, string) {
		if asked == nil {
			return "", answer
		}
		request, _ := asked()
		return request, answer
	}
}
