package evaluate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// PredictionsFile is the name of the file that predictions are kept in.
const PredictionsFile = "predictions.csv"

// Prediction is one line of PredictionsFile.
type Prediction struct {
	ID       string // the sample's ID in the manifest
	Role     string // validation or test
	Category string // the gesture shown, which for target na is not the target
	Outcome
	Outputs
}

// columns returns the header: the fixed columns, then p_<label> and z_<label>
// (probability and logit) for every column of the model, energy and distance.
func columns(labels []string, hasNA bool) []string {
	out := []string{"id", "role", "partition", "category", "group", "target", "prediction", "score"}
	if !hasNA {
		labels = labels[1:]
	}
	for _, kind := range []string{"p_", "z_"} {
		for _, l := range labels {
			out = append(out, kind+l)
		}
	}
	return append(out, "energy", "distance")
}

// WritePredictions writes the lines as CSV with LF line ends, in the order
// given. Targets and predictions are written by name, and outputs with
// the digits that a float32 needs, so that reading gives the same numbers.
func WritePredictions(w io.Writer, labels []string, hasNA bool, lines []Prediction) error {
	c := csv.NewWriter(w)
	header := columns(labels, hasNA)
	if err := c.Write(header); err != nil {
		return err
	}
	row := make([]string, 0, len(header))
	for _, p := range lines {
		row = append(row[:0], p.ID, p.Role, string(p.Kind), p.Category, p.Group, labels[p.Target], labels[p.Label], digits(float32(p.Score)))
		for _, v := range slices.Concat(p.Probabilities, p.Logits, []float32{p.Energy, p.Distance}) {
			row = append(row, digits(v))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func digits(v float32) string { return strconv.FormatFloat(float64(v), 'g', -1, 32) }

// ReadPredictions reads what WritePredictions wrote for the labels and the
// rule. It decides anew from the outputs and fails when the file says
// otherwise; errors name the line.
func ReadPredictions(r io.Reader, labels []string, rule Rule) ([]Prediction, error) {
	if len(labels) == 0 {
		return nil, fmt.Errorf("%w: no labels: want na first, then the known categories", ErrInput)
	}
	c := csv.NewReader(r)
	header, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrInput, err)
	}
	if want := columns(labels, rule.HasNA); !slices.Equal(header, want) {
		return nil, fmt.Errorf("%w: header is %q, want %q", ErrInput, strings.Join(header, ","), strings.Join(want, ","))
	}
	var out []Prediction
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInput, err)
		}
		p, err := parse(row, labels, rule)
		if err != nil {
			line, _ := c.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		out = append(out, p)
	}
}

func parse(row, labels []string, rule Rule) (Prediction, error) {
	p := Prediction{ID: row[0], Role: row[1], Category: row[3], Outcome: Outcome{Kind: Kind(row[2]), Group: row[4]}}
	values := make([]float32, len(row)-8)
	for i, field := range row[8:] {
		v, err := strconv.ParseFloat(field, 32)
		if err != nil {
			return p, fmt.Errorf("%w: output %q: want a number", ErrInput, field)
		}
		values[i] = float32(v)
	}
	columns := len(values)/2 - 1
	p.Outputs = Outputs{Probabilities: values[:columns:columns], Logits: values[columns : 2*columns : 2*columns], Energy: values[2*columns], Distance: values[2*columns+1]}
	p.Target = slices.Index(labels, row[5])
	var err error
	if p.Decision, err = rule.Decide(p.Outputs); err != nil {
		return p, err
	}
	p.Confidence = p.Outputs.TopProbability()
	if err := p.check(len(labels) - 1); err != nil {
		return p, err
	}
	if p.Kind == Known && p.Category != row[5] {
		return p, fmt.Errorf("%w: target %q of known category %q: want the category's own name", ErrInput, row[5], p.Category)
	}
	if labels[p.Label] != row[6] {
		return p, fmt.Errorf("%w: prediction %q, but the outputs say %q: run the validate stage again", ErrInput, row[6], labels[p.Label])
	}
	return p, nil
}
