package baidu

// Answer is what a call answers that was served: errno 0 and msg "success"
// (seed 001, 返回值).
type Answer[T any] struct {
	Errno int    `json:"errno"`
	Msg   string `json:"msg"`
	Data  T      `json:"data"`
}

// Success is the answer of a call that was served.
func Success[T any](data T) Answer[T] { return Answer[T]{0, "success", data} }

// Failure is what a call answers that was refused. It has no data: the
// official Go SDK reads data into a struct, and any other value there would
// hide errno (protocol.md §4.2).
type Failure struct {
	Errno int    `json:"errno"`
	Msg   string `json:"msg"`
}

// GatewayFailure is what the gateway in front of the calls answers, about
// access tokens above all. It has no errno, msg or data: the official Java
// SDK recognises it by that (protocol.md §1.6).
type GatewayFailure struct {
	ErrorCode int    `json:"error_code"`
	ErrorMsg  string `json:"error_msg"`
}

// LibraryList is the data of librarylist (seed 001, getTemplateLibraryList).
type LibraryList struct {
	TotalCount int64          `json:"total_count"`
	List       []LibraryTitle `json:"list"`
}

// LibraryTitle is a title in a list.
type LibraryTitle struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// LibraryEntry is the data of libraryget (seed 001, getTemplateLibraryById).
type LibraryEntry struct {
	ID           string    `json:"id"`
	Title        string    `json:"title"`
	KeywordCount int       `json:"keyword_count"`
	KeywordList  []Keyword `json:"keyword_list"`
}

// Keyword is a keyword of a title. Its number is a JSON number, whatever the
// table in seed 003 says (protocol.md §0 row 4).
type Keyword struct {
	KeywordID int    `json:"keyword_id"`
	Name      string `json:"name"`
	Example   string `json:"example"`
}

// Added is the data of templateadd (seed 001, addTemplate).
type Added struct {
	TemplateID string `json:"template_id"`
}

// TemplateList is the data of templatelist (seed 001, getTemplateList).
type TemplateList struct {
	TotalCount int64      `json:"total_count"`
	List       []Template `json:"list"`
}

// Template is one of the app's own templates.
type Template struct {
	TemplateID string `json:"template_id"`
	Title      string `json:"title"`
	Content    string `json:"content"`
	Example    string `json:"example"`
}

// Deleted is the data of templatedel, an empty array (seed 001,
// deleteTemplate).
type Deleted [0]struct{}

// Sent is the data of send (seed 000, 返回示例).
type Sent struct {
	MsgKey int64 `json:"msg_key"`
}
