package main

import "testing"

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for _, test := range []struct{ live, limit int64 }{
		{0, 84 * mib},
		{21 * mib, 84 * mib}, // four times what lives
		{22 * mib, 84 * mib},
		{200 * mib, 440 * mib}, // twice, and what else Go needs
	} {
		if got := memoryLimit(uint64(test.live)); got != test.limit {
			t.Errorf("%d MiB live: limit %d MiB, want %d MiB", test.live/mib, got/mib, test.limit/mib)
		}
	}
}
