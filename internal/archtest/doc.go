// Package archtest holds no code, only the tests that keep the house in
// order: which package may import which, and what packages are called.
// docs/architecture.md draws the same picture.
package archtest
