package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/messaging"
)

func (a *api) keywordRequestRoutes() {
	handle(a, "POST /api/v1/library/{platform}/keyword-requests", doc{
		id: "requestKeyword", tag: "library", summary: "Apply for a keyword", status: http.StatusCreated, answer: "The application, pending.",
		text: "For a word that a title does not have. It can be used in templates once the application is approved. A keyword that the title has is a conflict; wechat-oa has no keywords.",
	}, a.requestKeyword)
	handle(a, "GET /api/v1/library/{platform}/keyword-requests", doc{
		id: "listKeywordRequests", tag: "library", summary: "List applications for keywords", answer: "A part of the list.",
		text: "Newest first, decided ones too: the history.",
	}, a.listKeywordRequests)
	handle(a, "POST /api/v1/library/{platform}/keyword-requests/{id}/approve", doc{
		id: "approveKeywordRequest", tag: "library", summary: "Approve an application", status: http.StatusOK, answer: "The application, approved.",
		text: "The title has the keyword from now on, under the next number from 9001. One that was decided before is a conflict.",
	}, a.approveKeywordRequest)
	handle(a, "POST /api/v1/library/{platform}/keyword-requests/{id}/reject", doc{
		id: "rejectKeywordRequest", tag: "library", summary: "Reject an application", status: http.StatusOK, answer: "The application, rejected.",
		text: "With the reason. One that was decided before is a conflict.",
	}, a.rejectKeywordRequest)
}

// KeywordRequestPath is the path of an application.
type KeywordRequestPath struct {
	LibraryPath
	ID string `path:"id" doc:"The application's id." example:"1234567891"`
}

// seq reads the id in a path; what cannot be one is not found.
func (p *KeywordRequestPath) seq() (int64, error) {
	id, ok := muban.ParseMessageID(p.ID)
	if !ok {
		return 0, muban.Refuse(muban.RuleNotFound, "object", "keyword request", "id", shorten(p.ID))
	}
	return int64(id), nil
}

// NewKeywordRequest is an application for a keyword.
type NewKeywordRequest struct {
	AppID   string `json:"app_id" doc:"Who applies." example:"wx3f7a9c0d5e8b2146"`
	TitleID string `json:"title_id" doc:"Of which title." example:"AT0002"`
	Name    string `json:"name" doc:"The word." example:"取货码"`
	Example string `json:"example,omitempty" doc:"A value it may have." example:"A12"`
}

// KeywordRejection says why an application is rejected.
type KeywordRejection struct {
	Reason string `json:"reason" doc:"Why, in one line." example:"与关键词“提货码”重复"`
}

// KeywordRequestFilter selects applications.
type KeywordRequestFilter struct {
	LibraryPath
	AppID string             `query:"app_id" doc:"Only this app's."`
	State muban.RequestState `query:"state" enum:"pending,approved,rejected" doc:"Only those in this state."`
	Paging
}

// KeywordRequest is an application for a keyword, with what became of it.
type KeywordRequest struct {
	ID        string             `json:"id" doc:"Its id." example:"1234567891"`
	Platform  muban.Platform     `json:"platform" enum:"wechat-mini,wechat-oa,baidu,alipay" doc:"Whose library."`
	AppID     string             `json:"app_id" doc:"Who applied." example:"wx3f7a9c0d5e8b2146"`
	TitleID   string             `json:"title_id" doc:"Of which title." example:"AT0002"`
	Name      string             `json:"name" doc:"The word." example:"取货码"`
	Example   string             `json:"example,omitempty" doc:"A value it may have." example:"A12"`
	State     muban.RequestState `json:"state" enum:"pending,approved,rejected" doc:"Where it is."`
	Reason    string             `json:"reason,omitempty" doc:"Why it was rejected."`
	KeywordID int                `json:"keyword_id,omitempty" doc:"The keyword's number; absent unless approved." example:"9001"`
	CreatedAt Timestamp          `json:"created_at" doc:"When it was made."`
	DecidedAt Timestamp          `json:"decided_at,omitzero" doc:"When it was decided; absent while pending."`
}

func showKeywordRequest(r muban.KeywordRequest) KeywordRequest {
	return KeywordRequest{
		ID: strconv.FormatInt(r.Seq, 10), Platform: r.Platform, AppID: r.AppID, TitleID: r.TitleID, Name: r.Name, Example: r.Example,
		State: r.State, Reason: r.Reason, KeywordID: r.KeywordID, CreatedAt: Timestamp{r.CreatedAt}, DecidedAt: Timestamp{r.DecidedAt},
	}
}

func (a *api) requestKeyword(ctx context.Context, in *struct {
	LibraryPath
	Body NewKeywordRequest
},
) (*Answer[KeywordRequest], error) {
	made, err := a.service.RequestKeyword(ctx, messaging.NewKeywordRequest{
		Platform: in.Platform, AppID: in.Body.AppID, TitleID: in.Body.TitleID, Name: in.Body.Name, Example: in.Body.Example,
	})
	return &Answer[KeywordRequest]{showKeywordRequest(made)}, err
}

func (a *api) listKeywordRequests(ctx context.Context, in *KeywordRequestFilter) (*Answer[List[KeywordRequest]], error) {
	found, err := a.service.KeywordRequests(ctx, muban.KeywordRequestFilter{Platform: in.Platform, AppID: in.AppID, State: in.State}, in.page())
	return &Answer[List[KeywordRequest]]{listOf(found, showKeywordRequest)}, err
}

func (a *api) approveKeywordRequest(ctx context.Context, in *KeywordRequestPath) (*Answer[KeywordRequest], error) {
	seq, err := in.seq()
	if err != nil {
		return nil, err
	}
	approved, err := a.service.ApproveKeyword(ctx, in.Platform, seq)
	return &Answer[KeywordRequest]{showKeywordRequest(approved)}, err
}

func (a *api) rejectKeywordRequest(ctx context.Context, in *struct {
	KeywordRequestPath
	Body KeywordRejection
},
) (*Answer[KeywordRequest], error) {
	seq, err := in.seq()
	if err != nil {
		return nil, err
	}
	rejected, err := a.service.RejectKeyword(ctx, in.Platform, seq, in.Body.Reason)
	return &Answer[KeywordRequest]{showKeywordRequest(rejected)}, err
}
