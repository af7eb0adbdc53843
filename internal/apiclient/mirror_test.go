package apiclient_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/api"
	"github.com/muban-dev/muban/internal/apiclient"
)

// The client's types are its own, so that it needs nothing of the server; this
// keeps them in step. A member that the API has must be in the client. The
// client may have more: those of the contract that come later.
func TestTypesMirrorTheAPI(t *testing.T) {
	t.Parallel()
	for _, pair := range []struct{ api, client reflect.Type }{
		{reflect.TypeFor[api.App](), reflect.TypeFor[apiclient.App]()},
		{reflect.TypeFor[api.AppCallback](), reflect.TypeFor[apiclient.AppCallback]()},
		{reflect.TypeFor[api.Callback](), reflect.TypeFor[apiclient.Callback]()},
		{reflect.TypeFor[api.Attempt](), reflect.TypeFor[apiclient.Attempt]()},
		{reflect.TypeFor[api.Handshake](), reflect.TypeFor[apiclient.Handshake]()},
		{reflect.TypeFor[api.Authorization](), reflect.TypeFor[apiclient.Authorization]()},
		{reflect.TypeFor[api.Certificates](), reflect.TypeFor[apiclient.Certificates]()},
		{reflect.TypeFor[api.Industries](), reflect.TypeFor[apiclient.Industries]()},
		{reflect.TypeFor[api.CloudToken](), reflect.TypeFor[apiclient.CloudToken]()},
		{reflect.TypeFor[api.Call](), reflect.TypeFor[apiclient.Call]()},
		{reflect.TypeFor[api.CallRequest](), reflect.TypeFor[apiclient.CallRequest]()},
		{reflect.TypeFor[api.CallAnswer](), reflect.TypeFor[apiclient.CallAnswer]()},
		{reflect.TypeFor[api.CallBody](), reflect.TypeFor[apiclient.CallBody]()},
		{reflect.TypeFor[api.CallExplanation](), reflect.TypeFor[apiclient.Explanation]()},
		{reflect.TypeFor[api.CallEvent](), reflect.TypeFor[apiclient.CallEvent]()},
		{reflect.TypeFor[api.LoginCode](), reflect.TypeFor[apiclient.LoginCode]()},
		{reflect.TypeFor[api.User](), reflect.TypeFor[apiclient.User]()},
		{reflect.TypeFor[api.Template](), reflect.TypeFor[apiclient.Template]()},
		{reflect.TypeFor[api.TemplateKeyword](), reflect.TypeFor[apiclient.TemplateKeyword]()},
		{reflect.TypeFor[api.NewTemplate](), reflect.TypeFor[apiclient.NewTemplate]()},
		{reflect.TypeFor[api.Mint](), reflect.TypeFor[apiclient.Mint]()},
		{reflect.TypeFor[api.GrantList](), reflect.TypeFor[apiclient.Minted]()},
		{reflect.TypeFor[api.Grant](), reflect.TypeFor[apiclient.Grant]()},
		{reflect.TypeFor[api.Message](), reflect.TypeFor[apiclient.Message]()},
		{reflect.TypeFor[api.MessageValue](), reflect.TypeFor[apiclient.MessageValue]()},
		{reflect.TypeFor[api.MiniProgram](), reflect.TypeFor[apiclient.MiniProgram]()},
		{reflect.TypeFor[api.Inbox](), reflect.TypeFor[apiclient.Inbox]()},
		{reflect.TypeFor[api.List[api.App]](), reflect.TypeFor[apiclient.List[apiclient.App]]()},
		{reflect.TypeFor[api.NewTitle](), reflect.TypeFor[apiclient.Title]()},
		{reflect.TypeFor[api.Title](), reflect.TypeFor[apiclient.Title]()},
		{reflect.TypeFor[api.NewKeywordRequest](), reflect.TypeFor[apiclient.NewKeywordRequest]()},
		{reflect.TypeFor[api.KeywordRequest](), reflect.TypeFor[apiclient.KeywordRequest]()},
		{reflect.TypeFor[api.Keyword](), reflect.TypeFor[apiclient.Keyword]()},
		{reflect.TypeFor[api.Overview](), reflect.TypeFor[apiclient.Overview]()},
		{reflect.TypeFor[api.OverviewStep](), reflect.TypeFor[apiclient.OverviewStep]()},
		{reflect.TypeFor[api.OverviewCallbacks](), reflect.TypeFor[apiclient.OverviewCallbacks]()},
		{reflect.TypeFor[api.BusyTemplate](), reflect.TypeFor[apiclient.BusyTemplate]()},
		{reflect.TypeFor[api.ClockState](), reflect.TypeFor[apiclient.Clock]()},
		{reflect.TypeFor[api.ClockSetting](), reflect.TypeFor[apiclient.ClockSetting]()},
		{reflect.TypeFor[api.Problem](), reflect.TypeFor[apiclient.Problem]()},
		{reflect.TypeFor[api.FieldError](), reflect.TypeFor[apiclient.FieldError]()},
	} {
		has := members(pair.client)
		for _, member := range members(pair.api) {
			if !slices.Contains(has, member) {
				t.Errorf("%v lacks %s, which %v has", pair.client, member, pair.api)
			}
		}
	}
}

// members are the names in a struct's JSON.
func members(s reflect.Type) []string {
	var names []string
	for field := range s.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			names = append(names, members(field.Type)...)
		case name != "":
			names = append(names, name)
		}
	}
	return names
}
