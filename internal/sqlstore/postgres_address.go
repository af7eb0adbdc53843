package sqlstore

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// addressParameter is what of an address can make it unreadable.
type addressParameter struct {
	names []string // that are judged together
	want  string
}

const (
	wantWhole    = "it must be a whole number"
	wantDuration = "it must be a duration like 30s or 1h"
)

// addressParameters stand in the order in which one decides whether the next
// is looked at: without TLS no certificate is read.
var addressParameters = []addressParameter{
	{[]string{"service", "servicefile"}, "the service must be in the service file, which is servicefile or .pg_service.conf at home"},
	{[]string{"sslmode"}, "it must be disable, allow, prefer, require, verify-ca or verify-full"},
	{[]string{"sslcertmode"}, "it must be disable, allow or require"},
	{[]string{"sslrootcert"}, "it must be system, or a file of certificates in PEM that can be read"},
	{[]string{"sslcert", "sslkey", "sslpassword"}, "sslcert and sslkey must both be files in PEM that can be read, a certificate and its key, and sslpassword the key's password if it has one"},
	{[]string{"connect_timeout"}, "it must be a whole number of seconds"},
	{[]string{"target_session_attrs"}, "it must be any, read-write, read-only, primary, standby or prefer-standby"},
	{[]string{"min_protocol_version", "max_protocol_version"}, "it must be 3.0, 3.2 or latest, the minimum not above the maximum"},
	{[]string{"channel_binding"}, "it must be disable, prefer or require"},
	{[]string{"require_auth"}, "it must be methods like scram-sha-256, with commas between them, each once and all or none with a !"},
	{[]string{"pool_max_conns"}, "it must be a whole number from 1"},
	{[]string{"pool_min_conns"}, wantWhole},
	{[]string{"pool_min_idle_conns"}, wantWhole},
	{[]string{"pool_max_conn_lifetime"}, wantDuration},
	{[]string{"pool_max_conn_lifetime_jitter"}, wantDuration},
	{[]string{"pool_max_conn_idle_time"}, wantDuration},
	{[]string{"pool_health_check_period"}, wantDuration},
	{[]string{"pool_ping_timeout"}, wantDuration},
	{[]string{"statement_cache_capacity"}, wantWhole},
	{[]string{"description_cache_capacity"}, wantWhole},
	{[]string{"default_query_exec_mode"}, "it must be cache_statement, cache_describe, describe_exec, exec or simple_protocol"},
}

// CheckAddress says what of a PostgreSQL address cannot be read, and repeats
// neither the address nor a password.
func CheckAddress(address string) error {
	_, err := parseAddress(address)
	return err
}

// parseAddress reads an address. What pgx says of one that it cannot read may
// hold the password; so the parameters at fault are found by leaving all out
// and adding one after the other.
func parseAddress(address string) (*pgxpool.Config, error) {
	conf, err := pgxpool.ParseConfig(address)
	if err == nil {
		return conf, nil
	}
	sound, doubtful := splitAddress(address)
	var problems []error
	if readable(sound) {
		for _, p := range addressParameters {
			more := p.of(doubtful)
			if longer := sound + strings.Join(more, ""); readable(longer) {
				sound = longer
			} else {
				problems = append(problems, p.problem(more))
			}
		}
	} else if !readable("postgres://127.0.0.1/") {
		return nil, errors.New("database: the environment has a setting of PostgreSQL's clients that cannot be used: look at PGSSLROOTCERT, PGSERVICE, PGCONNECT_TIMEOUT and the other PG… variables, and at the files of .postgresql at home")
	}
	if len(problems) == 0 {
		return nil, errors.New("database: the address cannot be read; it looks like postgres://USER:PASSWORD@HOST:5432/NAME?sslmode=verify-full")
	}
	return nil, errors.Join(problems...)
}

func readable(address string) bool {
	_, err := pgxpool.ParseConfig(address)
	return err == nil
}

// splitAddress takes the parameters of the table, each as &NAME=VALUE, out of
// an address. Where a password that was not escaped, or another separator,
// could make one of them hold what is none of it, it takes none.
func splitAddress(address string) (sound string, doubtful []string) {
	before, query, _ := strings.Cut(address, "?")
	if !strings.HasPrefix(before, "postgres://") && !strings.HasPrefix(before, "postgresql://") || strings.Contains(query, "@") {
		return address, nil
	}
	// A parameter that changes nothing, so that all others begin with &.
	sound = before + "?application_name="
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		known := slices.ContainsFunc(addressParameters, func(p addressParameter) bool { return slices.Contains(p.names, name) })
		if known && !strings.Contains(value, "=") {
			doubtful = append(doubtful, "&"+pair)
		} else if pair != "" {
			sound += "&" + pair
		}
	}
	return sound, doubtful
}

// of are the pairs that are the parameter's.
func (p addressParameter) of(pairs []string) (own []string) {
	for _, pair := range pairs {
		if name, _, _ := strings.Cut(pair[1:], "="); slices.Contains(p.names, name) {
			own = append(own, pair)
		}
	}
	return own
}

// problem says what the pairs are and what they must be.
func (p addressParameter) problem(pairs []string) error {
	var are []string
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair[1:], "=")
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		if name == "sslpassword" {
			are = append(are, "sslpassword is given")
		} else {
			are = append(are, fmt.Sprintf("%s is %q", name, value))
		}
	}
	return fmt.Errorf("database: in the address %s; %s", strings.Join(are, " and "), p.want)
}
