package bench

import (
	"fmt"
	"io"
	"strings"
)

// AlipayReport is what was measured of Alipay's gateway: the rounds with the
// middle rates.
type AlipayReport struct {
	Platform string `json:"platform"`
	Rounds   int    `json:"rounds"`
	// Rows are bare signing in the bench itself, calls whose answers are signed
	// anew, and durable sends, whose answer's signature is kept.
	Rows []AlipayMeasure `json:"measures"`
	// FreshOfSigning and SendOfSigning are rates a core over bare signing's.
	FreshOfSigning float64 `json:"fresh_of_bare_signing"`
	SendOfSigning  float64 `json:"send_of_bare_signing"`
}

// AlipayMeasure is a rate, and the same a second of processor time.
type AlipayMeasure struct {
	Name    string  `json:"name"`
	Rate    float64 `json:"a_second"`
	PerCore float64 `json:"a_second_of_a_core"`
	P50     Millis  `json:"p50_ms"`
	P95     Millis  `json:"p95_ms"`
	P99     Millis  `json:"p99_ms"`
}

func (l alipayLoads) report() AlipayReport {
	r := AlipayReport{Platform: "alipay", Rounds: len(l.sign)}
	for _, row := range []struct {
		name  string
		loads []Load
	}{{"bare RSA2 signing", l.sign}, {"signed answer, fresh", l.fresh}, {"signed answer, durable send", l.send}} {
		m := median(row.loads)
		r.Rows = append(r.Rows, AlipayMeasure{
			row.name, m.Rate(), m.perCore(), millis(m.Percentile(50)), millis(m.Percentile(95)), millis(m.Percentile(99)),
		})
	}
	bare := median(l.sign).perCore()
	if bare > 0 {
		r.FreshOfSigning, r.SendOfSigning = median(l.fresh).perCore()/bare, median(l.send).perCore()/bare
	}
	return r
}

// Write prints the report as a table.
func (r AlipayReport) Write(w io.Writer) error {
	var table strings.Builder
	table.WriteString("                            a second   a second of a core   p50        p95        p99\n")
	for _, row := range r.Rows {
		fmt.Fprintf(&table, "%-27s %8.0f   %18.0f   %-10s %-10s %s\n", row.Name, row.Rate, row.PerCore, row.P50, row.P95, row.P99)
	}
	fmt.Fprintf(&table, "\nof bare signing, per core   fresh %.2f, durable send %.2f  (medians of %d rounds)\n", r.FreshOfSigning, r.SendOfSigning, r.Rounds)
	_, err := io.WriteString(w, table.String())
	return err
}
