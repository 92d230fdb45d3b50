package trainer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/trainer/nn"
)

// Names of a model's files.
const (
	WeightsFile = "model.safetensors" // parameters, running statistics and the density of the features, float32
	CardFile    = "model.json"        // a Card
)

// CardFormat is the version of the layout of CardFile and WeightsFile, and of
// what a network of a given arch computes from its weights.
const CardFormat = 4

// ErrModel marks every fault of a model's files.
var ErrModel = errors.New("invalid model")

// Card says all that inference needs beside the weights, and where the model
// comes from.
type Card struct {
	Format     int            `json:"format"` // CardFormat
	Arch       string         `json:"arch"`
	Size       int            `json:"size"`            // width and height of the input, in pixels
	Labels     []string       `json:"labels"`          // names by label: na, then the known categories
	Loss       Loss           `json:"loss"`            // for ce, eos and objectosphere output 0 is label 1; otherwise output i is label i
	Activation string         `json:"activation"`      // from logits to probabilities: sigmoid or softmax
	Score      evaluate.Score `json:"score"`           // what Threshold is compared with
	Threshold  float64        `json:"threshold"`       // na if the score is below it or output na is highest
	Fixed      float64        `json:"fixed_threshold"` // of max-probability, 0..1, as set; the best epoch was chosen at it
	// Calibrated holds the threshold of each score at the known recall asked
	// for; none if none was.
	Calibrated map[evaluate.Score]float64 `json:"calibrated_thresholds"`
	Mean       RGB                        `json:"mean"` // input = (value/255 - mean) / std, by channel
	Std        RGB                        `json:"std"`
	Epoch      int                        `json:"epoch"`           // the epoch that the weights are from, counted from 1
	Seed       uint64                     `json:"seed"`            // of the run that trained it
	Manifest   string                     `json:"manifest_sha256"` // digest of the manifest.csv trained on
	Weights    string                     `json:"weights_sha256"`  // digest of WeightsFile
}

// Model is a network and its card.
type Model struct {
	Card
	net     *nn.Net
	density *density
}

// New returns an untrained model for the data, initialised from key.
func New(d *Data, o Options, key rng.Key) (*Model, error) {
	m := &Model{Card: Card{
		Format: CardFormat, Arch: o.Arch, Size: d.Size, Labels: d.Labels, Loss: o.Loss,
		Activation: o.Loss.Activation(), Score: evaluate.MaxProbability, Threshold: o.Threshold, Fixed: o.Threshold, Mean: d.Mean, Std: d.Std,
	}}
	return m, m.build(key.With("initial"))
}

// build makes the network that the card describes.
func (m *Model) build(key rng.Key) (err error) {
	if m.net, err = nn.New(nn.Config{Arch: m.Arch, Outputs: m.Loss.outputs(len(m.Labels)), Size: m.Size}, key); err != nil {
		return err
	}
	m.density = newDensity(len(m.Labels)-1, m.net.Features())
	return nil
}

// Rule returns how the model's probabilities become predictions.
func (m *Model) Rule() evaluate.Rule {
	return evaluate.Rule{Threshold: m.Threshold, Score: m.Score, HasNA: m.Loss.HasNA()}
}

// tensors returns the parameters and running statistics, by reference.
func (m *Model) tensors() []tensor {
	var out []tensor
	for _, p := range slices.Concat(m.net.Params(), m.net.Buffers()) {
		out = append(out, tensor{name: p.Name, shape: p.Shape, data: p.Data})
	}
	return out
}

// file returns all tensors of WeightsFile, by reference.
func (m *Model) file() []tensor { return slices.Concat(m.tensors(), m.density.tensors()) }

