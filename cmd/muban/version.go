package main

import (
	"encoding/json"
	"fmt"
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
			fmt.Fprintf(s.out, "muban %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
