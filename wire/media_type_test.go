package wire_test

import (
	"testing"

	"github.com/muban-dev/muban/wire"
)

func TestMediaType(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ contentType, media, boundary string }{
		{"", "", ""},
		{"application/json;charset=utf-8", "application/json", ""},
		{"APPLICATION/JSON; CHARSET=utf-8; charset=gbk", "application/json", ""},
		{"Multipart/Form-Data; Boundary=aB", "multipart/form-data", "aB"},
		{`multipart/form-data; boundary="a b;c"`, "multipart/form-data", "a b;c"},
		{"multipart/form-data;charset=UTF-8;boundary=1764230400000;", "multipart/form-data", "1764230400000"},
		{"multipart/form-data; boundary====1764230400000===", "multipart/form-data", "===1764230400000==="},
		{"multipart/form-data; boundary=----=_Part_0_1.2; charset=UTF-8", "multipart/form-data", "----=_Part_0_1.2"},
		{"multipart/form-data; charset=UTF-8; boundary = a/b:c ;", "multipart/form-data", "a/b:c"},
		{`multipart/form-data; charset=a; charset=b; boundary="x y"`, "multipart/form-data", "x y"},
		{"multipart/form-data; boundary=a/b; boundary=c", "multipart/form-data", "a/b"},
		{`multipart/form-data; boundary="`, "multipart/form-data", ""},
		{"multipart/form-data; boundary", "multipart/form-data", ""},
		{"; boundary=a", "", "a"},
	} {
		media, boundary := wire.MediaType(test.contentType)
		if media != test.media || boundary != test.boundary {
			t.Errorf("%q: %q with %q, want %q with %q", test.contentType, media, boundary, test.media, test.boundary)
		}
	}
}
