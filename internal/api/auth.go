package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// RequireToken lets only requests with the admin token pass, and everybody
// read the document. It refuses by default, whatever the path, because
// ServeMux takes /api/%761/apps for /api/v1/apps.
func RequireToken(next http.Handler, token string) http.Handler {
	wanted := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Comparing hashes takes the same time whatever was sent, also where
		// its length differs.
		sent := sha256.Sum256([]byte(bearer(r)))
		if r.URL.Path == DocumentPath || subtle.ConstantTimeCompare(sent[:], wanted[:]) == 1 {
			next.ServeHTTP(w, r)
			return
		}
		detail := "the request has no admin token; send it as Authorization: Bearer TOKEN"
		if r.Header.Get("Authorization") != "" {
			detail = "the Authorization header does not carry this server's admin token; it must be Bearer TOKEN"
		}
		p := newProblem(http.StatusUnauthorized, CodeUnauthorized, detail)
		p.header.Set("WWW-Authenticate", "Bearer")
		answerProblem(w, r, p)
	})
}

// bearer is the token of the Authorization header; empty where there is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
