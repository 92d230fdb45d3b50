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
	c.ReuseRecord = true // and keep no part of a row, which would keep the whole of it
	names := map[string]string{}
	own := func(s string) string {
		if _, ok := names[s]; !ok {
			s = strings.Clone(s)
			names[s] = s
		}
		return names[s]
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
		p, err := parse(header, row, labels, rule)
		if err != nil {
			line, _ := c.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		p.ID, p.Role, p.Kind, p.Category, p.Group = strings.Clone(p.ID), own(p.Role), Kind(own(string(p.Kind))), own(p.Category), own(p.Group)
		out = append(out, p)
	}
}

// parse reads a row of the columns that header names.
func parse(header, row, labels []string, rule Rule) (Prediction, error) {
	p := Prediction{ID: row[0], Role: row[1], Category: row[3], Outcome: Outcome{Kind: Kind(row[2]), Group: row[4]}}
	fault := func(column int, want string) error {
		return fmt.Errorf("%w: %s is %q, %s", ErrInput, header[column], row[column], want)
	}
	if p.Role != "validation" && p.Role != "test" {
		return p, fault(1, "want validation or test")
	}
	if !slices.Contains(Kinds(), p.Kind) {
		return p, fault(2, "want known, unknown or unseen")
	}
	if p.Target = slices.Index(labels, row[5]); p.Target < 0 {
		return p, fault(5, "want "+strings.Join(labels[:len(labels)-1], ", ")+" or "+labels[len(labels)-1])
	}
	if want := target(p, labels); row[5] != want {
		return p, fault(5, fmt.Sprintf("want %q, for category %q is %s", want, p.Category, p.Kind))
	}
	values := make([]float32, len(row)-8)
	for i, field := range row[8:] {
		v, err := strconv.ParseFloat(field, 32)
		if err != nil || v-v != 0 {
			return p, fault(8+i, "want a finite number")
		}
		values[i] = float32(v)
	}
	columns := len(values)/2 - 1
	p.Outputs = Outputs{Probabilities: values[:columns:columns], Logits: values[columns : 2*columns : 2*columns], Energy: values[2*columns], Distance: values[2*columns+1]}
	var err error
	if p.Decision, err = rule.Decide(p.Outputs); err != nil {
		return p, err
	}
	p.Confidence = p.Outputs.TopProbability()
	if err := p.check(len(labels) - 1); err != nil {
		return p, err
	}
	for i, made := range []string{labels[p.Label], digits(float32(p.Score))} {
		if row[6+i] != made {
			return p, fault(6+i, fmt.Sprintf("but the outputs say %q: run the validate stage again", made))
		}
	}
	return p, nil
}

// target returns what a sample of the prediction's category is to be named.
func target(p Prediction, labels []string) string {
	if p.Kind == Known {
		return p.Category
	}
	return labels[NA]
}
