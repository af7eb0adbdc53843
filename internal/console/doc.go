// Package console serves the web console: built assets of web/, committed and
// embedded, so that the program is one file and its build needs no Node.
package console
