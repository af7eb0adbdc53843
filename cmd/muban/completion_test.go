package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestFilesAreOffered where a flag's usage speaks of a file or a folder, and
// nowhere else.
func TestFilesAreOffered(t *testing.T) {
	t.Parallel()
	speaks := regexp.MustCompile(`\b(file|folder)\b`)
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		cmd.SetContext(t.Context())
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.NoOptDefVal != "" || f.Hidden || cmd.Hidden {
				return
			}
			directive := cobra.ShellCompDirectiveNoFileComp // as the root has it for those without an offer
			if offer, has := cmd.GetFlagCompletionFunc(f.Name); has {
				_, directive = offer(cmd, nil, "")
			}
			files := directive == cobra.ShellCompDirectiveDefault || directive == cobra.ShellCompDirectiveFilterDirs
			if files != speaks.MatchString(f.Usage) {
				t.Errorf("%s --%s (%s) offers files: %v", cmd.CommandPath(), f.Name, f.Usage, files)
			}
		})
		for _, below := range cmd.Commands() {
			check(below)
		}
	}
	check(newRootCommand(&shell{server: "127.0.0.1:1"}))
}

// TestNothingIsOffered by a server that does not answer.
func TestNothingIsOffered(t *testing.T) {
	t.Parallel()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(silent.Close)
	for _, server := range []string{silent.URL, "127.0.0.1:1", "no address"} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), []string{"__complete", "app", "show", "--server", server, ""}, strings.NewReader(""), &stdout, &stderr)
		if code != exitOK || stdout.String() != ":4\n" {
			t.Errorf("%s: %d, %s", server, code, stdout.String())
		}
	}
}
