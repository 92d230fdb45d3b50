package gate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bound is what a number is held to, such as ">= 0.9". The zero Bound holds it
// to nothing.
type Bound struct {
	Operator string // ">=", ">", "<=" or "<"; "" for no bound
	Limit    float64
}

// operators lists the operators, each before those that it begins with.
func operators() []string { return []string{">=", "<=", ">", "<"} }

// UnmarshalText reads an operator and a finite number, or nothing.
func (b *Bound) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	*b = Bound{}
	if s == "" {
		return nil
	}
	for _, op := range operators() {
		number, ok := strings.CutPrefix(s, op)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			break
		}
		*b = Bound{op, v}
		return nil
	}
	return fmt.Errorf(`%q is no bound: want >=, >, <= or < and a number, in quotes, such as ">= 0.9"`, s)
}

// MarshalText writes what UnmarshalText reads.
func (b Bound) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// String returns the bound as it is written in a config file.
func (b Bound) String() string {
	if b.Operator == "" {
		return ""
	}
	return b.Operator + " " + strconv.FormatFloat(b.Limit, 'g', -1, 64)
}

// Holds tells whether v keeps within the bound.
func (b Bound) Holds(v float64) bool {
	switch b.Operator {
	case ">=":
		return v >= b.Limit
	case ">":
		return v > b.Limit
	case "<=":
		return v <= b.Limit
	case "<":
		return v < b.Limit
	}
	return true
}
