package muban

// Title is an entry of a platform's public template library (模板库标题).
//
// On WeChat Mini, Baidu and Alipay it carries numbered keywords from which an
// app makes its templates; on official accounts it is a finished text.
type Title struct {
	Platform Platform
	ID       string // AT0002, BD0016, OPENTM200444326
	Seq      int64  // orders the list; grows with each title added
	Title    string
	Keywords []Keyword

	// Official account only.
	Content, Example                string
	PrimaryIndustry, DeputyIndustry string
}

// Keyword is a numbered word that a title may carry (关键词).
type Keyword struct {
	ID      int    `json:"keyword_id"` // keyword_id, unique within its title
	Name    string `json:"name"`       // 购买地点
	Example string `json:"example"`    // TIT造舰厂
	Origin  Origin `json:"origin"`
}

// Origin says whose number a keyword carries.
type Origin string

// The origins: a number known from the real platform, or one of our own.
const (
	OriginPlatform Origin = "platform"
	OriginMuban    Origin = "muban"
)

// Keyword returns the title's keyword with that number.
func (t Title) Keyword(id int) (Keyword, bool) {
	for _, k := range t.Keywords {
		if k.ID == id {
			return k, true
		}
	}
	return Keyword{}, false
}

// Industry is a trade that an official account can belong to (行业): a row of
// the platform's fixed table.
type Industry struct {
	Code        int    `json:"code"`
	FirstClass  string `json:"first_class"`  // 主行业: IT科技
	SecondClass string `json:"second_class"` // 副行业, as the platform's call answers it: 互联网|电子商务
}
