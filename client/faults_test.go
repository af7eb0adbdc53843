package client_test

import (
	"fmt"
	"testing"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/mubantest"
)

// The honest retries: for every platform and kind of grant, what becomes of a
// send when the network or the platform fails, counted in requests, in messages
// and in uses of the grant.
//
// The incidents behind it: a timeout was taken for a busy platform and sent
// again, so that people got two messages (WxJava#2098; easywechat#1965, #1086).
func TestSendsUnderFaults(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	const none = muban.Kind("")
	for _, test := range []struct {
		platform muban.Platform
		grant    muban.GrantKind
		faults   []fault
		// What the caller sees: the kind of the error or none, and whether the
		// acceptance is presumed.
		kind     muban.Kind
		presumed bool
		canRetry bool
		// What was seen on the network, and what Muban stored.
		requests, messages, uses int
	}{
		{muban.WeChatMini, muban.GrantForm, nil, none, false, false, 1, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{drop}, none, true, false, 2, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{stall}, none, true, false, 2, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{page}, none, true, false, 2, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{reset}, none, false, false, 1, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{drop, drop}, client.KindOutcomeUnknown, false, true, 2, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{reset, reset}, client.KindOutcomeUnknown, false, true, 0, 0, 0},
		{muban.WeChatMini, muban.GrantForm, []fault{reset, drop}, client.KindOutcomeUnknown, false, true, 1, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{drop, busy}, none, true, false, 3, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{busy}, none, false, false, 2, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{busy, busy, busy}, muban.KindBusy, false, true, 3, 0, 0},
		{muban.WeChatMini, muban.GrantForm, []fault{kill}, none, false, false, 2, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{kill, drop}, none, true, false, 3, 1, 1},
		{muban.WeChatMini, muban.GrantForm, []fault{drop, kill}, none, true, false, 3, 1, 1},

		{muban.WeChatMini, muban.GrantPayment, nil, none, false, false, 1, 1, 1},
		{muban.WeChatMini, muban.GrantPayment, []fault{drop}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.WeChatMini, muban.GrantPayment, []fault{stall}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.WeChatMini, muban.GrantPayment, []fault{page}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.WeChatMini, muban.GrantPayment, []fault{reset}, client.KindOutcomeUnknown, false, false, 0, 0, 0},
		{muban.WeChatMini, muban.GrantPayment, []fault{busy}, muban.KindBusy, false, true, 1, 0, 0},
		{muban.WeChatMini, muban.GrantPayment, []fault{kill}, none, false, false, 2, 1, 1},
		{muban.WeChatMini, muban.GrantPayment, []fault{kill, drop}, client.KindOutcomeUnknown, false, false, 2, 1, 1},

		{muban.WeChatOA, "", nil, none, false, false, 1, 1, 0},
		{muban.WeChatOA, "", []fault{drop}, none, false, false, 2, 1, 0},
		{muban.WeChatOA, "", []fault{drop, drop}, none, false, false, 3, 1, 0},
		{muban.WeChatOA, "", []fault{stall}, none, false, false, 2, 1, 0},
		{muban.WeChatOA, "", []fault{page}, none, false, false, 2, 1, 0},
		{muban.WeChatOA, "", []fault{reset}, none, false, false, 1, 1, 0},
		{muban.WeChatOA, "", []fault{drop, drop, drop}, client.KindOutcomeUnknown, false, true, 3, 1, 0},
		{muban.WeChatOA, "", []fault{reset, reset, reset}, client.KindOutcomeUnknown, false, true, 0, 0, 0},
		{muban.WeChatOA, "", []fault{busy}, none, false, false, 2, 1, 0},
		{muban.WeChatOA, "", []fault{drop, busy}, none, false, false, 3, 1, 0},
		{muban.WeChatOA, "", []fault{kill}, none, false, false, 2, 1, 0},
		{muban.WeChatOA, "", []fault{drop, kill}, none, false, false, 3, 1, 0},

		{muban.Baidu, muban.GrantForm, nil, none, false, false, 1, 1, 1},
		{muban.Baidu, muban.GrantForm, []fault{drop}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.Baidu, muban.GrantForm, []fault{stall}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.Baidu, muban.GrantForm, []fault{page}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.Baidu, muban.GrantForm, []fault{reset}, client.KindOutcomeUnknown, false, false, 0, 0, 0},
		{muban.Baidu, muban.GrantForm, []fault{busy}, muban.KindBusy, false, false, 1, 0, 0},
		{muban.Baidu, muban.GrantForm, []fault{kill}, none, false, false, 2, 1, 1},
		{muban.Baidu, muban.GrantPayment, []fault{drop}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.Baidu, muban.GrantPayment, []fault{kill}, none, false, false, 2, 1, 1},
		{muban.Baidu, muban.GrantOrder, []fault{drop}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.Baidu, muban.GrantOrder, []fault{kill, drop}, client.KindOutcomeUnknown, false, false, 2, 1, 1},

		{muban.Alipay, muban.GrantForm, nil, none, false, false, 1, 1, 1},
		{muban.Alipay, muban.GrantForm, []fault{drop}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.Alipay, muban.GrantForm, []fault{stall}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.Alipay, muban.GrantForm, []fault{page}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
		{muban.Alipay, muban.GrantForm, []fault{reset}, client.KindOutcomeUnknown, false, false, 0, 0, 0},
		{muban.Alipay, muban.GrantForm, []fault{busy}, muban.KindBusy, false, false, 1, 0, 0},
		{muban.Alipay, muban.GrantPayment, nil, none, false, false, 1, 1, 1},
		{muban.Alipay, muban.GrantPayment, []fault{drop}, client.KindOutcomeUnknown, false, false, 1, 1, 1},
	} {
		t.Run(fmt.Sprintf("%s %s %v", test.platform, test.grant, test.faults), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, server, test.platform)
			w.warmUp()
			req := w.request(test.grant)
			w.proxy.fail(w.sends, test.faults...)
			sent, err := w.client.Send(t.Context(), req)

			if kind := client.KindOf(err); kind != test.kind {
				t.Fatalf("kind %q, want %q: %v", kind, test.kind, err)
			}
			if err == nil && sent.Presumed != test.presumed {
				t.Errorf("presumed %t, want %t", sent.Presumed, test.presumed)
			}
			if err != nil {
				if e := errorOf(t, err); e.Retry.Can != test.canRetry || e.Retry.Why == "" {
					t.Errorf("retry %+v, want %t and a reason", e.Retry, test.canRetry)
				}
			}
			if n := w.proxy.requests(w.sends); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
			if n := len(w.app.Messages()); n != test.messages {
				t.Errorf("%d messages, want %d", n, test.messages)
			}
			if test.grant == "" {
				return
			}
			if g := w.app.Grant(req.Grant.ID); g.Uses-g.Remaining != test.uses {
				t.Errorf("%d of %d uses are spent, want %d", g.Uses-g.Remaining, g.Uses, test.uses)
			}
		})
	}
}

// warmUp has the client fetch its token, so that faults strike the send.
func (w *world) warmUp() {
	w.Helper()
	if err := w.read(); err != nil {
		w.Fatal(err)
	}
}

func (f fault) String() string {
	return [...]string{"pass", "reset", "drop", "hold", "stall", "page", "busy", "kill"}[f]
}
