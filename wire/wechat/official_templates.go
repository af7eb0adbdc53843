package wechat

import "github.com/muban-dev/muban/wire"

// SetIndustryRequest is the body of /cgi-bin/template/api_set_industry
// (protocol.md §3.1).
type SetIndustryRequest struct {
	IndustryID1 wire.Number `json:"industry_id1"`
	IndustryID2 wire.Number `json:"industry_id2"`
}

// DecodeSetIndustry reads the body of api_set_industry.
func DecodeSetIndustry(body []byte) (SetIndustryRequest, error) {
	var req SetIndustryRequest
	err := decodeObject(body, func(name, value []byte) error {
		switch string(name) {
		case "industry_id1":
			req.IndustryID1 = number(value)
		case "industry_id2":
			req.IndustryID2 = number(value)
		}
		return nil
	})
	if err != nil {
		return SetIndustryRequest{}, err
	}
	return req, nil
}

// IndustryAnswer is what /cgi-bin/template/get_industry answers. It has no
// errcode (protocol.md §3.1).
type IndustryAnswer struct {
	PrimaryIndustry   Industry `json:"primary_industry"`
	SecondaryIndustry Industry `json:"secondary_industry"`
}

// Industry is an official account's trade.
type Industry struct {
	FirstClass  string `json:"first_class"`
	SecondClass string `json:"second_class"`
}

// OfficialAddRequest is the body of /cgi-bin/template/api_add_template
// (protocol.md §3.1, §3.3).
type OfficialAddRequest struct {
	// TemplateIDShort is the library's number: TM00015, OPENTM200444326, or
	// digits only for a template of a class (类目).
	TemplateIDShort string `json:"template_id_short"`
	// KeywordNameList are the keywords chosen from a template of a class.
	KeywordNameList []string `json:"keyword_name_list"`
}

// DecodeOfficialAdd reads the body of api_add_template. It never fails for the
// sake of keyword_name_list, which counts for some templates only: what is no
// array is an empty one (the platform answers 40246 to a text that holds one),
// what is no name in it stands there as JSON.
func DecodeOfficialAdd(body []byte) (OfficialAddRequest, error) {
	var req OfficialAddRequest
	err := decodeObject(body, func(name, value []byte) (err error) {
		switch string(name) {
		case "template_id_short":
			req.TemplateIDShort, err = text("template_id_short", value)
		case "keyword_name_list":
			req.KeywordNameList = decodeNames(value)
		}
		return err
	})
	if err != nil {
		return OfficialAddRequest{}, err
	}
	return req, nil
}

func decodeNames(raw []byte) []string {
	if raw[0] != '[' {
		return nil
	}
	var names []string
	eachElement(raw, func(value []byte) {
		name, err := text("keyword_name_list", value)
		if err != nil {
			name = excerpt(value)
		}
		names = append(names, name)
	})
	return names
}

// PrivateTemplatesAnswer is what /cgi-bin/template/get_all_private_template
// answers. It has no errcode (protocol.md §3.1).
type PrivateTemplatesAnswer struct {
	TemplateList []PrivateTemplate `json:"template_list"`
}

// PrivateTemplate is one of an official account's own templates.
type PrivateTemplate struct {
	TemplateID      string `json:"template_id"`
	Title           string `json:"title"`
	PrimaryIndustry string `json:"primary_industry"`
	DeputyIndustry  string `json:"deputy_industry"`
	Content         string `json:"content"`
	Example         string `json:"example"`
}
