package report

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/split"
)

// Files of other stages, described in docs/formats.md.
const (
	modelFile   = "model.json"
	historyFile = "epochs.jsonl"
	sheetFile   = "preview.png"
	asideFile   = "quarantine.csv"
)

// Model is the part of the trained model's card that the report shows.
type Model struct {
	Arch       string   `json:"arch"`
	Size       int      `json:"size"` // width and height of the input, in pixels
	Labels     []string `json:"labels"`
	Loss       string   `json:"loss"`
	Activation string   `json:"activation"`
	Epoch      int      `json:"epoch"` // that the weights are from, counted from 1
	Manifest   string   `json:"manifest_sha256"`
	Weights    string   `json:"weights_sha256"`
}

// Epoch is one pass over the training images.
type Epoch struct {
	N            int        `json:"epoch"` // counted from 1
	Loss         float64    `json:"loss"`  // mean over the epoch's steps
	LearningRate float64    `json:"learning_rate"`
	Validation   Validation `json:"validation"`
	Best         bool       `json:"best"` // better than all before it
}

// Validation is how the network did on the validation samples after an epoch.
type Validation struct {
	Loss     float64             `json:"loss"`
	Accuracy evaluate.Proportion `json:"accuracy"`
}

// source is all that the report is made from.
type source struct {
	manifest    dataset.Manifest
	result      evaluate.Result
	predictions []evaluate.Prediction
	model       Model
	epochs      []Epoch
	stages      []StageRecord
	sheet       []byte // the augmentation's contact sheet as PNG, or nil
	aside       int    // captures in quarantine
	audit       *Audit // nil without one
	split       []string
}

// read gathers the outputs of the stages before. The sheet may be missing, and
// so may be the lock of a run that was made by other means.
func read(m dataset.Manifest, env pipeline.Env) (s source, err error) {
	s.manifest = m
	validated := env.Output("validate")
	if err := open(filepath.Join(validated, evaluate.ResultFile), func(r io.Reader) (err error) {
		s.result, err = evaluate.ReadResult(r)
		return err
	}); err != nil {
		return s, err
	}
	if err := open(filepath.Join(validated, evaluate.PredictionsFile), func(r io.Reader) (err error) {
		s.predictions, err = evaluate.ReadPredictions(r, s.result.Labels, s.result.Rule())
		return err
	}); err != nil {
		return s, err
	}
	if err := open(filepath.Join(env.Output("train"), modelFile), func(r io.Reader) error {
		return json.NewDecoder(r).Decode(&s.model)
	}); err != nil {
		return s, err
	}
	if err := open(filepath.Join(env.Output("train"), historyFile), func(r io.Reader) (err error) {
		s.epochs, err = readEpochs(r)
		return err
	}); err != nil {
		return s, err
	}
	aside := filepath.Join(env.Output("ingest"), asideFile)
	if err := open(aside, func(r io.Reader) error {
		lines, err := csv.NewReader(r).ReadAll()
		s.aside = max(0, len(lines)-1) // the header
		return err
	}); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	lock, err := split.ReadLock(filepath.Join(env.Output(split.Stage{}.Name()), split.LockFile))
	if err == nil {
		s.split = lock.Report()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	if s.stages, err = readStages(env.Root); err != nil {
		return s, err
	}
	if slices.ContainsFunc(s.stages, func(r StageRecord) bool { return r.Stage == "augment" }) {
		s.sheet, err = os.ReadFile(filepath.Join(env.Output("augment"), sheetFile))
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return s, err
}

// open calls parse with the content of a file; errors name the file.
func open(name string, parse func(io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := parse(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func readEpochs(r io.Reader) ([]Epoch, error) {
	var out []Epoch
	d := json.NewDecoder(r)
	for {
		var e Epoch
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("epoch %d: %w", len(out)+1, err)
		}
		out = append(out, e)
	}
}

// StageRecord is what the lock file says about a stage that the model went
// through.
type StageRecord struct {
	Stage    string            `json:"stage"`
	Code     string            `json:"code"`
	Output   string            `json:"output"` // digest of the output folder
	Settings map[string]string `json:"settings"`
	seed     uint64
	depth    int
}

// readStages returns the stages behind the validation, itself included, in the
// order they ran. Others that the lock may hold have no part in the result.
func readStages(root string) ([]StageRecord, error) {
	lock, err := pipeline.ReadLock(root)
	if err != nil {
		return nil, err
	}
	last := lock.Stages["validate"]
	if last == nil {
		return nil, nil
	}
	var out []StageRecord
	for name, e := range lock.Stages {
		if _, behind := last.Upstream[name]; behind || e == last {
			out = append(out, StageRecord{
				Stage: name, Code: e.Code, Output: e.Output, Settings: e.Settings, seed: e.Seed, depth: len(e.Upstream),
			})
		}
	}
	slices.SortFunc(out, func(a, b StageRecord) int {
		if a.depth != b.depth {
			return a.depth - b.depth
		}
		return strings.Compare(a.Stage, b.Stage)
	})
	return out, nil
}
