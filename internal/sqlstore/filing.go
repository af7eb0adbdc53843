package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
)

const (
	// usuallyUnfiled is how many messages are filed in one batch. Those, and the
	// next ones meanwhile, are what an inbox looks through.
	usuallyUnfiled = 2048
	// partsOfBatch is over how many groups, whose sends wait for it, the filing of
	// a batch is spread; over fewer where more messages come meanwhile.
	partsOfBatch = 8
	// catchUp is how many batches are filed at once where more were left.
	catchUp = 4
)

// filing is the committer's alone. On a database that others share there is
// none: a nil one notes nothing.
type filing struct {
	// unfiled are messages that are not filed, in the order of seq. There may be
	// others that it does not know.
	unfiled []filedRow
	batch   batch
	running *job // in the queue or in a group; nil if there is none
}

type filedRow struct{ userNo, seq int64 }

// batch are messages that are being filed, the first ones that are not. They
// count as filed when all are.
type batch struct {
	left []filedRow // in the order of users
	upto int64      // the last one's seq
}

// forget is for when messages were deleted, or filing them failed: what is not
// known of is found in the table with the next batch.
func (f *filing) forget() {
	if f != nil {
		f.unfiled, f.batch = nil, batch{}
	}
}

// deleted has a batch begin anew of which messages are deleted, whose numbers
// ascend: it would file them.
func (f *filing) deleted(seqs []int64) {
	if f == nil {
		return
	}
	gone := func(row filedRow) bool {
		_, found := slices.BinarySearch(seqs, row.seq)
		return found
	}
	if slices.ContainsFunc(f.batch.left, gone) {
		f.batch = batch{}
	}
}

// begun is the batch that begins next.
func (f *filing) begun(most int) batch {
	return batch{upto: f.unfiled[most-1].seq, left: slices.SortedFunc(slices.Values(f.unfiled[:most]), func(a, b filedRow) int {
		return cmp.Or(cmp.Compare(a.userNo, b.userNo), cmp.Compare(a.seq, b.seq))
	})}
}

// proceed takes over what is left of the batch, once that is committed.
func (f *filing) proceed(b batch) {
	f.batch = b
	if len(b.left) == 0 {
		first, _ := slices.BinarySearchFunc(f.unfiled, b.upto+1, func(row filedRow, seq int64) int { return cmp.Compare(row.seq, seq) })
		f.unfiled = slices.Delete(f.unfiled, 0, first)
	}
}

// fileLater notes the messages that a group accepted and queues the filing of
// some, where there are enough.
func (s *Store) fileLater(group []*job, results []error) {
	f := s.filing
	if f == nil {
		return
	}
	for i, j := range group {
		if j.accept != nil && results[i] == nil && j.accept.repeated == 0 {
			f.unfiled = append(f.unfiled, filedRow{j.accept.Message.UserNo, j.accept.Message.ID.Seq()})
		}
	}
	if f.running != nil {
		select {
		case err := <-f.running.answer:
			if f.running = nil; err != nil {
				s.log.Warn("filing messages under their users failed, it is tried again with the next ones", "error", err)
				f.forget()
			}
		default:
			return
		}
	}
	if len(f.batch.left) == 0 && len(f.unfiled) < s.mostUnfiled {
		return
	}
	var after batch
	next := &job{ctx: context.Background(), answer: make(chan error, 1), committed: func() { f.proceed(after) }}
	next.work = func(ctx context.Context, tx *sql.Tx) (err error) {
		after, err = s.fileSome(ctx, tx)
		return err
	}
	if err := s.committer.enqueue(next); err == nil {
		f.running = next
	}
}

// fileSome files a part of the batch, and begins one where there is none. It
// returns what is left of it.
func (s *Store) fileSome(ctx context.Context, tx *sql.Tx) (batch, error) {
	b := s.filing.batch
	if len(b.left) == 0 {
		if len(s.filing.unfiled) < s.mostUnfiled { // they were forgotten meanwhile
			return batch{}, nil
		}
		b = s.filing.begun(s.mostUnfiled)
		all, err := b.isAll(ctx, tx)
		if err != nil {
			return b, err
		}
		if !all {
			return s.catchUp(ctx, tx, b.upto)
		}
	}
	n := max(s.mostUnfiled/partsOfBatch, len(s.filing.unfiled)-s.mostUnfiled, 1)
	part := b.left[:min(n, len(b.left))]
	err := inParts(s, part, func(part []filedRow) error {
		rows := s.rowsOf(len(part), "user_no# seq#")
		for _, row := range part {
			rows.number(row.userNo)
			rows.number(row.seq)
		}
		return s.hot.exec(ctx, `INSERT OR IGNORE INTO filed_messages (`+rows.list()+`) `+rows.source(), rows.args())
	})
	if err != nil {
		return b, fmt.Errorf("filing messages: %w", err)
	}
	if b.left = b.left[len(part):]; len(b.left) == 0 {
		err = setFiledUpto(ctx, tx, b.upto)
	}
	return b, err
}

// isAll reports whether the batch is all messages that are not filed up to its
// last one. A group whose COMMIT failed may have left others, and some may have
// been deleted.
func (b batch) isAll(ctx context.Context, tx *sql.Tx) (bool, error) {
	before, err := filedUpto(ctx, tx)
	if err != nil {
		return false, err
	}
	var stored, storedSum, sum int64
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(seq - $1), 0) FROM messages WHERE seq > $1 AND seq <= $2`,
		before, b.upto).Scan(&stored, &storedSum)
	if err != nil {
		return false, fmt.Errorf("counting messages to file: %w", err)
	}
	for _, row := range b.left {
		sum += row.seq - before
	}
	return stored == int64(len(b.left)) && storedSum == sum, nil
}

// catchUp files from the table, and returns up to where nothing is left: upto
// at least, unless there are very many.
func (s *Store) catchUp(ctx context.Context, tx *sql.Tx, upto int64) (batch, error) {
	filed, reached, err := fileFromTable(ctx, tx, catchUp*s.mostUnfiled)
	if filed < catchUp*s.mostUnfiled { // those that are noted up to there are deleted
		reached = max(reached, upto)
	}
	return batch{upto: reached}, err
}
