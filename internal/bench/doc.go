// Package bench measures durable sends beside two ceilings in one run: a
// handler that only decodes the same body and answers, and one that also
// appends it to a file and shares one fdatasync a group before it answers.
// The second is the physical limit of a durable answer on the machine.
//
// What is compared is up together and takes turns: engines, one node and
// several, an empty store and one with a past. Each server and each ceiling is
// a process of its own; the load and, where events are pushed, their receiver
// are this one.
package bench
