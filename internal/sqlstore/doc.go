// Package sqlstore keeps everything in SQL: the ports of messaging and
// delivery on SQLite, with the SQL written so that PostgreSQL runs it too
// ($N placeholders, VALUES lists, keyset pages, times as milliseconds that
// come in as parameters).
//
// Writes go through one committer, which gathers what waits into a group and
// commits it with a single fsync; every caller gets its own result, and only
// after the commit. Reads have a pool of their own and see the last commit.
//
// A file holds the statements of one aggregate; migrations/ holds the schema.
package sqlstore
