package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/muban-dev/muban"
)

// contractCodes are the codes of the native API with their statuses, and the
// one for what fails inside.
var contractCodes = map[Code][]int{
	CodeInvalidRequest:    {http.StatusUnprocessableEntity, http.StatusMethodNotAllowed},
	CodeNotFound:          {http.StatusNotFound},
	CodeConflict:          {http.StatusConflict},
	CodeClockBackwards:    {http.StatusConflict},
	CodeNotOnThisPlatform: {http.StatusUnprocessableEntity},
	CodeUnauthorized:      {http.StatusUnauthorized},
	CodeForbidden:         {http.StatusForbidden},
	CodeTooLarge:          {http.StatusRequestEntityTooLarge},
	CodeBusy:              {http.StatusServiceUnavailable},
	CodeInternal:          {http.StatusInternalServerError},
}

func TestEveryKindOfRefusalHasAnAnswer(t *testing.T) {
	t.Parallel()
	kinds := map[muban.Kind]bool{muban.KindUnauthorized: true, muban.KindForbidden: true}
	for _, rule := range muban.RuleNames() {
		kinds[rule.Kind()] = true
		p := problemOf(t.Context(), fmt.Errorf("wrapped: %w", muban.Refuse(rule)), "body")
		if p.Status == http.StatusInternalServerError {
			t.Errorf("%s is answered as an internal error", rule)
		}
	}
	for kind := range kinds {
		if _, has := answers[kind]; !has {
			t.Errorf("kind %s has no answer", kind)
		}
	}
	for kind, answer := range answers {
		if !kinds[kind] {
			t.Errorf("kind %s, which has an answer, does not exist", kind)
		}
		fits := false
		for _, status := range contractCodes[answer.code] {
			fits = fits || status == answer.status
		}
		if !fits {
			t.Errorf("kind %s: status %d does not belong to code %s", kind, answer.status, answer.code)
		}
	}
}

func TestProblemOfOtherErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("no such table: apps")
	if p := problemOf(t.Context(), cause, "body"); p.Status != 500 || !errors.Is(p, cause) || p.Detail == cause.Error() {
		t.Errorf("an internal error becomes %+v", p)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if p := problemOf(gone, fmt.Errorf("query: %w", context.Canceled), "body"); p.Code != CodeBusy || p.cause != nil {
		t.Errorf("a client that is gone becomes %+v", p)
	}
	if p := problemOf(t.Context(), context.Canceled, "body"); p.Code != CodeInternal {
		t.Errorf("a cancellation of our own becomes %+v", p)
	}
	own := badRequest("body", "says nothing")
	if p := problemOf(t.Context(), fmt.Errorf("edit: %w", own), "body"); p != own {
		t.Errorf("a problem becomes %+v", p)
	}
}
