package bench

import (
	"cmp"
	"runtime"
	"slices"
	"time"
)

// Millis is a time in milliseconds.
type Millis float64

func millis(d time.Duration) Millis { return Millis(d.Seconds() * 1000) }

// Report is what was measured.
type Report struct {
	Platform    string         `json:"platform"`
	Cores       int            `json:"cores"`
	Connections int            `json:"connections"`
	Apps        int            `json:"apps"`
	Sends       int            `json:"sends_a_round"`
	Rounds      int            `json:"rounds"`
	Ceilings    []Measure      `json:"ceilings"`
	Servers     []ServerReport `json:"servers"`
}

// Measure is the round with the middle rate.
type Measure struct {
	Name string  `json:"name"`
	Rate float64 `json:"sends_a_second"`
	P50  Millis  `json:"p50_ms"`
	P95  Millis  `json:"p95_ms"`
	P99  Millis  `json:"p99_ms"`
	// ProcessorMicros is the server's processor time a send, in microseconds; 0
	// where the system does not tell.
	ProcessorMicros float64   `json:"processor_us_a_send"`
	Rates           []float64 `json:"rates"` // round by round
}

// ServerReport is what was measured of one server.
type ServerReport struct {
	Measure
	Engine    string          `json:"engine"`
	Nodes     int             `json:"nodes"`
	Preloaded int             `json:"preloaded"` // messages stored before
	Stored    int             `json:"stored"`    // messages stored at the end
	Ratios    []Ratio         `json:"ratios"`
	Half      Measure         `json:"half_rate"`
	Groups    GroupReport     `json:"groups"`
	Processor ProcessorReport `json:"processor"`
	PeakMiB   []int           `json:"peak_memory_mib"` // node by node
	Delivery  *DeliveryReport `json:"delivery,omitempty"`
	Inbox     *InboxReport    `json:"inbox"`
}

// Ratio is a server's rate over another's, round by round.
type Ratio struct {
	Of      string  `json:"of"`
	Median  float64 `json:"median"`
	Lowest  float64 `json:"lowest"`
	Highest float64 `json:"highest"`
}

// ProcessorReport says who used the processor at the full rate, each as its
// share of all cores.
type ProcessorReport struct {
	Nodes []float64 `json:"nodes"`
	Bench float64   `json:"bench"` // the load, and the receiver of events
	// Others is everything else on the machine, such as the database and the
	// kernel's work that is nobody's.
	Others float64 `json:"others"`
}

func (r *run) report(rounds int) Report {
	report := Report{
		Platform: r.Platform, Cores: runtime.NumCPU(), Connections: r.Connections, Apps: r.Apps, Sends: r.Sends, Rounds: rounds,
	}
	for _, c := range r.ceilings {
		report.Ceilings = append(report.Ceilings, measure(c.name, c.loads))
	}
	for _, s := range r.servers {
		one := ServerReport{
			Measure: measure(s.name(), s.loads), Engine: string(s.engine), Nodes: s.variant.nodes,
			Preloaded: s.preload, Stored: s.preload + s.accepted, Half: measure(s.name()+" at half its rate", s.half),
			Groups: s.groups.report(), Processor: shares(s.loads), PeakMiB: s.peaks, Inbox: s.inbox,
		}
		if s.events != nil {
			one.Delivery = &s.delivery
		}
		for _, c := range r.ceilings {
			one.Ratios = append(one.Ratios, ratio(c.name, s.loads, c.loads))
		}
		if base := r.comparable(s); base != nil {
			one.Ratios = append(one.Ratios, ratio(base.name(), s.loads, base.loads))
		}
		report.Servers = append(report.Servers, one)
	}
	return report
}

// comparable is the server that differs from this one in one thing: it is
// empty, has fewer nodes, or is of the first engine. nil where there is none.
func (r *run) comparable(s *server) *server {
	want := s.variant
	switch {
	case s.preload > 0:
		want.preload = 0
	case s.engine == Postgres && s.variant.nodes != r.Nodes[0]:
		want.nodes = r.Nodes[0]
	case s.engine != r.Engines[0]:
		want = r.servers[0].variant
	}
	for _, other := range r.servers {
		if other != s && other.variant == want {
			return other
		}
	}
	return nil
}

func measure(name string, loads []Load) Measure {
	l := median(loads)
	m := Measure{
		Name: name, Rate: l.Rate(), P50: millis(l.Percentile(50)), P95: millis(l.Percentile(95)), P99: millis(l.Percentile(99)),
		ProcessorMicros: l.Processor.Seconds() * 1e6 / float64(l.Requests),
	}
	for _, l := range loads {
		m.Rates = append(m.Rates, l.Rate())
	}
	return m
}

// ratio compares round by round.
func ratio(of string, loads, base []Load) Ratio {
	ratios := make([]float64, len(loads))
	for i := range loads {
		ratios[i] = loads[i].Rate() / base[i].Rate()
	}
	slices.Sort(ratios)
	return Ratio{of, ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1]}
}

// shares are over all rounds.
func shares(loads []Load) ProcessorReport {
	all := loaded(loads).Seconds() * float64(runtime.NumCPU())
	r := ProcessorReport{Nodes: make([]float64, len(loads[0].nodes))}
	var others time.Duration
	for _, l := range loads {
		for i, used := range l.nodes {
			r.Nodes[i] += used.Seconds() / all
		}
		r.Bench += l.generator.Seconds() / all
		others += l.machine - l.generator - l.Processor
	}
	r.Others = max(0, others.Seconds()/all)
	return r
}

// median is the round with the middle rate.
func median(loads []Load) Load {
	sorted := slices.SortedFunc(slices.Values(loads), func(a, b Load) int { return cmp.Compare(a.Rate(), b.Rate()) })
	return sorted[len(sorted)/2]
}
