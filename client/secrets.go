package client

import (
	"net/url"
	"strconv"
	"strings"
)

// Others may say what they were sent: Alipay's gateway quotes what a wrong
// signature should have signed, net/http an answer that is none of HTTP's, a
// database the row that it does not take.

// shortestSecret is how long a secret is at least that is looked for; shorter
// ones stand in every other word.
const shortestSecret = 6

// secrets are texts that nobody else is to read.
type secrets []string

// secrets are those that the run's request was made with.
func (r *run) secrets() secrets {
	return secrets{r.token.Text, r.config.Secret, r.config.Alipay.AppAuthToken}
}

// hide takes the secrets out of a text.
func (s secrets) hide(text string) string {
	for _, secret := range s {
		if len(secret) < shortestSecret {
			continue
		}
		for _, written := range []string{secret, url.QueryEscape(secret), strings.Trim(strconv.Quote(secret), `"`)} {
			text = strings.ReplaceAll(text, written, "***")
		}
	}
	return text
}

// hideIn is an error without the secrets. What lies behind it stays there, as
// far as it has none itself.
func (s secrets) hideIn(err error) error {
	if err == nil {
		return nil
	}
	_, hidden := s.hidden(err)
	return hidden
}

// hidden is err itself where there is nothing to hide in its whole tree.
func (s secrets) hidden(err error) (clean bool, hidden error) {
	text := s.hide(err.Error())
	clean = text == err.Error()
	var behind []error
	for _, cause := range causesOf(err) {
		same, hidden := s.hidden(cause)
		behind = append(behind, hidden)
		clean = clean && same
	}
	if clean {
		return true, err
	}
	return false, &hiddenError{text, behind}
}

// causesOf are what an error wraps.
func causesOf(err error) []error {
	switch wrapper := err.(type) { //nolint:errorlint // the causes of err itself
	case interface{ Unwrap() error }:
		if cause := wrapper.Unwrap(); cause != nil {
			return []error{cause}
		}
	case interface{ Unwrap() []error }:
		return wrapper.Unwrap()
	}
	return nil
}

// hiddenError is an error that had a secret in it.
type hiddenError struct {
	text   string
	behind []error
}

func (e *hiddenError) Error() string   { return e.text }
func (e *hiddenError) Unwrap() []error { return e.behind }
