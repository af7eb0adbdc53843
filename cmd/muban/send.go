package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
)

// sendFlags are what `muban send` is told.
type sendFlags struct {
	app, user, template string
	page, emphasis      string
	data                []string
	dataFile            string
	grant, secret       string
	privateKeyFile      string
	kind                muban.GrantKind
	mint, noWait        bool
	dataGiven           bool
	grantGiven          bool
	language            language

	// Official accounts only.
	url, miniProgram, clientMsgID string
}

// envSecret stands in for --secret.
const envSecret = "MUBAN_APP_SECRET"

func newSendCommand(s *shell) *cobra.Command {
	f := sendFlags{}
	cmd := &cobra.Command{
		Use: "send", Short: "Send a message through the platform's endpoint, as the app would", Args: takes(),
		Long: `Send a template message as the app would: fetch an access token at the
platform's endpoint or, on Alipay, sign the request; send there, print the
platform's answer, and say what became of the message.
Without --data every keyword gets its example. The send of an official account
needs no grant, every other one --grant or --mint.

A refusal is explained: by the server in muban dev, in Chinese or English, else by
the platform's table of error codes, in English, and by muban call show where the
server keeps its calls. Exit code 0 says that the platform accepted the send, 5
that it refused; what the user got is for message wait.

With --json it prints one object: platform, grant_id, the platform's answer,
and the message or the refusal.`,
		Example: "  muban send --app wx3f7a9c0d5e8b2146 --user o6_bmjrPTlm6_2sgVt7hMZOPfL2M --template TEMPLATE_ID --mint\n" +
			"  muban send … --grant FORM_ID --data keyword1=TIT造舰厂 --data keyword2=2016年6月6日 --page pages/index/index\n" +
			"  muban send --app wx8d1e6b40c2a95f73 --user oia2TjuEGTNoeX76QEjQNrcURxG8 --template TEMPLATE_ID --url https://example.com/order/1",
	}
	appFlag(cmd, &f.app)
	needFlag(cmd, &f.user, "user", "whom to send to, by any id; on Baidu it decides between touser and touser_openId")
	needFlag(cmd, &f.template, "template", "the template, by its id")
	f.addFlags(cmd)
	cmd.RunE = s.with(func(ctx context.Context, c *apiclient.Client, _ []string) error {
		f.dataGiven = cmd.Flags().Changed("data") || cmd.Flags().Changed("data-file")
		f.grantGiven = cmd.Flags().Changed("grant")
		return s.send(ctx, c, f)
	})
	return cmd
}

func (f *sendFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.data, "data", nil, "a keyword's value as `KEY=VALUE`, like keyword1=TIT造舰厂; repeated")
	must(cmd.RegisterFlagCompletionFunc("data", cobra.NoFileCompletions)) // elsewhere --data is a folder
	flags.StringVar(&f.dataFile, "data-file", "", "JSON file of values by keyword; - is standard input")
	flags.StringVar(&f.page, "page", "", "the page that a tap leads to; of an official account's message: the page of --miniprogram")
	flags.StringVar(&f.emphasis, "emphasis", "", "WeChat: the keyword shown larger, like keyword1.DATA")
	flags.StringVar(&f.grant, "grant", "", "the grant that pays: form_id, prepay_id, scene_id, trade_no")
	flags.BoolVar(&f.mint, "mint", false, "mint a grant for the user first")
	kindFlag(cmd, &f.kind, "kind of the grant to mint (default form); on Baidu also the scene_type sent with --grant")
	flags.StringVar(&f.secret, "secret", "", "the app's secret (default: the server's word in muban dev, or $"+envSecret+")")
	flags.StringVar(&f.privateKeyFile, "private-key-file", "", "Alipay: file with the app's private key; - is standard input (default: the demo app's published key)")
	flags.BoolVar(&f.noWait, "no-wait", false, "do not wait for what becomes of the message")
	flags.StringVar(&f.url, "url", "", "official account: the address that a tap leads to")
	flags.StringVar(&f.miniProgram, "miniprogram", "", "official account: the mini program that a tap leads to, by its app_id")
	flags.StringVar(&f.clientMsgID, "client-msg-id", "", "official account: the sender's own id; sent again within 10 minutes it is the same message")
	languageFlag(cmd, &f.language)
	cmd.MarkFlagsMutuallyExclusive("grant", "mint")
}

// check says what does not go together with the app's platform.
func (f *sendFlags) check(p muban.Platform) error {
	grant := f.grantGiven || f.mint
	switch official := p == muban.WeChatOA; {
	case official && grant:
		return usageErrorf("an official account's send takes no grant: leave --grant and --mint out")
	case !official && !grant:
		return usageErrorf("give --grant or --mint")
	case !official && f.url+f.miniProgram+f.clientMsgID != "":
		return usageErrorf("--url, --miniprogram and --client-msg-id are for official accounts; this app is on %s", p)
	case official && f.page != "" && f.miniProgram == "":
		return usageErrorf("with --page, --miniprogram must be given too: an official account has no pages of its own")
	}
	return nil
}

