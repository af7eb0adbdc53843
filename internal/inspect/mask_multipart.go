package inspect

import (
	"regexp"
	"strings"
)

// partName finds the name of a part of a multipart form.
var partName = regexp.MustCompile(`(?i)\bname="?([^";\r\n]*)`)

// multipart masks the parts of a multipart form by their names.
func (m *masking) multipart(text string) string {
	boundary, _, _ := strings.Cut(strings.TrimLeft(text, " \t\r\n\ufeff"), "\n")
	boundary = strings.TrimRight(boundary, "\r")
	if len(boundary) < 3 {
		return text
	}
	parts := strings.Split(text, boundary)
	for i, part := range parts {
		head, value, has := cutHead(part)
		name := partName.FindStringSubmatch(head)
		if !has || name == nil || !secretNamed.MatchString(strings.TrimSpace(name[1])) {
			continue
		}
		secret := strings.Trim(value, "\r\n")
		if secret == "" {
			continue
		}
		at := strings.Index(value, secret)
		parts[i] = head + value[:at] + m.found(secret) + value[at+len(secret):]
	}
	return strings.Join(parts, boundary)
}

// cutHead cuts a part after the blank line that ends its headers.
func cutHead(part string) (head, value string, found bool) {
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if at := strings.Index(part, blank); at >= 0 {
			return part[:at+len(blank)], part[at+len(blank):], true
		}
	}
	return part, "", false
}
