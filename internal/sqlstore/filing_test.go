package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/muban-dev/muban"
)

// behind is how many messages are not filed at most: four that begin a batch and
// those that come meanwhile.
const behind = 4 + 10

// filed is a store on SQLite that files a few messages at once, with users.
type filed struct {
	*Store
	t     *testing.T
	now   time.Time
	users []muban.User
	sent  map[int64][]muban.MessageID // by user, the newest first

	templateOf map[string]int64 // by app
}

func newFiled(t *testing.T, options Options) *filed {
	t.Helper()
	s := &filed{t: t, now: time.Now().UTC().Truncate(time.Millisecond)}
	s.open(options)
	s.furnish()
	return s
}

// furnish makes the apps and their users, to whom nothing was sent yet.
func (s *filed) furnish() {
	s.t.Helper()
	s.templateOf = make(map[string]int64)
	for _, appID := range []string{"wx1", "wx2"} {
		_, err := s.CreateApp(s.t.Context(), muban.App{ID: appID, Platform: muban.WeChatMini, CreatedAt: s.now})
		must(s.t, err)
		template, err := s.CreateTemplate(s.t.Context(), muban.Template{AppID: appID, ID: "t", CreatedAt: s.now}, func(int64) error { return nil })
		must(s.t, err)
		s.templateOf[appID] = template.Seq
	}
	s.users, s.sent = nil, make(map[int64][]muban.MessageID)
	// The first and the last are one person.
	for _, user := range []muban.User{{AppID: "wx1", OpenID: "oA", UnionID: "oOne"}, {AppID: "wx1", OpenID: "oB"}, {AppID: "wx2", OpenID: "oC", UnionID: "oOne"}} {
		user, err := s.CreateUser(s.t.Context(), user)
		must(s.t, err)
		s.users = append(s.users, user)
	}
}

// count is the number that a statement returns.
func (s *filed) count(query string) (n int64) {
	s.t.Helper()
	must(s.t, s.write(s.t.Context(), func(ctx context.Context, tx *sql.Tx) error { return tx.QueryRowContext(ctx, query).Scan(&n) }))
	return n
}

func (s *filed) open(options Options) {
	s.t.Helper()
	options.unfiled = 4
	store, err := Open(s.t.Context(), options)
	must(s.t, err)
	s.t.Cleanup(func() { _ = store.Close() }) // perhaps closed by the test
	s.Store = store
}

// send accepts messages to the users in turns.
func (s *filed) send(n int) {
	s.t.Helper()
	for i := range n {
		user := s.users[i%len(s.users)]
		m, err := s.Accept(s.t.Context(), s.sendTo(user))
		must(s.t, err)
		s.sent[user.No] = slices.Insert(s.sent[user.No], 0, m.ID)
	}
}

func (s *filed) sendTo(user muban.User) muban.Accept {
	return muban.Accept{
		Message: muban.Message{AppID: user.AppID, Platform: muban.WeChatMini, UserNo: user.No, TemplateSeq: s.templateOf[user.AppID], State: muban.StateDelivered, AcceptedAt: s.now, DeliveredAt: s.now},
		Decide:  func(muban.Ledger) *muban.Refusal { return nil },
	}
}

// unfiled is how many messages are not filed, after it was made sure that all
// up to one of them are, each once, and none besides.
func (s *filed) unfiled() (n int) {
	s.t.Helper()
	var wrong int
	must(s.t, s.reader.QueryRowContext(s.t.Context(), `SELECT
		(SELECT COUNT(*) FROM messages WHERE seq > (SELECT upto FROM filed)),
		(SELECT COUNT(*) FROM (SELECT user_no, seq FROM messages WHERE seq <= (SELECT upto FROM filed) EXCEPT SELECT user_no, seq FROM filed_messages))
		+ (SELECT COUNT(*) FROM (SELECT user_no, seq FROM filed_messages WHERE seq <= (SELECT upto FROM filed) EXCEPT SELECT user_no, seq FROM messages WHERE seq <= (SELECT upto FROM filed)))`).Scan(&n, &wrong))
	if wrong != 0 {
		s.t.Errorf("%d messages are filed though they should not be, or the other way round", wrong)
	}
	return n
}

// catchesUp checks that with further messages those are filed that are not.
func (s *filed) catchesUp() {
	s.t.Helper()
	s.send(40)
	s.shows()
	if n := s.unfiled(); n > behind {
		s.t.Errorf("%d messages are not filed", n)
	}
}

