package cloudcall_test

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/muban-dev/muban/internal/dialect/cloudcall"
	"github.com/muban-dev/muban/internal/dialect/wechat"
	"github.com/muban-dev/muban/internal/httpx"
)

// The inspector is told in words what the protocol buffers of a call and its
// answer say.
func TestCallsInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := make(chan [2]string, 1)
	server := httptest.NewServer(httpx.Wrap(cloudcall.New(wechat.New(w.service), w.service, w.clock), httpx.Options{
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Inspect: func(x httpx.Exchanged) {
			request, answer := x.Plain()
			asked <- [2]string{request, answer}
		},
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	for _, test := range []struct {
		sent            sent
		request, answer string
	}{
		{
			sent{call: "templateMessage.getTemplateList", params: `{"offset":0}`},
			`{"action":"wx.openApi","apiName":"templateMessage.getTemplateList","apiType":0,"envName":"demo","params":{"offset":0}}`,
			"",
		},
		{
			sent{call: "nothing", params: `{"a":"中"}`, forApp: "wxother"},
			`{"action":"wx.openApi","apiName":"nothing","apiType":0,"appid":"wxother","envName":"demo","params":{"a":"中"}}`,
			`{"errorCode":-604100}`,
		},
		{
			sent{call: "templateMessage.send", message: []byte("not protobuf")},
			`{"action":"wx.openApi","apiName":"templateMessage.send","envName":"demo"}`,
			"",
		},
	} {
		reply := w.send(test.sent)
		if test.answer == "" {
			test.answer = reply.Body
		}
		if got := <-asked; got != [2]string{test.request, test.answer} {
			t.Errorf("%s:\n got %q\nwant %q %q", test.sent.call, got, test.request, test.answer)
		}
	}
}
