// Package durable makes what was written to a file survive a power failure.
package durable
