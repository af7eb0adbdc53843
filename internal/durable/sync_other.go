//go:build !linux

package durable

import "os"

// Sync returns when the file's data is on disk.
func Sync(file *os.File) error { return file.Sync() }
