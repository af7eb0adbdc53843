package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much memory Go may take before it collects garbage. A send leaves little
// behind, so that collecting seldom costs little memory: up to roomy the heap
// grows to four times what lives in it. Where more lives it grows to twice
// that, and what else Go needs.
const (
	collectAt     = 300 // percent of what lives, as GOGC
	roomy         = 84 << 20
	besidesHeap   = 40 << 20
	lookAtGarbage = time.Second
)

// boundGarbage trades memory for processor time until ctx ends, as far as GOGC
// and GOMEMLIMIT leave it to this program.
func boundGarbage(ctx context.Context) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	look := time.NewTicker(lookAtGarbage)
	defer look.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for {
		metrics.Read(live)
		debug.SetMemoryLimit(memoryLimit(live[0].Value.Uint64()))
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// memoryLimit is Go's limit where so many bytes of the heap live. It is never
// so near to them that Go would do little but collect.
func memoryLimit(live uint64) int64 {
	return max(roomy, 2*int64(live)+besidesHeap)
}
