package sqlstore_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/muban-dev/muban/internal/sqlstore"
)

// TestAddressThatCannotBeRead: the parameters at fault are named, each with
// what it must be, and no password.
func TestAddressThatCannotBeRead(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "ca.pem")
	const looksLike = "the address cannot be read; it looks like postgres://"
	for _, test := range []struct {
		name, address string
		want          []string
	}{
		{"a certificate that is not there", "postgres://muban:s3cret@db/x?sslmode=verify-full&sslrootcert=" + missing, []string{`sslrootcert is "` + missing + `"; it must be system, or a file`}},
		{"an escaped name of a file", "postgres://muban:s3cret@db/x?sslrootcert=%2Fnot%20there", []string{`sslrootcert is "/not there"`}},
		{"a key without its certificate", "postgres://muban:s3cret@db/x?sslkey=/not/there&sslpassword=s3cret", []string{`sslkey is "/not/there" and sslpassword is given; sslcert and sslkey must both be`}},
		{"a certificate that is not read", "postgres://muban:s3cret@db/x?sslcert=/not/there&sslmode=disable&pool_max_conns=0", []string{`pool_max_conns is "0"; it must be a whole number from 1`}},
		{"several", "postgresql://muban:s3cret@db1,db2:5433/x?connect_timeout=x&pool_min_conns=1&sslmode=full", []string{
			`sslmode is "full"; it must be disable, allow`, `connect_timeout is "x"; it must be a whole number of seconds`,
		}},
		{"without a value", "postgres://db?password=s3cret&service=", []string{`service is ""; the service must be in the service file`}},
		{"each for itself, not together", "postgres://muban:s3cret@db/x?max_protocol_version=3.0&min_protocol_version=3.2", []string{
			`max_protocol_version is "3.0" and min_protocol_version is "3.2"; it must be 3.0, 3.2 or latest, the minimum`,
		}},
		{"another port", "postgres://muban:s3cret@db:x/x?pool_max_conns=0", []string{looksLike}},
		{"not a URL", "host=db password=s3cret?sslmode=s3cret sslmode=x", []string{looksLike}},
		{"a password that is not escaped", "postgres://muban:1?sslmode=s3cret@db/x?pool_max_conns=0", []string{looksLike}},
		{"a slash in it, too", "postgres://muban:1/2?sslmode=s3cret@db/x", []string{looksLike}},
		{"another separator", "postgres://db/x?sslmode=no;password=s3cret", []string{looksLike}},
		{"a password that cannot be read", "postgres://db/x?sslmode=require&password=s3cret%z", []string{looksLike}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := sqlstore.Open(t.Context(), sqlstore.Options{Database: test.address})
			if err == nil || strings.Contains(err.Error(), "s3cret") {
				t.Fatalf("%v; want an error, without the password", err)
			}
			if said := strings.Split(err.Error(), "\n"); len(said) != len(test.want) {
				t.Errorf("%q; want %d problems", said, len(test.want))
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v; want %q in it", err, want)
				}
			}
		})
	}
}

// TestEnvironmentThatCannotBeRead: the address is not blamed for it.
func TestEnvironmentThatCannotBeRead(t *testing.T) {
	t.Setenv("PGCONNECT_TIMEOUT", "s3cret")
	_, err := sqlstore.Open(t.Context(), sqlstore.Options{Database: "postgres://muban@db/x"})
	if err == nil || !strings.Contains(err.Error(), "PGCONNECT_TIMEOUT") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v; want the environment named", err)
	}
}
