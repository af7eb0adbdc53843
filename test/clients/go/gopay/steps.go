package main

import (
	"fmt"
	"os"
)

// steps prints one line a step and counts them.
type steps struct{ passed, failed int }

// equal compares what came with what was expected, as they print.
func (s *steps) equal(step string, got, expected any) bool {
	g, e := fmt.Sprintf("%q", fmt.Sprint(got)), fmt.Sprintf("%q", fmt.Sprint(expected))
	if g != e {
		s.failed++
		fmt.Printf("not ok %s: got %s, expected %s\n", step, g, e)
		return false
	}
	s.passed++
	fmt.Println("ok", step)
	return true
}

// needs is a step that the rest cannot do without: it ends the program if err
// is not nil.
func (s *steps) needs(step string, err error) {
	if !s.equal(step, err, error(nil)) {
		s.end()
	}
}

// end prints the count and leaves with 1 if a step failed.
func (s *steps) end() {
	fmt.Printf("%d passed, %d failed\n", s.passed, s.failed)
	if s.failed > 0 {
		os.Exit(1)
	}
	os.Exit(0)
}
