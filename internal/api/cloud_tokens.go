package api

import (
	"context"
	"net/http"

	"github.com/muban-dev/muban"
)

func (a *api) cloudTokenRoutes() {
	handle(a, "POST /api/v1/apps/{app_id}/cloud-tokens", doc{
		id: "issueCloudToken", tag: "apps", summary: "Issue a cloudbase_access_token", status: http.StatusCreated, answer: "The token.",
		text: "What WeChat's cloud hosting gives to its containers: good for 30 minutes as `cloudbase_access_token` in the query of a WeChat call. Earlier ones stay good. 404 where the server has no cloud hosting (`--cloud-app`).",
	}, a.issueCloudToken)
}

// CloudToken is a cloudbase_access_token.
type CloudToken struct {
	Token     string    `json:"cloudbase_access_token" doc:"What to send."`
	ExpiresAt Timestamp `json:"expires_at" doc:"When it ends."`
}

func (a *api) issueCloudToken(ctx context.Context, in *AppPath) (*Answer[CloudToken], error) {
	if a.options.Hosting == nil {
		return nil, muban.Refuse(muban.RuleNotFound, "object", "cloud hosting", "id", "on this server; start it with --cloud-app APP_ID")
	}
	issued, err := a.options.Hosting.IssueToken(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	return &Answer[CloudToken]{CloudToken{issued.Text, Timestamp{issued.ExpiresAt}}}, nil
}
