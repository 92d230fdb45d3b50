package gate_test

import (
	"reflect"
	"testing"

	"github.com/gesturekit/gesturekit/gate"
)

// allBounds returns the options with a bound on every figure.
func allBounds(t *testing.T) gate.Options {
	t.Helper()
	o := gate.Default()
	v := reflect.ValueOf(&o).Elem()
	for i := range v.NumField() {
		if b, ok := v.Field(i).Addr().Interface().(*gate.Bound); ok {
			*b = bound(t, ">= 0")
		}
	}
	return o
}
