package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much memory Go may take before it collects garbage. A send leaves little
// behind, so that collecting seldom costs little memory: up to roomy the heap
// grows to four times what lives in it. Where more lives it grows to twice
// that, the stacks, of which each connection has one, and what else Go needs.
const (
	collectAt = 300 // percent of what lives, as GOGC
	roomy     = 84 << 20
	besides   = 32 << 20
	// limitStep is what a limit is a multiple of: a new one stops all for a moment.
	limitStep = 4 << 20
)

// boundGarbage trades memory for processor time until ctx ends, as far as GOGC
// and GOMEMLIMIT leave it to this program. It looks anew after each collection.
func boundGarbage(ctx context.Context) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	collected := make(chan struct{}, 1)
	afterCollections(ctx, collected)
	used := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	for limit := int64(0); ; {
		metrics.Read(used)
		if now := memoryLimit(used[0].Value.Uint64(), used[1].Value.Uint64()); now != limit {
			limit = now
			debug.SetMemoryLimit(limit)
		}
		select {
		case <-ctx.Done():
			return
		case <-collected:
		}
	}
}

// memoryLimit is Go's limit where so many bytes of the heap live and stacks
// take so many. It is never so near to them that Go would do little but collect.
func memoryLimit(live, stacks uint64) int64 {
	needed := 2*int64(live) + int64(stacks) + besides
	return max(roomy, (needed+limitStep-1)/limitStep*limitStep)
}

// afterCollections tells of each collection of garbage until ctx ends: of one
// at least, if several follow each other at once.
func afterCollections(ctx context.Context, tell chan<- struct{}) {
	garbage := new([64]byte) // larger than what Go keeps several of in one block
	runtime.AddCleanup(garbage, func(tell chan<- struct{}) {
		if ctx.Err() != nil {
			return
		}
		afterCollections(ctx, tell) // first, or who is told might not see the next
		select {
		case tell <- struct{}{}:
		default:
		}
	}, tell)
}
