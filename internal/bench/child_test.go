package bench

import (
	"io"
	"strings"
	"testing"
)

// TestServerThatDoesNotStart is named without its flags: one is the database's
// address, with the password.
func TestServerThatDoesNotStart(t *testing.T) {
	t.Parallel()
	_, err := startChild(t.Context(), "false", []string{"serve", "--listen", "127.0.0.1:0", "--database", "postgres://muban:s3cret@db/x"}, nil, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "false serve did not start") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v; want the command without the password", err)
	}
}
