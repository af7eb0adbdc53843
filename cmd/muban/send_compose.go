package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

// outgoing is a message on its way out, in the words that the platforms share.
type outgoing struct {
	to             string
	guest          bool // Baidu: to is a swan_id
	template, page string
	data           json.RawMessage
	emphasis       string
	grantID        string
	grantKind      muban.GrantKind

	// Official accounts only.
	url, miniProgram, clientMsgID string
}

// compose gathers what is to be sent. What the native API does not know is
// sent as it was given, so that the platform's own refusal can be seen.
func (s *shell) compose(ctx context.Context, c *apiclient.Client, f sendFlags) (outgoing, error) {
	out := outgoing{
		to: f.user, template: f.template, page: f.page, emphasis: f.emphasis, grantID: f.grant, grantKind: f.kind,
		url: f.url, miniProgram: f.miniProgram, clientMsgID: f.clientMsgID,
	}
	user, err := known(c.User(ctx, f.app, f.user))
	if err != nil {
		return out, err
	}
	if id := user.Value.OpenID; id != "" && f.user != user.Value.SwanID {
		out.to = id
	} else if id := user.Value.SwanID; id != "" {
		out.to, out.guest = id, true
	}
	if out.data, err = s.composeData(ctx, c, f); err != nil {
		return out, err
	}
	return out, s.composeGrant(ctx, c, f, &out)
}

// known turns an object that does not exist into the zero answer.
func known[T any](answer apiclient.Answer[T], err error) (apiclient.Answer[T], error) {
	if apiclient.IsProblem(err, apiclient.CodeNotFound) {
		return apiclient.Answer[T]{}, nil
	}
	return answer, err
}

// composeGrant mints the grant, or finds out what kind the given one is.
func (s *shell) composeGrant(ctx context.Context, c *apiclient.Client, f sendFlags, out *outgoing) error {
	if out.grantKind == "" {
		out.grantKind = muban.GrantForm
	}
	if f.mint {
		minted, err := c.MintGrants(ctx, f.app, apiclient.Mint{User: f.user, Kind: out.grantKind})
		if err != nil {
			return fmt.Errorf("minting a grant: %w", err)
		}
		out.grantID = minted.Value.Grants[0].ID
		if !s.json {
			s.note("minted %s grant %s", out.grantKind, out.grantID)
		}
		return nil
	}
	if f.kind != "" || f.grant == "" {
		return nil
	}
	grant, err := known(c.Grant(ctx, f.app, f.grant))
	if err == nil && grant.Value.Kind != "" {
		out.grantKind = grant.Value.Kind
	}
	return err
}

// composeData is the data that was given, else the template's examples.
func (s *shell) composeData(ctx context.Context, c *apiclient.Client, f sendFlags) (json.RawMessage, error) {
	values := map[string]any{}
	if !f.dataGiven {
		template, err := known(c.Template(ctx, f.app, f.template))
		if err != nil {
			return nil, err
		}
		for key, example := range exampleValues(template.Value) {
			values[key] = keywordValue(example)
		}
		return json.Marshal(values)
	}
	if f.dataFile != "" {
		file, err := s.readData(f.dataFile)
		if err != nil {
			return nil, err
		}
		maps.Copy(values, file)
	}
	for _, text := range f.data {
		key, value, found := strings.Cut(text, "=")
		if !found || key == "" {
			return nil, usageErrorf("--data %s: want KEY=VALUE, like keyword1=TIT造舰厂", text)
		}
		values[key] = keywordValue(value)
	}
	return json.Marshal(values)
}

// keywordValue is a text in the form that the platforms want.
func keywordValue(text string) any { return map[string]string{"value": text} }

// readData reads values by keyword. Texts and numbers are put into the
// platforms' form; anything else is left to the platform to judge.
func (s *shell) readData(name string) (map[string]any, error) {
	body, err := s.readText(name)
	if err != nil {
		return nil, err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &raw); err != nil {
		return nil, fmt.Errorf(`%s: want a JSON object like {"keyword1":"TIT造舰厂"}%s`, name, notJSON(err))
	}
	values := map[string]any{}
	for key, value := range raw {
		values[key] = value
		if first := value[0]; first == '"' || first == '-' || first >= '0' && first <= '9' {
			values[key] = map[string]json.RawMessage{"value": value}
		}
	}
	return values, nil
}

// notJSON says where a text is no JSON at all; nothing of JSON that is another.
func notJSON(err error) string {
	if syntax, is := errors.AsType[*json.SyntaxError](err); is {
		return fmt.Sprintf("; at byte %d: %v", syntax.Offset, syntax)
	}
	return ""
}

// exampleValues reads each keyword's value out of the template's example,
// which shows the content filled in; a keyword without one gets its name.
func exampleValues(t apiclient.Template) map[string]string {
	values := make(map[string]string, len(t.Keywords))
	for _, k := range t.Keywords {
		values[k.Key] = firstOf(k.Name, k.Key)
	}
	examples := strings.Split(t.Example, "\n")
	for i, line := range strings.Split(t.Content, "\n") {
		if i >= len(examples) {
			break
		}
		for key, value := range matchLine(line, examples[i]) {
			values[key] = firstOf(value, values[key])
		}
	}
	return values
}

var placeholder = regexp.MustCompile(`\{\{([^{}]+)\.DATA\}\}`)

// matchLine finds what stands in a line of the example where the content has
// placeholders. A template made of keywords has a colon in its example that
// its content does not have.
func matchLine(content, example string) map[string]string {
	var pattern strings.Builder
	pattern.WriteString("^")
	end := 0
	places := placeholder.FindAllStringSubmatchIndex(content, -1)
	for _, place := range places {
		between := content[end:place[0]]
		label := cmp.Or(strings.TrimRight(between, ":： "), between)
		pattern.WriteString(regexp.QuoteMeta(label) + `[:：]?\s*(.*?)`)
		end = place[1]
	}
	pattern.WriteString(regexp.QuoteMeta(content[end:]) + "$")
	found := regexp.MustCompile(pattern.String()).FindStringSubmatch(example)
	if found == nil {
		return nil
	}
	values := make(map[string]string, len(places))
	for i, place := range places {
		values[content[place[2]:place[3]]] = found[i+1]
	}
	return values
}
