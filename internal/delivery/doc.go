// Package delivery takes accepted messages to their end: a worker claims
// those that are due from the outbox, decides how each ends and stores that.
//
// A claim is a lease. A worker that dies loses it after a while and another
// takes over; a worker that comes back late finds its lease gone and changes
// nothing. So every accepted message reaches exactly one final state.
package delivery
