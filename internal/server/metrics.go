package server

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/muban-dev/muban"
	"github.com/muban-dev/muban/internal/delivery"
	"github.com/muban-dev/muban/internal/httpx"
	"github.com/muban-dev/muban/internal/sqlstore"
)

// metrics counts what happens. Labels come from small fixed sets: never an
// app, a user or a path from outside.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	messages *prometheus.CounterVec
	attempts *prometheus.CounterVec
	groups   prometheus.Histogram
	deleted  *prometheus.CounterVec
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
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "muban_messages_total", Help: "Messages accepted, by the state that they ended in.",
		}, []string{"state"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "muban_callback_attempts_total", Help: "Attempts to push an event to an app's server.",
		}, []string{"outcome"}),
		groups: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "muban_commit_group_size", Help: "Writes that shared one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		deleted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "muban_retention_deleted_total", Help: "What was deleted because it was older than --keep.",
		}, []string{"object"}),
	}
	for _, object := range []string{"message", "callback", "grant"} {
		m.deleted.WithLabelValues(object)
	}
	m.registry.MustRegister(m.requests, m.took, m.messages, m.attempts, m.groups, m.deleted,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch adds what is read when it is asked for.
func (m *metrics) watch(store *sqlstore.Store, pace *delivery.Pace) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "muban_sends_held_total", Help: "Sends that waited because their app's events were late.",
	}, func() float64 { return float64(pace.Held()) }))
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "muban_outbox_waiting", Help: "Callbacks that are still to be pushed.",
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

func (m *metrics) observeAttempt(a muban.Attempt) {
	outcome := "delivered"
	if a.Error != "" {
		outcome = "failed"
	}
	m.attempts.WithLabelValues(outcome).Inc()
}

func (m *metrics) observeMessage(state muban.State) { m.messages.WithLabelValues(string(state)).Inc() }

func (m *metrics) observeForgotten(gone muban.Forgotten) {
	m.deleted.WithLabelValues("message").Add(float64(gone.Messages))
	m.deleted.WithLabelValues("callback").Add(float64(gone.Callbacks))
	m.deleted.WithLabelValues("grant").Add(float64(gone.Grants))
}

func (m *metrics) observeGroup(writes int) { m.groups.Observe(float64(writes)) }

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
