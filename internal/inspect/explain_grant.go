package inspect

import (
	"context"
	"fmt"
	"slices"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

// grant tells what became of the grant that a send named, and which the user
// it was addressed to could have been sent with.
func (e *explaining) grant(ctx context.Context) error {
	if err := e.grantStory(ctx); err != nil && !isGone(err) {
		return err
	}
	return e.spendable(ctx)
}

func (e *explaining) grantStory(ctx context.Context) error {
	if e.call.GrantID == "" || e.call.AppID == "" {
		return nil
	}
	g, err := e.options.Ledger.Grant(ctx, e.call.AppID, e.call.GrantID)
	if err != nil {
		return err
	}
	e.happened(g.IssuedAt,
		fmt.Sprintf("minted for user %s: %s, %s, good until %s", g.UserID, g.Kind, times(g.Uses), stamp(g.ExpiresAt)),
		fmt.Sprintf("为用户 %s 生成：%s凭证，可用 %d 次，有效期至 %s", g.UserID, kindInChinese[g.Kind], g.Uses, stamp(g.ExpiresAt)), muban.StoryEvent{})
	for n, id := range g.SpentBy {
		message, err := e.options.Ledger.Message(ctx, id)
		if isGone(err) {
			continue
		}
		if err != nil {
			return err
		}
		e.happened(message.AcceptedAt,
			fmt.Sprintf("paid for message %s to %s (use %d of %d)", id, message.UserID, n+1, g.Uses),
			fmt.Sprintf("用于给 %s 发送消息 %s（第 %d 次，共 %d 次）", message.UserID, id, n+1, g.Uses),
			muban.StoryEvent{MessageID: id, CallID: e.callOf(id)})
	}
	if g.Expired(e.options.Now()) {
		e.happened(g.ExpiresAt, "expired", "过期", muban.StoryEvent{})
	}
	return nil
}

var kindInChinese = map[muban.GrantKind]string{muban.GrantForm: "表单", muban.GrantPayment: "支付", muban.GrantOrder: "订单"}

func times(n int) string {
	if n == 1 {
		return "1 use"
	}
	return fmt.Sprintf("%d uses", n)
}

// callOf is the id of the call that became a message, where it is kept.
func (e *explaining) callOf(id muban.MessageID) string {
	for _, one := range e.newestFirst("", 0) {
		if one.call.MessageID == id {
			return one.call.ID
		}
	}
	return ""
}

// mostLookedAt bounds the scenes among which those with a fitting digit are
// looked for.
const mostLookedAt = 200

// grants are some that the user of the call has left. On Baidu a scene goes to
// the id alone that it was issued to, and must say so by its last digit: the
// others would be refused.
func (e *explaining) grants(ctx context.Context) (muban.List[muban.Grant], error) {
	query := messaging.GrantQuery{User: e.call.User, State: muban.GrantSpendable}
	if e.call.Dialect != "baidu" {
		return e.options.Ledger.Grants(ctx, e.call.AppID, query, muban.Page{Limit: mostExamples})
	}
	query.ToThatID = true
	found, err := e.options.Ledger.Grants(ctx, e.call.AppID, query, muban.Page{Limit: mostLookedAt})
	found.Items = slices.DeleteFunc(found.Items, func(g muban.Grant) bool { return !messaging.LoginDigitFits(g) })
	if len(found.Items) > mostExamples {
		found.Next = found.Items[mostExamples-1].Seq
		found.Items = found.Items[:mostExamples]
	}
	return found, err
}

// spendable names grants that the send would have been accepted with.
func (e *explaining) spendable(ctx context.Context) error {
	if e.call.User == "" {
		return nil
	}
	found, err := e.grants(ctx)
	if err != nil {
		return err
	}
	if len(found.Items) == 0 {
		e.accepted = muban.Words{
			English: "user " + e.call.User + " has no grant that can be spent now; have the user submit a form or pay, or mint one: muban grant mint --app " + e.call.AppID + " --user " + e.call.User + " --kind form",
			Chinese: "用户 " + e.call.User + " 现在没有可用的凭证；请让用户提交表单或付款，或者直接生成：muban grant mint --app " + e.call.AppID + " --user " + e.call.User + " --kind form",
		}
		return nil
	}
	names := func(kind func(muban.GrantKind) string) string {
		return examples(found, func(g muban.Grant) string { return g.ID + " (" + kind(g.Kind) + ")" })
	}
	e.accepted = muban.Words{
		English: "a grant of user " + e.call.User + " that can be spent now: " + names(func(k muban.GrantKind) string { return string(k) }),
		Chinese: "用户 " + e.call.User + " 现在可用的凭证：" + names(func(k muban.GrantKind) string { return kindInChinese[k] }),
	}
	return nil
}
