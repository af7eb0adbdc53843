// Command freeport prints a TCP port of this machine that nobody listens on.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
)

func main() {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if _, err := fmt.Println(listener.Addr().(*net.TCPAddr).Port); err != nil { //nolint:forbidigo // its output is its purpose
		os.Exit(1)
	}
	_ = listener.Close() // the process ends
}
