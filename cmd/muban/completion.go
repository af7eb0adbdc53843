package main

import (
	"io"

	"github.com/spf13/cobra"
)

func newCompletionCommand(s *shell) *cobra.Command {
	cmd := newGroup("completion", "Print a script that completes commands in your shell")
	for _, shell := range []struct {
		name, load string
		write      func(root *cobra.Command, out io.Writer) error
	}{
		{"bash", "source <(muban completion bash)", func(root *cobra.Command, out io.Writer) error { return root.GenBashCompletionV2(out, true) }},
		{"zsh", "muban completion zsh > \"${fpath[1]}/_muban\"", (*cobra.Command).GenZshCompletion},
		{"fish", "muban completion fish > ~/.config/fish/completions/muban.fish", func(root *cobra.Command, out io.Writer) error { return root.GenFishCompletion(out, true) }},
		{"powershell", "muban completion powershell | Out-String | Invoke-Expression", (*cobra.Command).GenPowerShellCompletionWithDesc},
	} {
		cmd.AddCommand(&cobra.Command{
			Use: shell.name, Short: "Print the script for " + shell.name, Args: takes(),
			Example: "  " + shell.load,
			RunE:    func(cmd *cobra.Command, _ []string) error { return shell.write(cmd.Root(), s.out) },
		})
	}
	return cmd
}
