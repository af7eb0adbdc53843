package library

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/muban-dev/muban"
)

// Encode writes titles as [Decode] reads them: a JSON array with two spaces of
// indent, text unescaped, a newline at the end. What Decode returned is
// written so that it decodes to the same; a starter file comes out as it went
// in, byte for byte. Seq is not written.
//
// A file does not name its platform, so titles of two platforms in one call
// are an error, and then nothing is written.
func Encode(w io.Writer, titles []muban.Title) error {
	records := make([]titleRecord, 0, len(titles)) // none is [], not null
	for _, t := range titles {
		if t.Platform != titles[0].Platform {
			return fmt.Errorf("titles of %s and %s in one file; write a file for each", titles[0].Platform, t.Platform)
		}
		records = append(records, recordOf(t))
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(records); err != nil {
		return fmt.Errorf("writing titles: %w", err)
	}
	return nil
}
