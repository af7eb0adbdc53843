package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/muban-dev/muban/wire"
)

func TestNumbersAreWrittenAsNumbers(t *testing.T) {
	t.Parallel()
	for want, number := range map[string]wire.Number{
		"20": wire.NumberOf(20), "-3": wire.NumberOf(-3), "9007199254740993": wire.ParseNumber("9007199254740993"),
		"5": wire.ParseNumber(" 5.0"), "null": wire.ParseNumber("five"),
	} {
		got, err := json.Marshal(number)
		if err != nil || string(got) != want {
			t.Errorf("%+v is written %s, error %v; want %s", number, got, err, want)
		}
	}
	if got := wire.NumberOf(7); got != wire.ParseNumber("7") {
		t.Errorf("NumberOf(7) is %+v", got)
	}
}
