package sqlstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// mostNodes is what a sequence number has room for.
	mostNodes = 1 << nodeBits
	// nodeLife is how long a number is kept for a node that is not heard of.
	nodeLife = 30 * time.Second
	// heartbeat is how often a node is heard of.
	heartbeat = 2 * time.Second
	// reserveAhead is how far beyond the present a node may give out ids, in
	// ticks. It is what a heartbeat may be late, and more than bursts borrow.
	reserveAhead = int64(nodeLife / tick)
)

// realTime is the database's clock in milliseconds: the one clock that all
// nodes have in common, however their own differ.
const realTime = `CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`

// node is this process's place among those that share the database. Its number
// is part of the ids that it gives out, all of which lie below what its row
// reserves. Whoever gets the number next begins there; so no two ids are alike,
// whatever the clocks say and however late a process learns that its number
// went to another.
type node struct {
	db     *sql.DB
	log    *slog.Logger
	ids    *sequence
	number int
	holder string // of this claim
	renew  func() // has the connections made anew
	// alone is whether no other node was heard of lately.
	alone atomic.Bool
}

// nodeRow is another's claim, or one that ended.
type nodeRow struct {
	number                  int
	live                    bool
	until, issued, reserved int64
}

// claim takes a number that nobody holds, of those the one whose ids end the
// longest ago.
func (n *node) claim(ctx context.Context) error {
	rows, floor, err := n.others(ctx)
	if err != nil {
		return fmt.Errorf("reading the nodes: %w", err)
	}
	free := make([]nodeRow, 0, mostNodes)
	for number := range mostNodes {
		i := slices.IndexFunc(rows, func(r nodeRow) bool { return r.number == number })
		switch {
		case i < 0:
			free = append(free, nodeRow{number: number})
		case !rows[i].live:
			free = append(free, rows[i])
		}
	}
	slices.SortStableFunc(free, func(a, b nodeRow) int { return cmp.Compare(a.reserved, b.reserved) })
	for _, row := range free {
		taken, err := n.take(ctx, row, floor)
		if err != nil {
			return fmt.Errorf("claiming a node number: %w", err)
		}
		if taken {
			return nil
		}
	}
	return fmt.Errorf("all %d node numbers of this database are taken; a stopped node's is free again after %v", mostNodes, nodeLife)
}

// others reads the nodes and the tick below which something is stored.
func (n *node) others(ctx context.Context) ([]nodeRow, int64, error) {
	var floor int64
	err := n.db.QueryRowContext(ctx, `SELECT COALESCE(MAX(newest), 0) FROM (
		SELECT MAX(seq) AS newest FROM messages UNION ALL SELECT MAX(seq) FROM titles UNION ALL
		SELECT CAST(value AS BIGINT) FROM meta WHERE key = $1) AS numbers`, newestKey).Scan(&floor)
	if err != nil {
		return nil, 0, err
	}
	floor >>= tickShift
	read, err := n.db.QueryContext(ctx, `SELECT node, until > `+realTime+`, until, issued, reserved FROM nodes`)
	if err != nil {
		return nil, 0, err
	}
	rows, err := collect(read, func(row scanner) (r nodeRow, err error) {
		return r, row.Scan(&r.number, &r.live, &r.until, &r.issued, &r.reserved)
	})
	for _, r := range rows {
		floor = max(floor, r.issued)
	}
	return rows, floor, err
}

// newestKey is the meta entry with the newest number that an import brought.
const newestKey = "newest_imported"

// take claims one number; false means that another was quicker.
func (n *node) take(ctx context.Context, row nodeRow, floor int64) (bool, error) {
	before := max(row.reserved, floor)
	end := max(before, n.ids.current()) + reserveAhead
	holder := rand.Text()
	result, err := n.db.ExecContext(ctx, `INSERT INTO nodes (node, holder, until, issued, reserved)
		VALUES ($1, $2, `+realTime+` + $3, $4, $5)
		ON CONFLICT (node) DO UPDATE SET holder = excluded.holder, until = excluded.until, issued = excluded.issued, reserved = excluded.reserved
		WHERE nodes.until <= `+realTime+` AND nodes.reserved = $6`,
		row.number, holder, nodeLife.Milliseconds(), before, end, row.reserved)
	if err != nil {
		return false, err
	}
	if touched, err := result.RowsAffected(); err != nil || touched == 0 {
		return false, err
	}
	n.number, n.holder = row.number, holder
	n.ids.take(int64(row.number), before, end)
	n.log.InfoContext(ctx, "this node has a number", "node", row.number)
	return true, nil
}

// keep keeps the number until ctx ends. A node that lost it, because it was
// not heard of for too long, takes another. also is done at each heartbeat.
func (n *node) keep(ctx context.Context, also func(context.Context) error) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		err := n.beat(ctx)
		if errors.Is(err, errNumberLost) {
			n.log.WarnContext(ctx, "this node's number went to another, taking a new one", "node", n.number)
			err = n.claim(ctx)
		}
		if err == nil {
			err = also(ctx)
		}
		if err != nil && ctx.Err() == nil {
			n.log.WarnContext(ctx, "heartbeat failed", "node", n.number, "error", err)
			if isReadOnly(err) { // sends may be few, and reads would stay with a server that is left behind
				n.renew()
			}
		}
	}
}

// errNumberLost says that another holds the number.
var errNumberLost = errors.New("the node's number is another's")

// beat tells that this node is alive and reserves ids for a while.
func (n *node) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, groupTimeout)
	defer cancel()
	issued, end := n.ids.ahead(reserveAhead)
	result, err := n.db.ExecContext(ctx, `UPDATE nodes SET until = `+realTime+` + $1, issued = $2, reserved = $3
		WHERE node = $4 AND holder = $5`, nodeLife.Milliseconds(), issued, end, n.number, n.holder)
	if err != nil {
		return err
	}
	touched, err := result.RowsAffected()
	switch {
	case err != nil:
		return err
	case touched == 0:
		n.ids.close()
		return errNumberLost
	}
	n.ids.extend(end)
	var others int
	err = n.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM nodes WHERE node <> $1 AND until > `+realTime, n.number).Scan(&others)
	n.alone.Store(err == nil && others == 0)
	return err
}

// release gives the number back, as far as the database is there to hear it.
func (n *node) release(ctx context.Context) {
	issued := n.ids.close()
	_, err := n.db.ExecContext(ctx, `UPDATE nodes SET until = 0, issued = $1, reserved = $2 WHERE node = $3 AND holder = $4`,
		issued, issued+1, n.number, n.holder)
	if err != nil {
		n.log.WarnContext(ctx, "the node's number was not given back; it is free by itself later", "node", n.number, "error", err)
	}
}
