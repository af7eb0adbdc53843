package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/apiclient"
	"github.com/muban-dev/muban/internal/httpx"
)

// endpoint is a platform's own calls, as an app's client makes them. Its
// errors are a [refusedError] where the platform refused.
type endpoint interface {
	token(ctx context.Context, appID, secret string) (string, error)
	send(ctx context.Context, token string, m outgoing) (accepted, error)
}

// accepted is a send that the platform accepted.
type accepted struct {
	answer json.RawMessage
	// messageID is empty where the platform's send answers none.
	messageID string
}

// endpointOf is the endpoint of the app's platform. privateKey is what an
// Alipay app signs with.
func endpointOf(app apiclient.App, server, privateKey string) (endpoint, error) {
	client := platformClient{server: server, http: apiclient.NewHTTPClient()}
	switch app.Platform {
	case muban.WeChatMini:
		return weChatMini{weChat{client, app.Platform}}, nil
	case muban.WeChatOA:
		return weChatOfficial{weChat{client, app.Platform}}, nil
	case muban.Baidu:
		return baiduSmart{client}, nil
	case muban.Alipay:
		return newAlipayMini(client, app, privateKey)
	default:
		return nil, &failure{exitFailed, fmt.Sprintf("muban send cannot speak to %s yet: its calls come with a later version", app.Platform), nil}
	}
}

// platformClient posts to a platform's endpoint.
type platformClient struct {
	server string
	http   *http.Client
}

const (
	platformWithin  = 30 * time.Second
	platformAnswer  = 1 << 20 // the most that is read
	typeJSON        = "application/json"
	typeForm        = "application/x-www-form-urlencoded"
	accessTokenName = "access_token"
)

// platformReply is what a platform answered, refused or not.
type platformReply struct {
	body json.RawMessage
	doc  *httpx.RefusalDoc // in muban dev, where it refused
	call string            // the call's id, where the server's inspector keeps it
	// strange is set where the HTTP status is none that a platform accepts
	// with, so that only a refusal can be believed.
	strange error
}

func (c platformClient) postForm(ctx context.Context, path string, query, form url.Values) (platformReply, error) {
	return c.post(ctx, path, query, typeForm, form.Encode())
}

func (c platformClient) postJSON(ctx context.Context, path string, query url.Values, body any) (platformReply, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return platformReply{}, err
	}
	return c.post(ctx, path, query, typeJSON, string(encoded))
}

func (c platformClient) post(ctx context.Context, path string, query url.Values, contentType, body string) (platformReply, error) {
	limited, cancel := context.WithTimeout(ctx, platformWithin)
	defer cancel()
	address := c.server + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(limited, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return platformReply{}, err
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := c.http.Do(req)
	if err != nil {
		return platformReply{}, apiclient.Unreachable(ctx, c.server, err)
	}
	defer func() { _ = resp.Body.Close() }() // nothing is left to be read
	answer, err := io.ReadAll(io.LimitReader(resp.Body, platformAnswer))
	if err != nil {
		return platformReply{}, apiclient.Unreachable(ctx, c.server, err)
	}
	reply := platformReply{body: answer, doc: refusalDoc(resp.Header), call: resp.Header.Get(httpx.CallHeader)}
	if resp.StatusCode != http.StatusOK || !json.Valid(answer) {
		reply.strange = &apiclient.StrangeAnswerError{
			URL: c.server + path, Status: resp.Status, ContentType: resp.Header.Get("Content-Type"),
		}
	}
	if !json.Valid(answer) {
		return platformReply{}, reply.strange
	}
	return reply, nil
}

// refusalDoc reads the header that explains a refusal; nil where there is
// none.
func refusalDoc(header http.Header) *httpx.RefusalDoc {
	text := header.Get(httpx.RefusalHeader)
	if text == "" {
		return nil
	}
	doc := &httpx.RefusalDoc{}
	if json.Unmarshal([]byte(text), doc) != nil {
		return nil
	}
	return doc
}
