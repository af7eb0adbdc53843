// Package sandbox is what only `muban dev` has: a clock that can be stopped
// and moved forward, and demo apps to begin with.
package sandbox
