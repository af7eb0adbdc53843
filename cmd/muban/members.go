package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

// appSettings are the flags that create and update share.
type appSettings struct {
	name, originalID           string
	pages, linkedApps          []string
	dailyLimit, templateLimit  int64
	pushAllowed                bool
	callbackURL, callbackToken string
	callbackKey                string
	industries                 []int
	callbackMode               muban.CallbackMode
	publicKeyFile, certFile    string
	contentKey                 string
	set                        []string
}

func (a *appSettings) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&a.name, "name", "", "name, for people")
	flags.StringArrayVar(&a.pages, "page", nil, "a `PAGE` that messages may lead to; repeated. None given = every page")
	flags.Int64Var(&a.dailyLimit, "daily-limit", 0, "most sends a day")
	flags.Int64Var(&a.templateLimit, "template-limit", 0, "most templates")
	flags.BoolVar(&a.pushAllowed, "push-allowed", true, "Baidu and Alipay: the push permission")
	flags.StringVar(&a.originalID, "original-id", "", "WeChat: the gh_… account id")
	flags.StringArrayVar(&a.linkedApps, "linked-app", nil, "WeChat: an app bound to this one, by its `APP_ID`; repeated")
	flags.IntSliceVar(&a.industries, "industries", nil, "official account: the `CODE,CODE` of its two industries, like 1,4")
	flags.StringVar(&a.callbackURL, "callback-url", "", "where events are pushed to")
	flags.StringVar(&a.callbackToken, "callback-token", "", "what pushes are signed with")
	flags.StringVar(&a.callbackKey, "callback-aes-key", "", "the EncodingAESKey, 43 characters")
	choiceFlag(cmd, &a.callbackMode, "callback-mode", "how pushes are protected",
		muban.CallbackPlain, muban.CallbackCompat, muban.CallbackSafe)
	flags.StringVar(&a.publicKeyFile, "app-public-key-file", "", "Alipay: file with the key that verifies the app's requests; - is standard input")
	flags.StringVar(&a.certFile, "app-cert-file", "", "Alipay: file with the app's certificate, for certificate mode")
	flags.StringVar(&a.contentKey, "content-key", "", "Alipay: the AES key for encrypted content, base64")
	setFlag(cmd, &a.set)
}

// addMembers adds the settings that were given.
func (a *appSettings) addMembers(s *shell, cmd *cobra.Command, members apiclient.Members) error {
	setIfChanged(cmd, members, "name", "name", a.name)
	setIfChanged(cmd, members, "page", "pages", a.pages)
	setIfChanged(cmd, members, "daily-limit", "daily_limit", a.dailyLimit)
	setIfChanged(cmd, members, "template-limit", "template_limit", a.templateLimit)
	setIfChanged(cmd, members, "push-allowed", "push_allowed", a.pushAllowed)
	setIfChanged(cmd, members, "original-id", "original_id", a.originalID)
	setIfChanged(cmd, members, "linked-app", "linked_apps", a.linkedApps)
	if cmd.Flags().Changed("industries") {
		if len(a.industries) != 2 {
			return usageErrorf("--industries takes two codes, like 1,4; to take them away: --set industries=null")
		}
		members["industries"] = apiclient.Members{"primary": a.industries[0], "secondary": a.industries[1]}
	}
	callback := apiclient.Members{}
	setIfChanged(cmd, callback, "callback-url", "url", a.callbackURL)
	setIfChanged(cmd, callback, "callback-token", "token", a.callbackToken)
	setIfChanged(cmd, callback, "callback-aes-key", "aes_key", a.callbackKey)
	setIfChanged(cmd, callback, "callback-mode", "mode", a.callbackMode)
	if len(callback) > 0 {
		members["callback"] = callback
	}
	setIfChanged(cmd, members, "content-key", "content_key", a.contentKey)
	if err := s.setFile(members, "app_public_key", a.publicKeyFile); err != nil {
		return err
	}
	if err := s.setFile(members, "app_cert", a.certFile); err != nil {
		return err
	}
	return setMembers(members, a.set)
}

// setFile puts a file's text into a body where a file was named.
func (s *shell) setFile(members apiclient.Members, member, file string) error {
	text, err := s.readText(file)
	if err == nil && file != "" {
		members[member] = text
	}
	return err
}

// longestText bounds the files that flags name, in bytes; keys are far smaller.
const longestText = 16 << 20

// readText reads a file, or standard input where it is named -; no name is no
// text.
func (s *shell) readText(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	opened, err := s.open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = opened.Close() }() // was only read
	text, err := io.ReadAll(io.LimitReader(opened, longestText+1))
	if err == nil && len(text) > longestText {
		err = fmt.Errorf("%s is over %d MiB", file, longestText>>20)
	}
	return withoutMark(text), err
}

// withoutMark is a text without the byte order mark that Windows editors put
// before it.
func withoutMark(text []byte) string { return strings.TrimPrefix(string(text), "\uFEFF") }

var errNothingToChange = usageErrorf("nothing to change: give a flag that says what")

// setIfChanged puts a flag's value into a body where the flag was given.
func setIfChanged(cmd *cobra.Command, members apiclient.Members, flag, member string, value any) {
	if cmd.Flags().Changed(flag) {
		members[member] = value
	}
}

// setFlag adds the flag for members that have none of their own.
func setFlag(cmd *cobra.Command, set *[]string) {
	cmd.Flags().StringArrayVar(set, "set", nil, "any member of the API as `member=JSON`, null resets it; repeated")
}

// setMembers adds what --set was given to what other flags said. A member has
// one value only.
func setMembers(members apiclient.Members, set []string) error {
	for _, text := range set {
		member, value, found := strings.Cut(text, "=")
		if !found || member == "" || !json.Valid([]byte(value)) {
			return usageErrorf("--set %s: want member=JSON, like daily_limit=null or original_id='\"gh_1\"'", text)
		}
		if _, there := members[member]; there {
			return usageErrorf("--set %s: %s is given twice, by a flag of its own or by another --set; give it once", text, member)
		}
		members[member] = json.RawMessage(value)
	}
	return nil
}

func joinNumbers(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ", ")
}
