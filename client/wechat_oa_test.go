package client_test

import (
	"errors"
	"testing"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/client"
	"github.com/muban-dev/muban/mubantest"
)

// Sends under one name make one message; without a name each is one.
func TestClientMsgID(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	w := newWorld(t, server, muban.WeChatOA)
	req := w.request("")
	one, err := w.client.Send(t.Context(), req)
	must(t, err)
	other, err := w.client.Send(t.Context(), req)
	must(t, err)
	if one.MessageID == other.MessageID || one.ClientMsgID == other.ClientMsgID || one.ClientMsgID == "" || len(w.app.Messages()) != 2 {
		t.Errorf("two sends are %+v and %+v", one, other)
	}
	if id := one.MessageID; id < 1<<53 { // what clients that round would lose
		t.Errorf("the message id %d is small", id)
	}
	req.WeChatOA = &client.WeChatOA{ClientMsgID: "order-7"}
	must(t, errors.Join(together(many, func(int) error {
		_, err := w.client.Send(t.Context(), req)
		return err
	})...))
	if n := len(w.app.Messages()); n != 3 {
		t.Errorf("%d messages, want one more for %d sends under one name", n, many)
	}
	// The answer is lost for good; the error has the name with which it can be
	// sent again from anywhere.
	req.WeChatOA = nil
	w.proxy.fail("template/send", drop, drop, drop)
	_, err = w.client.Send(t.Context(), req)
	e := errorOf(t, err)
	if e.Kind != client.KindOutcomeUnknown || e.ClientMsgID == "" || !e.Retry.Can {
		t.Fatalf("%+v", e)
	}
	req.WeChatOA = &client.WeChatOA{ClientMsgID: e.ClientMsgID}
	sent, err := w.client.Send(t.Context(), req)
	must(t, err)
	if messages := w.app.Messages(); len(messages) != 4 || messages[3].ID != sent.MessageID || messages[3].ClientMsgID != e.ClientMsgID {
		t.Errorf("sent again it is %+v of %d messages", sent, len(messages))
	}
}

// After nine minutes the name may be forgotten, so that nothing is repeated.
func TestClientMsgIDHasItsTime(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	w := newWorld(t, server, muban.WeChatOA)
	w.warmUp()
	w.proxy.late = func() { w.clock.advance(9*time.Minute + time.Second) }
	w.proxy.fail("template/send", drop)
	if _, err := w.client.Send(t.Context(), w.request("")); client.KindOf(err) != client.KindOutcomeUnknown {
		t.Errorf("error %v", err)
	}
	if n := w.proxy.requests("template/send"); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// What only an official account has, and what it does not.
func TestOfficialAccount(t *testing.T) {
	t.Parallel()
	server := mubantest.Start(t)
	w := newWorld(t, server, muban.WeChatOA)
	if found, err := w.client.Industries(t.Context()); err != nil || *found != (client.Industries{}) {
		t.Errorf("industries that are not set: %+v, error %v", found, err)
	}
	must(t, w.client.SetIndustries(t.Context(), 1, 2))
	found, err := w.client.Industries(t.Context())
	if err != nil || found.Primary != (client.Industry{FirstClass: "IT科技", SecondClass: "互联网|电子商务"}) || found.Secondary.FirstClass != "IT科技" {
		t.Errorf("industries %+v, error %v", found, err)
	}
	e := errorOf(t, w.client.SetIndustries(t.Context(), 1, 2))
	if e.Kind != muban.KindIndustryTooOften || e.Code != "43100" || e.Op != client.OpSetIndustries {
		t.Errorf("set twice: %+v", e)
	}
	lost := newWorld(t, server, muban.WeChatOA)
	lost.warmUp()
	lost.proxy.fail("set_industry", drop)
	if e := errorOf(t, lost.client.SetIndustries(t.Context(), 1, 2)); e.Kind != client.KindOutcomeUnknown || e.Retry.Can || lost.proxy.requests("set_industry") != 1 {
		t.Errorf("the answer was lost: %+v", e)
	}

	program := server.NewApp(muban.WeChatMini)
	req := w.request("")
	req.WeChatOA = &client.WeChatOA{
		URL: "https://example.com/?a=1&b=<2>", Color: "#FF0000",
		MiniProgram: muban.MiniProgram{AppID: program.ID, PagePath: "pages/orders?id=7"},
	}
	req.Data["keyword1"] = muban.Value{Text: "广州", Color: "#173177"}
	must(t, ignore(w.client.Send(t.Context(), req)))
	got := w.app.WaitMessage()
	if got.URL != req.WeChatOA.URL || got.MiniProgram != req.WeChatOA.MiniProgram || got.Color != "#FF0000" || got.Data["keyword1"] != req.Data["keyword1"] {
		t.Errorf("message %+v", got)
	}
	w.user.Set("following", false)
	if _, err := w.client.Send(t.Context(), req); client.KindOf(err) != muban.KindNotFollowing {
		t.Errorf("to who does not follow: %v", err)
	}

	_, err = w.client.LibraryTitle(t.Context(), "TM00015")
	for _, err := range []error{err, ignore(w.client.LibraryTitles(t.Context(), muban.Range{Count: 1})), ignore(collect(w.client.AllLibraryTitles(t.Context())))} {
		if e := errorOf(t, err); e.Kind != muban.KindNotOnPlatform || e.Platform != muban.WeChatOA {
			t.Errorf("%+v", e)
		}
	}
	mini := newWorld(t, server, muban.WeChatMini)
	for _, err := range []error{ignore(mini.client.Industries(t.Context())), mini.client.SetIndustries(t.Context(), 1, 2)} {
		if e := errorOf(t, err); e.Kind != muban.KindNotOnPlatform || mini.proxy.requests("") != 0 {
			t.Errorf("%+v", e)
		}
	}
}
