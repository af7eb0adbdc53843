package bench

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Write prints the report as a table, and what else was measured of each
// server below it.
func (r Report) Write(w io.Writer) error {
	var out strings.Builder
	rows := append([]Measure(nil), r.Ceilings...)
	for _, s := range r.Servers {
		rows = append(rows, s.Measure, s.Half)
		rows[len(rows)-2].Name, rows[len(rows)-1].Name = "muban, "+s.Name, "  at half that rate"
	}
	width := 0
	for _, row := range rows {
		width = max(width, utf8.RuneCountInString(row.Name))
	}
	fmt.Fprintf(&out, "%-*s   sends/s        p50        p95        p99   processor a send\n", width, r.Platform)
	for _, row := range rows {
		fmt.Fprintf(&out, "%-*s  %8.0f  %9s  %9s  %9s   %.0f µs\n", width, row.Name, row.Rate, row.P50, row.P95, row.P99, row.ProcessorMicros)
	}
	for _, s := range r.Servers {
		fmt.Fprintf(&out, "\n%s\n", s.Name)
		for _, line := range s.lines() {
			fmt.Fprintf(&out, "  %-*s  %s\n", numbersAt, line[0], line[1])
		}
	}
	rounds := fmt.Sprintf("%d rounds", r.Rounds)
	if r.Rounds == 1 {
		rounds = "1 round"
	}
	fmt.Fprintf(&out, "\n%s of %d sends, apps %d, connections %d, cores %d\n", rounds, r.Sends, r.Apps, r.Connections, r.Cores)
	_, err := io.WriteString(w, out.String())
	return err
}

// numbersAt is how far the numbers stand from their names.
const numbersAt = 24

// lines are a server's further numbers, each with its name.
func (s ServerReport) lines() [][2]string {
	var lines [][2]string
	add := func(name, format string, args ...any) {
		lines = append(lines, [2]string{name, fmt.Sprintf(format, args...)})
	}
	for _, ratio := range s.Ratios {
		add("of "+ratio.Of, "%.2f  (%.2f to %.2f)", ratio.Median, ratio.Lowest, ratio.Highest)
	}
	add("writes a commit", "%.1f  (%s)", s.Groups.Mean, s.Groups)
	add("share of the processor", "%s, bench %s, others %s", percents(s.Processor.Nodes), percent(s.Processor.Bench), percent(s.Processor.Others))
	add("peak memory", "%s MiB, with %d messages stored", joined(s.PeakMiB), s.Stored)
	if d := s.Delivery; d != nil {
		add("delivery", "%d events, %s", d.Events, d.KeptUp)
		add("  at half that rate", "%s", d.Half)
	}
	if s.Inbox != nil {
		add("first page of an inbox", "%s of %d messages (p95 %s)", s.Inbox.First.Median, s.Inbox.Messages, s.Inbox.First.Slow)
		if next := s.Inbox.Next; next != nil {
			add("next page of it", "%s (p95 %s)", next.Median, next.Slow)
		}
	}
	return lines
}

// String says it in the table's words.
func (k KeptUp) String() string {
	return fmt.Sprintf("%.0f a second, the last %s after the last send; backlog at most %d, %d at the end of the load",
		k.Rate, k.Behind, k.Backlog, k.AtEnd)
}

// String lists the sizes: 9..16 55%.
func (g GroupReport) String() string {
	parts := make([]string, len(g.Sizes))
	for i, size := range g.Sizes {
		sizes := fmt.Sprintf("%d..%d", size.From, size.UpTo)
		switch size.UpTo {
		case 0:
			sizes = fmt.Sprintf("from %d", size.From)
		case size.From:
			sizes = fmt.Sprint(size.From)
		}
		parts[i] = sizes + ": " + percent(size.Share)
	}
	return strings.Join(parts, ", ")
}

func (m Millis) String() string { return short(time.Duration(float64(m) * float64(time.Millisecond))) }

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }

func percent(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) }

func percents(shares []float64) string {
	parts := make([]string, len(shares))
	for i, share := range shares {
		parts[i] = percent(share)
	}
	return "nodes " + strings.Join(parts, " + ")
}

func joined(numbers []int) string {
	parts := make([]string, len(numbers))
	for i, n := range numbers {
		parts[i] = fmt.Sprint(n)
	}
	return strings.Join(parts, " + ")
}
