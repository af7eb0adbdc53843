package library

import (
	"bytes"
	"encoding/json"

	"github.com/muban-dev/muban"
)

// titleRecord is a title as a file holds it: the native API's Title. Keywords
// are for numbered platforms, the members after them for official accounts.
type titleRecord struct {
	ID              string         `json:"id"`
	Title           string         `json:"title"`
	Keywords        keywordRecords `json:"keywords,omitempty"`
	Content         string         `json:"content,omitempty"`
	Example         string         `json:"example,omitempty"`
	PrimaryIndustry string         `json:"primary_industry,omitempty"`
	DeputyIndustry  string         `json:"deputy_industry,omitempty"`
}

func (titleRecord) members() []string {
	return []string{"id", "title", "keywords", "content", "example", "primary_industry", "deputy_industry"}
}

// keywordRecord is a keyword as a file holds it.
type keywordRecord struct {
	ID      int          `json:"keyword_id"`
	Name    string       `json:"name"`
	Example string       `json:"example"`
	Origin  muban.Origin `json:"origin"`
}

func (keywordRecord) members() []string {
	return []string{"keyword_id", "name", "example", "origin"}
}

// keywordRecords decodes as strictly as the list of titles around it, and
// numbers its elements in errors as that does.
type keywordRecords []keywordRecord

// UnmarshalJSON implements [json.Unmarshaler].
func (ks *keywordRecords) UnmarshalJSON(data []byte) error {
	*ks = nil
	return eachRecord(json.NewDecoder(bytes.NewReader(data)), "keyword", func(_ int, k keywordRecord) error {
		*ks = append(*ks, k)
		return nil
	})
}

func recordOf(t muban.Title) titleRecord {
	r := titleRecord{
		ID: t.ID, Title: t.Title,
		Content: t.Content, Example: t.Example,
		PrimaryIndustry: t.PrimaryIndustry, DeputyIndustry: t.DeputyIndustry,
	}
	for _, k := range t.Keywords {
		r.Keywords = append(r.Keywords, keywordRecord(k))
	}
	return r
}

func (r titleRecord) title(platform muban.Platform) muban.Title {
	t := muban.Title{
		Platform: platform, ID: r.ID, Title: r.Title,
		Content: r.Content, Example: r.Example,
		PrimaryIndustry: r.PrimaryIndustry, DeputyIndustry: r.DeputyIndustry,
	}
	for _, k := range r.Keywords {
		if k.Origin == "" {
			k.Origin = muban.OriginMuban
		}
		t.Keywords = append(t.Keywords, muban.Keyword(k))
	}
	return t
}
