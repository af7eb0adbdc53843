package cloudcall

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The part of protocol buffers that two small messages need. A field is a tag,
// which is its number and how its value is written, and the value.
const (
	varintValue  = 0
	fixed64Value = 1
	bytesValue   = 2 // text, bytes, or a message
	fixed32Value = 5
)

// field is one field of a message. Which of varint and bytes holds its value
// goes by its kind; the fixed ones are skipped, since no field we know is one.
type field struct {
	number, kind uint64
	varint       uint64
	bytes        []byte // a part of the message, not a copy
}

// eachField calls visit for the fields of a message, in order, until one
// fails.
func eachField(message []byte, visit func(field) error) error {
	for len(message) > 0 {
		f, rest, err := cutField(message)
		if err == nil {
			err = visit(f)
		}
		if err != nil {
			return err
		}
		message = rest
	}
	return nil
}

// lastFieldNumber is the highest that protocol buffers allow.
const lastFieldNumber = 1<<29 - 1

func cutField(message []byte) (f field, rest []byte, err error) {
	tag, rest, err := cutVarint(message)
	if err != nil {
		return f, nil, err
	}
	f.number, f.kind = tag>>3, tag&7
	if f.number == 0 || f.number > lastFieldNumber {
		return f, nil, &FormatError{fmt.Sprintf("field number %d does not exist", f.number)}
	}
	switch f.kind {
	case varintValue:
		f.varint, rest, err = cutVarint(rest)
	case bytesValue:
		f.bytes, rest, err = cutBytes(rest)
	case fixed64Value:
		_, rest, err = cut(rest, 8)
	case fixed32Value:
		_, rest, err = cut(rest, 4)
	default: // groups, which proto3 does not have, and what nobody has
		err = &FormatError{fmt.Sprintf("field %d is of wire type %d, which is not read", f.number, f.kind)}
	}
	return f, rest, err
}

func cutVarint(message []byte) (value uint64, rest []byte, err error) {
	value, n := binary.Uvarint(message)
	if n <= 0 {
		return 0, nil, &FormatError{"a number breaks off, or has more than 64 bits"}
	}
	return value, message[n:], nil
}

func cutBytes(message []byte) (value, rest []byte, err error) {
	length, rest, err := cutVarint(message)
	if err != nil {
		return nil, nil, err
	}
	if length > math.MaxInt32 {
		length = math.MaxInt32 // more than any message has
	}
	return cut(rest, int(length))
}

func cut(message []byte, length int) (value, rest []byte, err error) {
	if length > len(message) {
		return nil, nil, &FormatError{fmt.Sprintf("a field of %d bytes breaks off after %d", length, len(message))}
	}
	return message[:length], message[length:], nil
}

func appendBytes(message []byte, number uint64, value []byte) []byte {
	message = binary.AppendUvarint(message, number<<3|bytesValue)
	message = binary.AppendUvarint(message, uint64(len(value)))
	return append(message, value...)
}

func appendVarint(message []byte, number, value uint64) []byte {
	message = binary.AppendUvarint(message, number<<3|varintValue)
	return binary.AppendUvarint(message, value)
}
