package evaluate

import (
	"encoding/json"
	"fmt"
	"io"
)

// ResultFile is the name of the file that a Result is kept in.
const ResultFile = "metrics.json"

// ResultSchema is the version of the layout of ResultFile.
const ResultSchema = 3

// Result is what the validate stage found: the metrics of the test, and those
// of the validation samples that the model was chosen by.
type Result struct {
	Schema    int      `json:"schema"` // ResultSchema
	Score     Score    `json:"score"`  // what the threshold is compared with
	Threshold float64  `json:"threshold"`
	HasNA     bool     `json:"has_na"` // the model has a column for na
	Labels    []string `json:"labels"` // names by index, "na" first
	Test      Metrics  `json:"test"`
	// Validation is null when there is no validation sample. It has no unseen
	// samples, for they are kept for the test.
	Validation *Metrics `json:"validation"`
	// Intervals are of the test; null without a bootstrap.
	Intervals *Intervals `json:"intervals"`
	// Scores are what each score would make of the test: at the model's fixed
	// threshold, and at each that was calibrated with the model.
	Scores []ScoreResult `json:"scores"`
}

// Rule returns the rule that the result was decided by.
func (r Result) Rule() Rule { return Rule{Threshold: r.Threshold, Score: r.Score, HasNA: r.HasNA} }

// Write writes r as indented JSON. The same result gives the same bytes.
func (r Result) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// ReadResult reads what Write wrote. It fails on another schema version and
// when the matrices do not fit the labels.
func ReadResult(r io.Reader) (Result, error) {
	var out Result
	if err := json.NewDecoder(r).Decode(&out); err != nil {
		return Result{}, fmt.Errorf("%w: not JSON of a result: %w", ErrInput, err)
	}
	if err := out.Validate(); err != nil {
		return Result{}, err
	}
	return out, nil
}

// Validate fails on another schema version, on a rule that cannot be and when
// the matrices do not fit the labels.
func (r Result) Validate() error {
	if r.Schema != ResultSchema {
		return fmt.Errorf("%w: schema %d, want %d: run the validate stage again with this gesturekit", ErrInput, r.Schema, ResultSchema)
	}
	if err := r.Rule().Validate(); err != nil {
		return err
	}
	for i, m := range []*Metrics{&r.Test, r.Validation} {
		name := []string{"test", "validation"}[i]
		if m == nil {
			continue
		}
		if !m.ConfusionAll.square(len(r.Labels)) || !m.ConfusionKnown.square(len(r.Labels)) || len(m.Labels) != len(r.Labels) {
			return fmt.Errorf("%w: %s: the matrices do not fit %d labels", ErrInput, name, len(r.Labels))
		}
	}
	return nil
}

func (c Confusion) square(n int) bool {
	for _, row := range c {
		if len(row) != n {
			return false
		}
	}
	return len(c) == n && n > 0
}

type proportionJSON struct {
	Value *float64 `json:"value"`
	Count int      `json:"count"`
	Of    int      `json:"of"`
}

// MarshalJSON writes {"value": v, "count": c, "of": n}; v is null when the
// proportion is undefined.
func (p Proportion) MarshalJSON() ([]byte, error) {
	out := proportionJSON{Count: p.Count, Of: p.Of}
	if v, ok := p.Value(); ok {
		out.Value = &v
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads count and of; the value follows from them.
func (p *Proportion) UnmarshalJSON(data []byte) error {
	var in proportionJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	if in.Count < 0 || in.Count > in.Of {
		return fmt.Errorf("%w: %d out of %d: want 0 <= count <= of", ErrInput, in.Count, in.Of)
	}
	*p = Proportion{in.Count, in.Of}
	return nil
}
