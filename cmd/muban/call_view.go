package main

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/muban-dev/muban/internal/apiclient"
)

func callTable(calls []apiclient.Call) view {
	return newTable(calls, func(c apiclient.Call) []string {
		why := ""
		if c.Explanation != nil {
			why = c.Explanation.Rule
		}
		return []string{c.ID, stamp(c.At), c.AppID, c.Call, c.User, c.Code, why, took(c)}
	}, "ID", "AT", "APP_ID", "CALL", "USER", "CODE", "REFUSED BY", "TOOK")
}

func took(c apiclient.Call) string { return strconv.FormatFloat(c.DurationMS, 'f', -1, 64) + " ms" }

func callView(c apiclient.Call, l language) view {
	d := details{
		{"id", c.ID},
		{"at", stamp(c.At)},
		{"took", took(c)},
		{"call", c.Dialect + " " + c.Call},
		{"app_id", c.AppID},
		{"platform", string(c.Platform)},
		{"user", c.User},
		{"template_id", c.TemplateID},
		{"grant_id", c.GrantID},
		{"message_id", c.MessageID},
		{"code", c.Code},
	}
	if c.Explanation != nil {
		d = append(d, explanationRows(*c.Explanation, l)...)
	}
	target := c.Request.Path
	if c.Request.Query != "" {
		target += "?" + c.Request.Query
	}
	d = append(d, [2]string{"request", c.Request.Method + " " + target + exchanged(c.Request.Headers, c.Request.CallBody)})
	if c.Answer == nil {
		return append(d, [2]string{"answer", "none; the connection was closed"})
	}
	return append(d, [2]string{"answer", strconv.Itoa(c.Answer.Status) + exchanged(c.Answer.Headers, c.Answer.CallBody)})
}

func explanationRows(why apiclient.Explanation, l language) details {
	story := make([]string, len(why.Story))
	for i, event := range why.Story {
		story[i] = stamp(event.At) + "  " + l.of(event.Text, event.TextZh)
	}
	return details{
		{"rule", why.Rule},
		{"why", l.of(why.Detail, why.DetailZh)},
		{"story", strings.Join(story, "\n")},
		{"accepted", l.of(why.Accepted, why.AcceptedZh)},
		{"see", why.See},
	}
}

// exchanged are headers and a body, each below the line before.
func exchanged(headers map[string]string, body apiclient.CallBody) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		out.WriteString("\n" + name + ": " + headers[name])
	}
	text := body.Body
	if body.Decoded != "" {
		text = body.Decoded
	} else if raw, err := base64.StdEncoding.DecodeString(text); body.Encoding != "" && err == nil {
		text = fmt.Sprintf("%q", raw)
	}
	if text != "" {
		out.WriteString("\n\n" + text)
	}
	if body.Truncated {
		fmt.Fprintf(&out, "\n… (%d bytes in all)", body.BodySize)
	}
	return out.String()
}
