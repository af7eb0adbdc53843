package cloudcall

import (
	"maps"
	"slices"
	"strings"
)

// calls are the cloud calls by their names, cloud.openapi.NAME(…), with the
// path where WeChat's API has them. Parameters and answers are those of the
// path; the SDK converts their names.
var calls = map[string]string{
	"templateMessage.getTemplateLibraryList": "/cgi-bin/wxopen/template/library/list",
	"templateMessage.getTemplateLibraryById": "/cgi-bin/wxopen/template/library/get",
	"templateMessage.addTemplate":            "/cgi-bin/wxopen/template/add",
	"templateMessage.getTemplateList":        "/cgi-bin/wxopen/template/list",
	"templateMessage.deleteTemplate":         "/cgi-bin/wxopen/template/del",
	"templateMessage.send":                   "/cgi-bin/message/wxopen/template/send", // seed 002, 接口方法
	"uniformMessage.send":                    "/cgi-bin/message/wxopen/template/uniform_send",

	"officialAccount.messageTemplate.send": "/cgi-bin/message/template/send", // protocol.md §6
}

func callNames() string {
	return strings.Join(slices.Sorted(maps.Keys(calls)), ", ")
}
