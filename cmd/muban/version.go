package main

import (
	"encoding/json"
	"runtime"

	"github.com/spf13/cobra"
)

func newVersionCommand(s *shell) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which Muban this is", Args: takes(),
		Example: "  muban version",
		RunE: func(*cobra.Command, []string) error {
			if s.json {
				body, err := json.Marshal(map[string]string{
					"version": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
				})
				if err != nil {
					return err
				}
				return s.printJSON(body)
			}
			return s.say("muban %s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}
