package client

import (
	"net/url"
	"strconv"
	"strings"
)

// Others may say what they were sent: Alipay's gateway quotes what a wrong
// signature should have signed, net/http an answer that is none of HTTP's.

// shortestSecret is how long a secret is at least that is looked for; shorter
// ones stand in every other word.
const shortestSecret = 6

// hide takes the secrets that the run's request was made with out of a text.
func (r *run) hide(text string) string {
	for _, secret := range []string{r.token.Text, r.config.Secret, r.config.Alipay.AppAuthToken} {
		if len(secret) < shortestSecret {
			continue
		}
		for _, written := range []string{secret, url.QueryEscape(secret), strings.Trim(strconv.Quote(secret), `"`)} {
			text = strings.ReplaceAll(text, written, "***")
		}
	}
	return text
}

// hideIn is an error without those secrets. What lies behind it stays there,
// as far as it has none itself.
func (r *run) hideIn(err error) error {
	if err == nil {
		return nil
	}
	_, hidden := r.hidden(err)
	return hidden
}

// hidden is err itself where there is nothing to hide in its whole tree.
func (r *run) hidden(err error) (clean bool, hidden error) {
	text := r.hide(err.Error())
	clean = text == err.Error()
	var behind []error
	for _, cause := range causesOf(err) {
		same, hidden := r.hidden(cause)
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
