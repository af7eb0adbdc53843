// Package sqlstore keeps everything in SQL: the ports of messaging and
// delivery on SQLite, for one process, and on PostgreSQL, for many. The SQL is
// one text for both (keyset pages, VALUES lists, times as milliseconds that
// come in as parameters); what cannot be one is behind the interface engine.
//
// Writes go through the process's one committer, which gathers what waits into
// a group and commits it with a single fsync; every caller gets its own result,
// and only after the commit. Reads have a pool of their own and see the last
// commit.
//
// A file holds the statements of one aggregate; migrations/ holds the schema.
package sqlstore