// Save writes the model's two files to a folder, the card last and each whole
// or not at all.
func (m *Model) Save(dir string) error {
	var weights, card bytes.Buffer
	if err := writeTensors(&weights, map[string]string{"format": "gesturekit"}, m.file()); err != nil {
		return err
	}
	m.Weights = digest(weights.Bytes())
	e := json.NewEncoder(&card)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(m.Card); err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, WeightsFile), weights.Bytes()); err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(dir, CardFile), card.Bytes())
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Load reads a model that Save wrote. A damaged, truncated or foreign file
// gives an error that names it and wraps ErrModel.
func Load(dir string) (*Model, error) {
	name := filepath.Join(dir, CardFile)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	m := &Model{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m.Card); err != nil {
		return nil, fmt.Errorf("%w: %s: %w: train again", ErrModel, name, err)
	}
	if tail := bytes.TrimSpace(data[d.InputOffset():]); len(tail) > 0 {
		return nil, fmt.Errorf("%w: %s: %d bytes behind the JSON object: train again", ErrModel, name, len(tail))
	}
	if err := m.Card.check(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, name, err)
	}
	if err := m.build(rng.Key{}); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, name, err)
	}
	name = filepath.Join(dir, WeightsFile)
	if data, err = os.ReadFile(name); err != nil {
		return nil, err
	}
	if got := digest(data); got != m.Weights {
		return nil, fmt.Errorf("%w: %s: its sha256 is %s, want %s as %s says: the file is damaged or belongs to another model",
			ErrModel, name, got, m.Weights, CardFile)
	}
	_, tensors, err := readTensors(data)
	if err == nil {
		err = copyTensors(m.file(), tensors)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrModel, name, err)
	}
	return m, nil
}

// check reports every field of a card that no Save would have written.
func (c *Card) check() error {
	if c.Format != CardFormat {
		return fmt.Errorf("format is %d, want %d: it is from another gesturekit; train again", c.Format, CardFormat)
	}
	if !c.Loss.valid() {
		return fmt.Errorf("loss is %q, want %s", c.Loss, losses)
	}
	var errs []error
	if want := c.Loss.Activation(); c.Activation != want {
		errs = append(errs, fmt.Errorf("activation is %q, want %s for the loss %s", c.Activation, want, c.Loss))
	}
	rules := []evaluate.Rule{{Score: c.Score, Threshold: c.Threshold}, {Threshold: c.Fixed}}
	for _, s := range slices.Sorted(maps.Keys(c.Calibrated)) {
		rules = append(rules, evaluate.Rule{Score: s, Threshold: c.Calibrated[s]})
	}
	for _, r := range rules {
		errs = append(errs, r.Validate())
	}
	if len(c.Labels) < 2 || c.Labels[0] != dataset.NA {
		errs = append(errs, fmt.Errorf("labels are %q, want na and at least one category", c.Labels))
	}
	if names := slices.Sorted(slices.Values(c.Labels)); len(slices.Compact(names)) < len(c.Labels) {
		errs = append(errs, fmt.Errorf("labels are %q, want each name once", c.Labels))
	}
	for i := range c.Std {
		if !(c.Std[i] > 0) {
			errs = append(errs, fmt.Errorf("std is %v, want numbers above 0", c.Std))
			break
		}
	}
	return errors.Join(errs...)
}

// copyTensors copies the numbers of src to the tensors of dst. Both must have
// the same names and shapes, in any order, and src must be finite.
func copyTensors(dst, src []tensor) error {
	byName := make(map[string]tensor, len(src))
	for _, t := range src {
		byName[t.name] = t
	}
	for _, d := range dst {
		s, ok := byName[d.name]
		if !ok {
			return fmt.Errorf("tensor %q is missing", d.name)
		}
		if !slices.Equal(s.shape, d.shape) || len(s.data) != len(d.data) {
			return fmt.Errorf("tensor %q has shape %v, want %v", d.name, s.shape, d.shape)
		}
		if i := notFinite(s.data); i >= 0 {
			return fmt.Errorf("tensor %q: number %d is %v, want finite numbers", d.name, i, s.data[i])
		}
	}
	if len(src) != len(dst) {
		return fmt.Errorf("%d tensors, want %d", len(src), len(dst))
	}
	for _, d := range dst { // only now: a fault leaves dst as it was
		copy(d.data, byName[d.name].data)
	}
	return nil
}

// notFinite returns the index of the first NaN or infinity, or -1.
func notFinite(values []float32) int {
	return slices.IndexFunc(values, func(v float32) bool { return v-v != 0 })
}
