package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// child is a server in a process of its own, so that its memory and its share
// of the processor are its own. It ends when its standard input does, which is
// how it is stopped, and what happens when the bench is killed.
type child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	addr  string
}

// EndWithInput is the flag that has the program end as by SIGTERM when its
// standard input ends.
const EndWithInput = "end-with-input"

const listeningOn = "listening on http://"

// startChild runs the program and waits for its line that it listens.
func startChild(ctx context.Context, program string, args, env []string, logs io.Writer) (*child, error) {
	cmd, stdin, stdout, err := newCommand(ctx, program, args, env, logs)
	if err != nil {
		return nil, err
	}
	cmd.Cancel = stdin.Close
	cmd.WaitDelay = 15 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if addr, found := strings.CutPrefix(lines.Text(), listeningOn); found {
			return &child{cmd: cmd, stdin: stdin, addr: addr}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s did not start", command(program, args)), lines.Err(), cmd.Wait())
}

// newCommand is the program to be started, with a standard input that ends
// with this process if nobody closes it before.
func newCommand(ctx context.Context, program string, args, env []string, logs io.Writer) (*exec.Cmd, io.Closer, io.Reader, error) {
	cmd := exec.CommandContext(ctx, program, append(slices.Clip(args), "--"+EndWithInput)...)
	cmd.Env = environment(env...)
	cmd.Stderr = logs
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	return cmd, stdin, stdout, err
}

// command names what was run without its flags, which may hold a password.
func command(program string, args []string) string {
	words := []string{filepath.Base(program)}
	for _, word := range args {
		if strings.HasPrefix(word, "-") {
			break
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// environment is this process's with the bench's own settings, and without any
// of Muban's, which would have a server other than the one that is measured.
func environment(own ...string) []string {
	all := slices.DeleteFunc(os.Environ(), func(setting string) bool { return strings.HasPrefix(setting, "MUBAN_") })
	return append(all, own...)
}

// runChild runs the program to its end. Each line that it prints is how many
// more steps are done.
func runChild(ctx context.Context, program string, args []string, logs io.Writer, p Progress) error {
	cmd, _, stdout, err := newCommand(ctx, program, args, nil, logs)
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if n, err := strconv.Atoi(lines.Text()); err == nil {
			p.Add(n)
		}
	}
	return errors.Join(lines.Err(), cmd.Wait())
}

// stop ends the process, if it has not ended, and reports how much memory it
// had at most.
func (c *child) stop() (peakMiB int, err error) {
	if c.cmd.ProcessState != nil {
		return 0, nil
	}
	peakMiB = c.peakMemory()
	// It is closed already where the bench was told to stop.
	if err := c.stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return peakMiB, err
	}
	return peakMiB, c.cmd.Wait()
}

// processor is how much processor time the process has used; 0 where the
// system does not tell.
func (c *child) processor() time.Duration { return processor(c.cmd.Process.Pid) }

func processor(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name in parentheses may hold anything; utime and stime are the 12th
	// and 13th fields after it, in ticks of 10 ms.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// machine is how much processor time everything on the machine has used; 0
// where the system does not tell.
func machine() time.Duration {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	// cpu user nice system idle iowait irq softirq, in ticks of 10 ms
	fields := strings.Fields(line)
	ticks := 0
	for _, i := range []int{1, 2, 3, 6, 7} {
		n, _ := strconv.Atoi(fields[i])
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// peakMemory is the process's largest resident size in MiB; 0 where the
// system does not tell.
func (c *child) peakMemory() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if size, found := strings.CutPrefix(line, "VmHWM:"); found {
			kib, _ := strconv.Atoi(strings.Fields(size)[0])
			return kib >> 10
		}
	}
	return 0
}
