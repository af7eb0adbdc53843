package sqlstore

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

// BenchmarkMessageBody encodes what is stored of a message.
func BenchmarkMessageBody(b *testing.B) {
	m := muban.Message{
		Platform: muban.WeChatMini, UserID: "oUser0000000000000000000001", Page: "index", EmphasisKeyword: "keyword1.DATA",
		Data: map[string]muban.Value{
			"keyword1": {Text: "339208499"}, "keyword2": {Text: "2015年01月05日 12:30"}, "keyword3": {Text: "腾讯微信总部"},
		},
		GrantID: "6d7562616e0000000000000000000001", GrantKind: muban.GrantForm,
	}
	b.ReportAllocs()
	for b.Loop() {
		if closeBody(appendBody(make([]byte, 0, usualBody), &m), &m) == "" {
			b.Fatal("nothing was written")
		}
	}
}

// What is written by hand is read by encoding/json as it was.
func FuzzMessageBody(f *testing.F) {
	f.Add("oUser", "keyword1", "TIT造舰厂", "#173177", "pages/index?a=1&b=<2>", "", int64(0))
	f.Add("o\"\\\n\x00\u2028", "", "\x7f\x1f", "", "", "message_center,search_panel", int64(1))
	f.Fuzz(func(t *testing.T, user, key, value, color, page, channels string, late int64) {
		accepted := time.UnixMilli(1_800_000_000_000).UTC()
		m := muban.Message{
			Platform: muban.Baidu, UserID: user, Data: map[string]muban.Value{key: {Text: value, Color: color}, "": {}}, Page: page, URL: value,
			MiniProgram: muban.MiniProgram{AppID: color, PagePath: page}, EmphasisKeyword: key, Color: color, Ext: value, ClientMsgID: user,
			GrantID: key, GrantKind: muban.GrantForm, Reason: muban.Reason(color), Channels: splitChannels(channels),
			AcceptedAt: accepted, FinishedAt: accepted.Add(time.Duration(late%1e6) * time.Millisecond),
		}
		begun := appendBody(nil, &m)
		text := closeBody(begun, &m)
		if again := closeBody(begun, &m); again != text {
			t.Fatalf("closed again it is %s, not %s", again, text)
		}
		var want, got messageBody
		standard, err := json.Marshal(map[string]any{
			"platform": m.Platform, "user": m.UserID, "data": m.Data, "page": m.Page, "url": m.URL, "miniprogram": m.MiniProgram,
			"emphasis_keyword": m.EmphasisKeyword, "color": m.Color, "ext": m.Ext, "client_msg_id": m.ClientMsgID,
			"grant_id": m.GrantID, "grant_kind": m.GrantKind, "reason": m.Reason, "channels": joinChannels(m.Channels),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(standard, &want); err != nil {
			t.Fatal(err)
		}
		if late%1e6 != 0 {
			want.FinishedAt = m.FinishedAt.UnixMilli()
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s reads otherwise (-want +got):\n%s", text, diff)
		}
	})
}
