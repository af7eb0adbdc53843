package bench

import "time"

// Load is what a run of requests measured.
type Load struct {
	Requests  int
	Took      time.Duration
	Processor time.Duration   // used by the server's processes meanwhile
	latencies []time.Duration // sorted

	nodes              []time.Duration // of Processor, each process's
	generator, machine time.Duration   // used by this process; by everything on the machine
}

// Rate is requests a second.
func (l Load) Rate() float64 { return float64(l.Requests) / l.Took.Seconds() }

// perCore is requests a second of the server's processor time; 0 where the
// system does not tell, or so little was used that its clock did not move.
func (l Load) perCore() float64 {
	if l.Processor == 0 {
		return 0
	}
	return float64(l.Requests) / l.Processor.Seconds()
}

// Percentile is the latency that p percent of the requests stayed within.
func (l Load) Percentile(p float64) time.Duration {
	if len(l.latencies) == 0 {
		return 0
	}
	return l.latencies[min(len(l.latencies)-1, int(float64(len(l.latencies))*p/100))]
}
