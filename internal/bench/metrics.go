package bench

import (
	"bufio"
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// metrics reads the server's counters by name, labels included.
func (n native) metrics(ctx context.Context) (map[string]float64, error) {
	response, err := n.get(ctx, "/metrics")
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // was read
	values := make(map[string]float64)
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		at := strings.LastIndexByte(lines.Text(), ' ')
		if at < 0 || lines.Text()[0] == '#' {
			continue
		}
		if number, err := strconv.ParseFloat(lines.Text()[at+1:], 64); err == nil {
			values[lines.Text()[:at]] = number
		}
	}
	return values, lines.Err()
}

// groups counts commits by how many writes shared them.
type groups struct {
	commits, writes float64
	upTo            map[float64]float64 // commits of at most so many writes
}

const groupMetric = "muban_commit_group_size"

// groupsOf are the groups that the counters tell of.
func groupsOf(values map[string]float64) groups {
	g := groups{values[groupMetric+"_count"], values[groupMetric+"_sum"], make(map[float64]float64)}
	for name, value := range values {
		if text, found := strings.CutPrefix(name, groupMetric+`_bucket{le="`); found {
			if bound, err := strconv.ParseFloat(strings.TrimSuffix(text, `"}`), 64); err == nil {
				g.upTo[bound] = value
			}
		}
	}
	return g
}

// add counts other groups too; sign -1 takes them away.
func (g *groups) add(other groups, sign float64) {
	g.commits += sign * other.commits
	g.writes += sign * other.writes
	if g.upTo == nil {
		g.upTo = make(map[float64]float64)
	}
	for bound, commits := range other.upTo {
		g.upTo[bound] += sign * commits
	}
}

// GroupReport is which groups formed under load.
type GroupReport struct {
	Mean float64 `json:"writes_a_commit"`
	// Sizes are the commits by their writes; empty ones are left out.
	Sizes []GroupSize `json:"sizes"`
}

// GroupSize is a part of the commits, by how many writes they held.
type GroupSize struct {
	From  int     `json:"from"`
	UpTo  int     `json:"up_to,omitempty"` // 0 is without bound
	Share float64 `json:"share"`           // of the commits
}

func (g *groups) report() GroupReport {
	r := GroupReport{Sizes: []GroupSize{}}
	if g.commits == 0 {
		return r
	}
	r.Mean = g.writes / g.commits
	smaller, from := 0.0, 1
	for _, bound := range slices.SortedFunc(maps.Keys(g.upTo), cmp.Compare[float64]) {
		size := GroupSize{From: from, Share: (g.upTo[bound] - smaller) / g.commits}
		smaller = g.upTo[bound]
		if !math.IsInf(bound, 1) {
			size.UpTo = int(bound)
			from = size.UpTo + 1
		}
		if size.Share > 0 {
			r.Sizes = append(r.Sizes, size)
		}
	}
	return r
}