// shows checks what each user's list and inbox show, page after page.
func (s *filed) shows() {
	s.t.Helper()
	for _, user := range s.users {
		want := s.sent[user.No]
		owner := muban.InboxOwners{AppID: user.AppID, UserNo: user.No}
		for name, read := range map[string]func(muban.Page) (muban.List[muban.Message], error){
			"inbox": func(page muban.Page) (muban.List[muban.Message], error) {
				list, unread, err := s.Inbox(s.t.Context(), owner, page)
				if unread != int64(len(want)) {
					s.t.Errorf("%s: %d unread of %d", user.OpenID, unread, len(want))
				}
				return list, err
			},
			"list": func(page muban.Page) (muban.List[muban.Message], error) {
				return s.Messages(s.t.Context(), muban.MessageFilter{AppID: user.AppID, UserNo: user.No, State: muban.StateDelivered}, page)
			},
		} {
			if diff := cmp.Diff(want, s.all(read)); diff != "" {
				s.t.Errorf("%s of %s (-want +got):\n%s", name, user.OpenID, diff)
			}
		}
	}
	everyone := slices.Concat(s.sent[s.users[0].No], s.sent[s.users[2].No])
	slices.SortFunc(everyone, func(a, b muban.MessageID) int { return int(b - a) })
	person := s.all(func(page muban.Page) (muban.List[muban.Message], error) {
		list, _, err := s.Inbox(s.t.Context(), muban.InboxOwners{UnionID: "oOne"}, page)
		return list, err
	})
	if diff := cmp.Diff(everyone, person); diff != "" {
		s.t.Errorf("inbox of the person (-want +got):\n%s", diff)
	}
}

// all reads a list to its end in pages of two.
func (s *filed) all(read func(muban.Page) (muban.List[muban.Message], error)) (ids []muban.MessageID) {
	s.t.Helper()
	for page := (muban.Page{Limit: 2}); ; {
		list, err := read(page)
		must(s.t, err)
		for _, m := range list.Items {
			ids = append(ids, m.ID)
		}
		if page.Before = list.Next; page.Before == 0 {
			return ids
		}
	}
}

// A user's messages are all there, whether they are filed yet or not.
func TestMessagesAreFiled(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	s := newFiled(t, options)
	for range 15 {
		s.send(1)
		s.shows()
	}
	s.catchesUp()
	s.send(2)
	must(t, s.Close())
	s.open(options)
	if n := s.unfiled(); n != 0 {
		t.Errorf("%d messages are not filed after a start", n)
	}
	s.shows()
	s.send(3)
	_, err := s.ForgetMessages(t.Context(), "wx1", s.now.Add(time.Hour), 0, 100)
	must(t, err)
	delete(s.sent, s.users[0].No)
	delete(s.sent, s.users[1].No)
	s.shows()
	s.unfiled()
}

// A message that is deleted before it is filed is not filed, and those that a
// broken COMMIT left behind are, though nobody noted them.
func TestWhatIsFiledIsWhatIsStored(t *testing.T) {
	t.Parallel()
	s := newFiled(t, Options{Dir: t.TempDir()})
	s.send(3)
	_, err := s.ForgetMessages(t.Context(), "wx2", s.now.Add(time.Hour), 0, 100)
	must(t, err)
	delete(s.sent, s.users[2].No)
	s.send(3)
	must(t, s.delete(t.Context(), func(context.Context, *sql.Tx) error { return nil })) // what was noted is forgotten
	s.catchesUp()
}

// Messages that are deleted while their batch is under way are not filed.
func TestDeletedWhileTheyAreFiled(t *testing.T) {
	t.Parallel()
	for n := 4; n < 8; n++ { // wherever the batch has come to
		s := newFiled(t, Options{Dir: t.TempDir()})
		s.send(n)
		for _, appID := range []string{"wx1", "wx2"} {
			_, err := s.ForgetMessages(t.Context(), appID, s.now.Add(time.Hour), 0, 100)
			must(t, err)
		}
		clear(s.sent)
		s.catchesUp()
	}
}

// What was filed to catch up is not noted any more, or every batch after it
// would be filed so, in one transaction.
func TestCaughtUp(t *testing.T) {
	t.Parallel()
	s := newFiled(t, Options{Dir: t.TempDir()})
	s.send(3)
	_, err := s.ForgetMessages(t.Context(), "wx2", s.now.Add(time.Hour), 0, 100)
	must(t, err)
	release := s.holdCommitter()
	var sending sync.WaitGroup
	for range 8 { // one group, with which more is noted than a batch has
		sending.Go(func() {
			_, err := s.Accept(context.Background(), s.sendTo(s.users[0]))
			must(t, err)
		})
	}
	for len(s.committer.queue) < 8 {
		runtime.Gosched()
	}
	release()
	sending.Wait()
	var noted []filedRow
	for range 2 { // behind the filing, and behind its end
		must(t, s.write(t.Context(), func(context.Context, *sql.Tx) error {
			noted = slices.Clone(s.filing.unfiled)
			return nil
		}))
	}
	if n := s.unfiled(); n != len(noted) {
		t.Errorf("%d are noted and %d not filed", len(noted), n)
	}
}

