package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

// run does what the arguments ask for and returns the exit code. It writes to
// nothing but the two streams, and stops when ctx ends.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	in := newInput(ctx, stdin)
	defer func() { _ = in.Close() }() // never fails
	s := &shell{in: in, out: stdout, err: stderr}
	root := newRootCommand(s)
	root.SetArgs(append([]string{}, args...)) // nil would mean os.Args
	root.SetIn(in)
	root.SetOut(stdout)
	root.SetErr(stderr)
	asked, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	return s.report(asked, err)
}

// commands are the constructors of all commands, in the groups that the help
// shows. A new command is added here and nowhere else.
func commands() []commandGroup {
	return []commandGroup{
		{"Run it:", []newCommand{
			newDevCommand, newServeCommand, newMigrateCommand, newBackupCommand, newExportCommand, newImportCommand, newBenchCommand,
		}},
		{"Drive it:", []newCommand{
			newSendCommand, newMessageCommand, newInboxCommand,
			newAppCommand, newUserCommand, newTemplateCommand, newGrantCommand,
			newCallCommand, newCallbackCommand, newLibraryCommand, newClockCommand, newOverviewCommand, newResetCommand, newAlipayCommand,
		}},
		{"Besides:", []newCommand{
			newVersionCommand, newCompletionCommand, newHelpCommand,
		}},
	}
}

type commandGroup struct {
	title        string
	constructors []newCommand
}

type newCommand func(*shell) *cobra.Command

func newRootCommand(s *shell) *cobra.Command {
	root := newGroup("muban", "Template messages (模板消息), as WeChat, Baidu and Alipay have them")
	root.Long = `Muban is the server side of Chinese template messages (模板消息).

muban dev is a sandbox on this machine; the commands below it drive a running
Muban over its native API.`
	root.Example = "  muban send --app APP_ID --user USER --template TEMPLATE_ID --mint"
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true // completion.go has it
	root.SetFlagErrorFunc(flagError)
	s.addFlags(root)
	for _, group := range commands() {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title})
		for _, construct := range group.constructors {
			cmd := construct(s)
			cmd.GroupID = group.title
			if cmd.Name() == "help" {
				root.SetHelpCommand(cmd)
				root.SetHelpCommandGroupID(group.title)
			}
			root.AddCommand(cmd)
		}
	}
	root.AddCommand(newExitCodesTopic())
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	complete(root, s.offers())
	s.noteBeginning(root)
	return root
}