// sendReport is what a send printed with --json is.
type sendReport struct {
	Platform muban.Platform  `json:"platform"`
	GrantID  string          `json:"grant_id,omitempty"`
	Answer   json.RawMessage `json:"answer"`
	Message  json.RawMessage `json:"message,omitempty"`
	Refusal  *explanation    `json:"refusal,omitempty"`
}

// send does the whole errand.
func (s *shell) send(ctx context.Context, c *apiclient.Client, f sendFlags) error {
	app, err := c.App(ctx, f.app)
	if err != nil {
		return err
	}
	if err := f.check(app.Value.Platform); err != nil {
		return err
	}
	secret, err := s.sendSecret(app.Value, f)
	if err != nil {
		return err
	}
	p, err := endpointOf(app.Value, c.Server(), secret)
	if err != nil {
		return err
	}
	out, err := s.compose(ctx, c, f)
	if err != nil {
		return err
	}
	report := sendReport{Platform: app.Value.Platform, GrantID: out.grantID}
	token, err := p.token(ctx, app.Value.AppID, secret)
	if err != nil {
		return s.sendFailed(f, report, err)
	}
	sent, err := p.send(ctx, token, out)
	if err != nil {
		return s.sendFailed(f, report, unknownOutcome(err, f, out))
	}
	report.Answer = sent.answer
	return s.sendAccepted(ctx, c, f, report, sent.messageID)
}

// sendSecret is what the app authenticates with: its secret or, on Alipay, the
// private key that it signs with.
func (s *shell) sendSecret(app apiclient.App, f sendFlags) (string, error) {
	if app.Platform == muban.Alipay {
		key, err := s.readText(f.privateKeyFile)
		if key = firstOf(key, demoKey(app)); err == nil && key == "" {
			err = usageErrorf("an Alipay app signs what it sends: give its private key with --private-key-file")
		}
		return key, err
	}
	secret := firstOf(f.secret, app.Secret, os.Getenv(envSecret))
	if secret == "" {
		return "", usageErrorf("this server does not tell secrets: give the app's with --secret or %s", envSecret)
	}
	return secret, nil
}

// unknownOutcome says of a send that may have arrived what is known of it.
func unknownOutcome(err error, f sendFlags, out outgoing) error {
	away, ok := errors.AsType[*apiclient.UnreachableError](err)
	if !ok || away.Unsent() {
		return err
	}
	look := "muban message list --app " + f.app + " --grant " + out.grantID
	if out.grantID == "" {
		look = "muban message list --app " + f.app + " --user " + f.user
	}
	return &failure{
		exitFailed, "the send was not answered and may or may not be stored: " + away.Err.Error(),
		[]string{"look with: " + look},
	}
}

// sendFailed prints what a platform that refused answered.
func (s *shell) sendFailed(f sendFlags, report sendReport, err error) error {
	refused, ok := errors.AsType[*refusedError](err)
	if !ok {
		return err
	}
	report.Answer, report.Refusal = refused.answer, refused.why
	if err := s.printAnswer(report); err != nil {
		return err
	}
	return refused.failure(f.language)
}

// sendAccepted finds the message that the platform accepted and shows what
// became of it.
func (s *shell) sendAccepted(ctx context.Context, c *apiclient.Client, f sendFlags, report sendReport, id string) error {
	message, err := findMessage(ctx, c, f, report.GrantID, id)
	if err != nil {
		return err
	}
	report.Message = message.JSON
	if err := s.printAnswer(report); err != nil || s.json || message.Value.ID == "" {
		return err
	}
	return s.say("message %s %s", message.Value.ID, stateAndReason(message.Value))
}

// finalWithin is how long a send waits for the message's end.
const finalWithin = 5 * time.Second

// findMessage is the message by the id that the platform answered, else the
// newest that the grant paid for.
func findMessage(ctx context.Context, c *apiclient.Client, f sendFlags, grantID, id string) (apiclient.Answer[apiclient.Message], error) {
	if id == "" {
		found, err := c.Messages(ctx, apiclient.MessageQuery{AppID: f.app, GrantID: grantID}, 1)
		if err != nil || len(found.Value.Items) == 0 {
			return apiclient.Answer[apiclient.Message]{}, err
		}
		id = found.Value.Items[0].ID
	}
	if f.noWait {
		return c.Message(ctx, id)
	}
	return c.FinalMessage(ctx, id, finalWithin)
}

func (s *shell) printAnswer(report sendReport) error {
	if !s.json {
		return s.say("%s", report.Answer)
	}
	body, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("the platform's answer is no JSON: %w", err)
	}
	return s.printJSON(body)
}
