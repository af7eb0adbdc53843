// Package delivery tells the apps' servers what became of their messages: a
// pusher claims callbacks that are due from the outbox, pushes each over HTTP
// and stores how that went.
//
// A claim is a lease. A pusher that dies loses it after a while and another
// takes over; a pusher that comes back late finds its lease gone and changes
// nothing. So every event is pushed at least once, and one that was pushed and
// whose answer was lost may be pushed again: receivers tell repetitions by
// FromUserName and CreateTime, as the platform advises (protocol.md §3.7).
//
// One app's events go one after the other, in their order; one that failed
// waits for its next time and holds up no other. Where an app sends faster than
// that, several go at once, each user's in their order, if [Options] allows it.
// However slow a receiver is, it holds up its own app's events only.
package delivery
