package server

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// metrics counts what happens. Labels come from small fixed sets: never an
// app, a user or a path from outside.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	finished *prometheus.CounterVec
	groups   prometheus.Histogram
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "muban_requests_total", Help: "Requests answered, by dialect, call and the code that was answered.",
		}, []string{"dialect", "call", "code"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "muban_request_seconds", Help: "Time taken to answer.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .5, 1, 5, 60},
		}, []string{"dialect"}),
		finished: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "muban_messages_finished_total", Help: "Messages that reached a final state.",
		}, []string{"state"}),
		groups: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "muban_commit_group_size", Help: "Writes that shared one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
	}
	m.registry.MustRegister(m.requests, m.took, m.finished, m.groups,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch adds what is read from the store when it is asked for.
func (m *metrics) watch(store *sqlstore.Store) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "muban_outbox_waiting", Help: "Accepted messages that are still to be delivered.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		n, err := store.Waiting(ctx)
		if err != nil {
			return -1
		}
		return float64(n)
	}))
}

func (m *metrics) observe(x *httpx.Exchange, _ int, took time.Duration) {
	if x.Dialect == "" {
		return // unknown paths, health checks
	}
	m.requests.WithLabelValues(x.Dialect, x.Call, x.Code).Inc()
	m.took.WithLabelValues(x.Dialect).Observe(took.Seconds())
}

func (m *metrics) observeOutcomes(outcomes []muban.Outcome) {
	for _, o := range outcomes {
		m.finished.WithLabelValues(string(o.State)).Inc()
	}
}

func (m *metrics) observeGroup(writes int) { m.groups.Observe(float64(writes)) }

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
