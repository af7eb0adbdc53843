package muban

// Changes are objects that are new or that changed, as they are now.
type Changes struct {
	Messages  []Message
	Grants    []Grant
	Callbacks []Callback
}
