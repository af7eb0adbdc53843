package wire

import (
	"mime"
	"strings"
)

// MediaType reads a Content-Type: what a body is, in lower case, and the
// boundary of its parts, empty where none is given.
//
// A boundary with characters that RFC 2045 wants in quotes is taken without
// them too, up to the next semicolon, as servlet containers do: much Java code
// separates its parts by "===" + System.currentTimeMillis() + "===".
func MediaType(contentType string) (media, boundary string) {
	media, options, err := mime.ParseMediaType(contentType)
	if err == nil {
		return media, options["boundary"]
	}
	for i, part := range strings.Split(contentType, ";") {
		if i == 0 {
			media = strings.ToLower(strings.TrimSpace(part))
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(strings.TrimSpace(name), "boundary") && boundary == "" {
			boundary = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return media, boundary
}
