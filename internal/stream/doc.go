// Package stream tells any number of readers what happens: messages, callbacks
// and grants as they change in the store, whichever node changed them, and
// platform calls as the inspector keeps them.
//
// It asks the store what is new, and only while somebody reads; the store tells
// nobody. So no send waits for a reader, however slow: a reader that falls too
// far behind is told to begin anew.
package stream