// holdCommitter has what is written wait, together, until it is released.
func (s *filed) holdCommitter() (release func()) {
	s.t.Helper()
	held, goOn := make(chan struct{}), make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		must(s.t, s.write(context.Background(), func(context.Context, *sql.Tx) error {
			close(held)
			<-goOn
			return nil
		}))
	})
	<-held
	return func() {
		close(goOn)
		writing.Wait()
	}
}

// A program of before 00008 files nothing. What it left is filed at the start.
func TestWhatAnOlderProgramLeftIsFiled(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	statements := []string{
		`INSERT INTO apps (number, app_id, platform, name, secret, settings, created_at) VALUES (16000001, 'wx1', 'wechat-mini', 'n', 's', '{}', 1)`,
		`INSERT INTO users (user_no, app_id, open_id, swan_id, alipay_open_id, union_id, name, blocked, following, delivery, notification_bar, created_at)
			VALUES (7, 'wx1', 'oUser', '', '', '', '', 0, 1, 'ok', 1, 1)`,
	}
	for seq := range 9 {
		statements = append(statements, fmt.Sprintf(`INSERT INTO messages (seq, app_id, user_no, template_seq, state, accepted_at, body)
			VALUES (%d, 'wx1', %d, 0, 'delivered', 1, '{"platform":"wechat-mini"}')`, seq+1, 7+seq%2))
	}
	asOf(t, options, 7, statements)
	s := &filed{t: t, users: []muban.User{{No: 7}}, sent: map[int64][]muban.MessageID{7: {9, 7, 5, 3, 1}}}
	s.open(options)
	if n := s.unfiled(); n != 0 {
		t.Errorf("%d messages are not filed", n)
	}
	page, unread, err := s.Inbox(t.Context(), muban.InboxOwners{AppID: "wx1", UserNo: 7}, muban.Page{Limit: 10})
	if err != nil || len(page.Items) != 5 || unread != 5 {
		t.Errorf("%d messages, %d unread, error %v", len(page.Items), unread, err)
	}
}

// Sends go on where filing fails, and what was left is filed once it can be.
func TestFilingThatFails(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	s := newFiled(t, options)
	other, err := sql.Open("sqlite", dsn(filepath.Join(options.Dir, File)))
	must(t, err)
	t.Cleanup(func() { must(t, other.Close()) })
	exec := func(statement string) {
		t.Helper()
		_, err := other.ExecContext(t.Context(), statement)
		must(t, err)
	}
	exec(`CREATE TRIGGER broken BEFORE INSERT ON filed_messages BEGIN SELECT RAISE(ABORT, 'broken'); END`)
	s.send(15)
	s.shows()
	if n := s.unfiled(); n != 15 {
		t.Errorf("%d messages are not filed of 15", n)
	}
	exec(`DROP TRIGGER broken`)
	s.catchesUp()
}

// However many messages a user has, a page is read from the newest on.
func TestInboxIsNotSorted(t *testing.T) {
	t.Parallel()
	s := newFiled(t, Options{Dir: t.TempDir()})
	where := conditions{}
	where.ofUser(s.Store, "wx1", s.users[0].No)
	where.add(`seq < $%d`, 1<<40)
	where.add(`state = $%d`, string(muban.StateDelivered))
	rows, err := s.reader.QueryContext(t.Context(), `EXPLAIN QUERY PLAN SELECT `+messageColumns+` FROM `+s.messagesOfUsers()+` `+where.text()+` ORDER BY seq DESC LIMIT 51`, where.args...)
	must(t, err)
	steps, err := collect(rows, func(row scanner) (step string, err error) {
		var id, parent, unused int
		return step, row.Scan(&id, &parent, &unused, &step)
	})
	must(t, err)
	plan := strings.Join(steps, "\n")
	if strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "SEARCH filed_messages USING PRIMARY KEY (user_no=? AND seq<?)") {
		t.Errorf("the plan reads more than the page:\n%s", plan)
	}
}

// After a reset nothing is filed, and what is filed of a message goes with it
// as before.
func TestFilingAfterReset(t *testing.T) {
	t.Parallel()
	s := newFiled(t, Options{Dir: t.TempDir()})
	s.send(30)
	must(t, s.Reset(t.Context(), nil))
	if n := s.count(`SELECT COUNT(*) FROM filed_messages`); n != 0 {
		t.Errorf("%d messages are filed after the reset", n)
	}
	s.furnish()
	s.catchesUp()
	deleted := s.count(`DELETE FROM messages WHERE seq = (SELECT MIN(seq) FROM filed_messages) RETURNING seq`)
	if n := s.count(fmt.Sprintf(`SELECT COUNT(*) FROM filed_messages WHERE seq = %d`, deleted)); n != 0 {
		t.Error("what is filed of a message outlived it")
	}
}
