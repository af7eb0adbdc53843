package client

import (
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/muban-dev/muban"
)

// platform is one platform's adapter: how calls are written and answers are
// read there. It decides nothing about tokens and repeats. What only some
// platforms have are the interfaces below; a client refuses what its adapter
// does not implement.
type platform interface {
	// request is what is sent for a call: signed, or with the access token.
	request(c *call, token string, now time.Time) *request
	// verdict reads an answer to a call: nil where it was accepted, the
	// refusal, or an error where the platform gives no such answer.
	verdict(c *call, a *answer) (*refusal, error)
	// send is the call of a message, or the argument that is wrong. Its read
	// fills in sent.
	send(req SendRequest, sent *Sent) (*call, *Error)
}

// tokenIssuer is a platform whose calls need an access token.
type tokenIssuer interface {
	// tokenCall asks for an access token; force asks for another one than the
	// platform still thinks good. It is not sent with a token itself.
	tokenCall(force bool, issued *issuedToken) *call
}

// issuedToken is what a platform answered to a tokenCall.
type issuedToken struct {
	text      string
	expiresIn int64 // seconds
}

// library is a platform with a public template library.
type library interface {
	titles(r muban.Range, page *TitlePage) *call
	title(id string, title *Title) *call
}

// templateKeeper is a platform with calls for an app's own templates.
type templateKeeper interface {
	addTemplate(req AddTemplateRequest, id *string) (*call, *Error)
	// templates asks for a part of the list; paged is false where the platform
	// answers the whole list at once.
	templates(r muban.Range, list *[]Template) (c *call, paged bool)
	deleteTemplate(id string) *call
}

// certified is a platform whose answers may be signed under a certificate that
// has to be fetched before they can be read.
type certified interface {
	// missing is the call that fetches what a verdict failed for, and whose read
	// takes it over; nil where nothing is missing.
	missing(verdict error, now time.Time) *call
}

// industryKeeper is a platform whose apps belong to industries.
type industryKeeper interface {
	industries(found *Industries) *call
	setIndustries(primary, secondary int) *call
}

// call is one operation on its way to a platform. It may be sent more than
// once.
type call struct {
	op   Op
	path string
	// method is POST where it is empty.
	method      string
	query       url.Values
	contentType string
	body        []byte
	// tokenless calls are sent without an access token.
	tokenless bool
	// bare calls are answered without an errcode where they are accepted.
	bare   bool
	repeat repetition
	// read takes the results out of an accepted answer; nil where there are
	// none. Its error means that this is no answer of the platform.
	read func(body []byte) error
	// presumed notes that the refusal of a repeat proved an earlier request.
	presumed func()
	// clientMsgID is that of a send to an official account.
	clientMsgID string
}

// request is one HTTP request.
type request struct {
	method, path string
	query        url.Values
	contentType  string
	body         []byte
}

// withToken is the request of a call whose access token stands in the query.
func (c *call) withToken(token string) *request {
	r := &request{c.method, c.path, c.query, c.contentType, c.body}
	if r.method == "" {
		r.method = http.MethodPost
	}
	if !c.tokenless {
		r.query = url.Values{"access_token": {token}}
		maps.Copy(r.query, c.query)
	}
	return r
}

// answer is what came back.
type answer struct {
	status int
	body   []byte
}

// refusal is a platform's answer that it did not do what was asked.
type refusal struct {
	code, text, meaning, requestID string
	// kinds are what the code stands for, each a muban.Kind; none where nobody
	// knows.
	kinds []string
	// retry is what to do, where that is special to the code; nil where its kind
	// says it.
	retry *Retry
}

func (r *refusal) kind() muban.Kind {
	if len(r.kinds) == 0 {
		return KindUnlisted
	}
	return muban.Kind(r.kinds[0])
}
