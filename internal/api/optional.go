package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// Optional is a member of a request that may be left out, given, or given as
// null. In a JSON Merge Patch these say: leave it, set it, remove it.
type Optional[T any] struct {
	set, null bool
	value     T
}

// UnmarshalJSON is called only where the member is there.
func (o *Optional[T]) UnmarshalJSON(raw []byte) error {
	o.set = true
	if string(raw) == "null" {
		o.null = true
		return nil
	}
	return json.Unmarshal(raw, &o.value)
}

// Schema is that of T, or null.
func (o *Optional[T]) Schema(r huma.Registry) *huma.Schema {
	// Not a reference: huma can say "or null" of a whole schema only.
	s := *huma.SchemaFromType(r, reflect.TypeFor[T]())
	s.Nullable = true
	return &s
}

// given reports whether the member has a value.
func (o *Optional[T]) given() bool { return o.set && !o.null }

// into puts the member into target: its value, or absent for null. A member
// that was left out changes nothing.
func (o *Optional[T]) into(target *T, absent T) {
	switch {
	case o.null:
		*target = absent
	case o.set:
		*target = o.value
	}
}

// intoPointer puts the member into a target that is nil where it is absent.
func (o *Optional[T]) intoPointer(target **T) {
	switch {
	case o.null:
		*target = nil
	case o.set:
		value := o.value
		*target = &value
	}
}
