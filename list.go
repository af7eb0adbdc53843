package muban

// Page asks for a part of a list that is ordered by a growing sequence
// number, newest first.
type Page struct {
	Limit  int   // most items to return; at least 1
	Before int64 // only items with a smaller sequence number; 0 = from the newest
}

// List is a part of a list.
type List[T any] struct {
	Items []T
	// Next is the Before of the next page; 0 on the last.
	Next int64
}

// Range asks for a part of a list as the platforms' own calls do.
type Range struct {
	Offset, Count int64
}

// GrantFilter selects grants of one app.
type GrantFilter struct {
	UserNo    int64 // 0 = every user
	Spendable bool  // only those that can pay for one more message now
}

// MessageFilter selects messages; zero members select everything.
type MessageFilter struct {
	AppID      string
	UserNo     int64 // needs AppID
	State      State
	TemplateID string
	GrantID    string // needs AppID
	AfterSeq   int64  // only newer messages
}
