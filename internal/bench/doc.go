// Package bench measures durable sends beside two ceilings in one run: a
// handler that only decodes the same body and answers, and one that also
// appends it to a file and shares one fdatasync a group before it answers.
// The second is the physical limit of a durable answer on the machine.
package bench
