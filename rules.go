package muban

import "time"

// Rules are the facts in which the platforms differ, as data. What cannot be
// data (the order of checks, whose code a spent grant gets) is in
// internal/messaging.
type Rules struct {
	// Grants says which kinds of grant exist and what each is worth. Empty on
	// a platform that needs none (WeChat Official Account: following is enough).
	Grants map[GrantKind]GrantRule

	// MinKeywords and MaxKeywords bound a template's keywords; both 0 where
	// templates are not made of numbered keywords.
	MinKeywords, MaxKeywords int

	// LineEnd follows each line of a template's content and example;
	// LineJoin stands between two. ExampleSeparator stands between a
	// keyword's name and its example (protocol.md §0 row 7).
	LineEnd, LineJoin, ExampleSeparator string

	// MaxPage is the largest count a list call may ask for.
	MaxPage int64

	// DailyLimit and TemplateLimit are what a new app gets; nil is none.
	DailyLimit, TemplateLimit *int64

	// FinishEvent is what an app's server is told when a message reached its
	// end; empty on a platform that tells nothing.
	FinishEvent EventKind

	// TokenLife is how long an access token lives.
	TokenLife time.Duration

	// TokenOverlap is how long the old token lives on once a new one was
	// issued; 0 where tokens live side by side.
	TokenOverlap time.Duration

	// RepeatWithin is for how long a send with the same client_msg_id to the
	// same user is a repetition of the first; 0 where there is no such id.
	RepeatWithin time.Duration
}

// GrantRule is what one kind of grant is worth.
type GrantRule struct {
	Uses int           // how many messages it pays for
	Life time.Duration // counted from issue, to the millisecond
}

// Week is the life of every grant: seed 001, 下发条件说明 ("7 天内").
const Week = 7 * 24 * time.Hour

// RulesOf returns the rules of a platform; the zero Rules for an unknown one.
// The result is the caller's own copy.
func RulesOf(p Platform) Rules {
	formOnce := GrantRule{Uses: 1, Life: Week}
	thrice := GrantRule{Uses: 3, Life: Week}
	switch p {
	case WeChatMini:
		return Rules{
			Grants:      map[GrantKind]GrantRule{GrantForm: formOnce, GrantPayment: thrice},
			MinKeywords: 1, MaxKeywords: 10, // seed 003, addTemplate
			LineEnd: "\n", ExampleSeparator: ":",
			MaxPage:       20,
			DailyLimit:    new(int64(1_000_000)), // seed 002, 45009
			TemplateLimit: new(int64(25)),        // assumed: protocol.md §2.2
			TokenLife:     2 * time.Hour, TokenOverlap: 5 * time.Minute,
		}
	case WeChatOA:
		return Rules{
			MaxPage:       20,
			DailyLimit:    new(int64(100_000)), // protocol.md §3.3
			TemplateLimit: new(int64(25)),      // protocol.md §3.3
			FinishEvent:   EventSendFinished,   // seed 004, 事件推送
			TokenLife:     2 * time.Hour, TokenOverlap: 5 * time.Minute,
			RepeatWithin: 10 * time.Minute, // protocol.md §3.2, client_msg_id
		}
	case Baidu:
		return Rules{
			Grants:      map[GrantKind]GrantRule{GrantForm: formOnce, GrantPayment: thrice, GrantOrder: thrice},
			MinKeywords: 2, MaxKeywords: 6, // seed 001, addTemplate
			LineJoin: "\n", ExampleSeparator: ": ",
			MaxPage:   20,
			TokenLife: 30 * 24 * time.Hour,
		}
	case Alipay:
		return Rules{
			Grants:      map[GrantKind]GrantRule{GrantForm: formOnce, GrantPayment: thrice},
			MinKeywords: 1, MaxKeywords: 10,
			LineEnd: "\n", ExampleSeparator: ":",
			MaxPage: 20,
		}
	}
	return Rules{}
}
