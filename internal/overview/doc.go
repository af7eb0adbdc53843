// Package overview keeps what an overview needs and the store does not have:
// how many platform calls were refused, and why. It counts this process's calls
// of the last 24 hours of sandbox time, in memory.
package overview
