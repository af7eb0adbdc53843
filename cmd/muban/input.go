package main

import (
	"context"
	"io"
	"sync"

	"github.com/spf13/cobra"

	"github.com/muban-dev/muban/internal/bench"
)

// input is standard input, whose reading ends with the program's context: a read
// of a terminal or a pipe waits for ever otherwise, whatever is signalled.
type input struct {
	ctx   context.Context //nolint:containedctx // a Reader is not told one
	from  io.Reader
	begin sync.Once // so that nothing is read for a command that reads nothing
	out   *io.PipeReader
	in    *io.PipeWriter
}

func newInput(ctx context.Context, from io.Reader) *input {
	i := &input{ctx: ctx, from: from}
	i.out, i.in = io.Pipe()
	return i
}

// Read implements io.Reader.
func (i *input) Read(p []byte) (int, error) {
	i.begin.Do(func() {
		go func() {
			_, err := io.Copy(i.in, i.from)
			_ = i.in.CloseWithError(err) // never fails
		}()
		context.AfterFunc(i.ctx, func() { _ = i.in.CloseWithError(i.ctx.Err()) })
	})
	return i.out.Read(p)
}

// Close ends what still reads.
func (i *input) Close() error { return i.out.Close() }

// endWithInput lets a command that the bench runs as a process of its own be
// told to end when its standard input ends. The system closes that when the
// bench is gone, even killed, which no signal tells on every system.
func endWithInput(s *shell, cmd *cobra.Command) *cobra.Command {
	var told bool
	cmd.Flags().BoolVar(&told, bench.EndWithInput, false, "end when standard input does (used by bench)")
	must(cmd.Flags().MarkHidden(bench.EndWithInput))
	work := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !told {
			return work(cmd, args)
		}
		ctx, cancel := context.WithCancel(cmd.Context())
		defer cancel()
		go func() {
			_, _ = io.Copy(io.Discard, s.in) // an input that breaks has ended too
			cancel()
		}()
		cmd.SetContext(ctx)
		return work(cmd, args)
	}
	return cmd
}
