package wechat

import (
	"encoding/json"
	"testing"

	"github.com/muban-dev/muban/wire"
)

// What a client writes is what the server reads.
func TestRequestsAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	list, err := DecodeList(encode(t, ListRequest{Offset: number([]byte("0")), Count: number([]byte("20"))}))
	if err != nil || list.Offset.Value != 0 || list.Count.Value != 20 || !list.Offset.Valid {
		t.Errorf("list became %+v, error %v", list, err)
	}
	body := encode(t, AddRequest{ID: "AT0002", KeywordIDList: []wire.Number{wire.NumberOf(3), wire.NumberOf(5)}})
	if want := `{"id":"AT0002","keyword_id_list":[3,5]}`; string(body) != want {
		t.Errorf("add is written %s, want %s", body, want)
	}
}

func encode(t *testing.T, request any) []byte {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
