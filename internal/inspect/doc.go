// Package inspect is the inspector: it keeps the last calls of the platforms
// in memory, with request, answer and, where they were refused, why. What is
// kept is bounded in number and bytes, and secrets and access tokens are
// masked before anybody sees it (docs/inspector.md).
package inspect
