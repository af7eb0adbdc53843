// Package server builds the whole program out of its parts, starts it and
// stops it. It is the only package that knows them all.
package server
