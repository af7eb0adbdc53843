package main

import (
	"context"
	"runtime"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for _, test := range []struct{ live, stacks, limit int64 }{
		{0, 0, 84 * mib},
		{21 * mib, 6 * mib, 84 * mib},   // 256 connections: four times what lives
		{33 * mib, 21 * mib, 120 * mib}, // rounded up
		{200 * mib, 6 * mib, 440 * mib}, // twice, the stacks and what else Go needs
	} {
		if got := memoryLimit(uint64(test.live), uint64(test.stacks)); got != test.limit {
			t.Errorf("%d MiB live, %d of stacks: limit %d MiB, want %d MiB", test.live/mib, test.stacks/mib, got/mib, test.limit/mib)
		}
	}
}

// Each collection is told, not only the first.
func TestAfterCollections(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	collected := make(chan struct{}, 1)
	afterCollections(ctx, collected)
	for range 3 {
		runtime.GC()
		<-collected
	}
}
