// Package httpx is what every HTTP surface of Muban shares: the record of one
// request and its answer, bounded reading of bodies, exact writing of JSON,
// and the middleware around all handlers.
package httpx
