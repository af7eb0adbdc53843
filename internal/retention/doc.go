// Package retention deletes what a store need not keep any longer: messages in
// a final state, the callbacks that told of them, and grants that expired. It
// is slow on purpose: a few rows at a time, with pauses that leave the database
// to those who send.
package retention
