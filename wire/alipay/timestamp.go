package alipay

import "time"

// timestampLayout is that of timestamp (seed 003: yyyy-MM-dd HH:mm:ss).
const timestampLayout = "2006-01-02 15:04:05"

// FormatTimestamp writes a time as requests do, in its own zone.
func FormatTimestamp(t time.Time) string { return t.Format(timestampLayout) }

// ParseTimestamp reads timestamp. Its zone is not known: Java's SDK writes
// UTC+8, the others the time of their host (protocol.md §5.3), so that only
// its form can be judged.
func ParseTimestamp(text string) (time.Time, error) {
	if len(text) != len(timestampLayout) {
		return time.Time{}, &ParamError{ParamTimestamp, text, "like " + timestampLayout}
	}
	t, err := time.Parse(timestampLayout, text)
	if err != nil {
		return time.Time{}, &ParamError{ParamTimestamp, text, "like " + timestampLayout}
	}
	return t, nil
}
