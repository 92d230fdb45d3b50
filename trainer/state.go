package trainer

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
	"github.com/gesturekit/gesturekit/pipeline"
)

// stateFile holds an unfinished training: a safetensors file with the model, the
// best model, the moments of AdamW and the moving average, and with the history in its header.
const stateFile = "training.state"

// Keys of the state's header.
const (
	workKey    = "work"
	historyKey = "history"
)

// fingerprint returns a digest of all that decides the result of a training,
// except for the pixels themselves, which the samples' IDs stand for.
func fingerprint(m *Model, d *Data, o Options, a Augmentation, env pipeline.Env) (string, error) {
	data, err := json.Marshal(struct {
		Card    Card
		Options Options
		Augment any
		Key     uint64
		IDs     [2][]string
	}{m.Card, o, a.Settings, env.Key.Uint64(), [2][]string{d.train.ids, d.validation.ids}})
	if err != nil {
		return "", fmt.Errorf("describe the training: %w", err)
	}
	return digest(data), nil
}

// tensors returns all numbers of the training's state, by reference.
func (f *fitting) tensors() []tensor {
	out := f.model.tensors()
	for i, t := range out {
		out = append(out, tensor{"best/" + t.name, t.shape, f.bestModel[i]})
	}
	for i, p := range f.optimiser.params {
		out = append(out, tensor{"moment1/" + p.Name, p.Shape, f.optimiser.m[i]}, tensor{"moment2/" + p.Name, p.Shape, f.optimiser.v[i]})
	}
	return append(out, f.average.tensors()...)
}

// save keeps the state of the training in env.Dir, whole or not at all.
func (f *fitting) save() error {
	if f.env.Dir == "" {
		return nil
	}
	history, err := json.Marshal(f.history)
	if err != nil {
		return err
	}
	head := map[string]string{workKey: f.work, historyKey: string(history)}
	return atomicfile.Write(filepath.Join(f.env.Dir, stateFile), func(w io.Writer) error {
		sum := sha256.New()
		if err := writeTensors(io.MultiWriter(w, sum), head, f.tensors()); err != nil {
			return err
		}
		_, err := w.Write(sum.Sum(nil))
		return err
	})
}

// sealed returns the content of a state file without the SHA-256 that ends it.
func sealed(file []byte) ([]byte, error) {
	n := len(file) - sha256.Size
	if n < 0 {
		return nil, errors.New("too short")
	}
	if sum := sha256.Sum256(file[:n]); !bytes.Equal(sum[:], file[n:]) {
		return nil, errors.New("its checksum is wrong")
	}
	return file[:n], nil
}

// resume takes up the state in env.Dir if it is of the same work. A state that
// cannot be read is told of and ignored: training anew gives the same result.
func (f *fitting) resume() error {
	if f.env.Dir == "" {
		return nil
	}
	name := filepath.Join(f.env.Dir, stateFile)
	file, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var head map[string]string
	var tensors []tensor
	if file, err = sealed(file); err == nil {
		head, tensors, err = readTensors(file)
	}
	if err == nil && head[workKey] != f.work {
		return nil
	}
	var history []Epoch
	if err == nil {
		err = json.Unmarshal([]byte(head[historyKey]), &history)
	}
	if err == nil {
		err = copyTensors(f.tensors(), tensors)
	}
	if err != nil {
		f.env.Warn(fmt.Sprintf("%s is damaged, training from the start: %v", name, err))
		return nil
	}
	f.history = history
	f.optimiser.forward(len(history) * f.loader.steps())
	return nil
}

// removeState deletes the state of a finished training from dir.
func removeState(dir string) error {
	err := os.Remove(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
