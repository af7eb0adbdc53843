package wechat

// Status begins every answer but those of the token calls and of jscode2session: errcode 0 and
// errmsg "ok", or an error.
type Status struct {
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

// OK is the status of a call that was served.
func OK() Status { return Status{0, "ok"} }

// TokenAnswer is what token and stable_token answer (protocol.md §1.1).
type TokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
}

// SessionAnswer is what jscode2session answers (protocol.md §1.7).
type SessionAnswer struct {
	SessionKey string `json:"session_key"`
	OpenID     string `json:"openid"`
	UnionID    string `json:"unionid,omitempty"`
}

// LibraryListAnswer is what library/list answers (seed 003,
// getTemplateLibraryList).
type LibraryListAnswer struct {
	Status
	List       []LibraryTitle `json:"list"`
	TotalCount int64          `json:"total_count"`
}

// LibraryTitle is a title in a list.
type LibraryTitle struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// LibraryGetAnswer is what library/get answers (seed 003,
// getTemplateLibraryById).
type LibraryGetAnswer struct {
	Status
	ID          string    `json:"id"`
	Title       string    `json:"title"`
	KeywordList []Keyword `json:"keyword_list"`
}

// Keyword is a keyword of a title. Its number is a JSON number, whatever the
// table in seed 003 says (protocol.md §0 row 4).
type Keyword struct {
	KeywordID int    `json:"keyword_id"`
	Name      string `json:"name"`
	Example   string `json:"example"`
}

// AddAnswer is what add answers (seed 003, addTemplate).
type AddAnswer struct {
	Status
	TemplateID string `json:"template_id"`
}

// ListAnswer is what list answers (seed 003, getTemplateList). It has no
// total_count, unlike Baidu's.
type ListAnswer struct {
	Status
	List []Template `json:"list"`
}

// Template is one of the app's own templates.
type Template struct {
	TemplateID string `json:"template_id"`
	Title      string `json:"title"`
	Content    string `json:"content"`
	Example    string `json:"example"`
}
