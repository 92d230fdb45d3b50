package trainer

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/progress"
)

func TestStageLeavesModelAndHistory(t *testing.T) {
	m, env := shapes(t, 2)
	notes := warnings(&env)
	var stage pipeline.Stage = Stage{Options: quick(), Augment: jitter()}
	out, err := stage.Run(context.Background(), m, env)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(out, m) || len(*notes) > 0 {
		t.Errorf("the manifest changed, or warnings %q", *notes)
	}
	entries, err := os.ReadDir(env.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(sorted(names), " "); got != "epochs.jsonl model.json model.safetensors" {
		t.Errorf("files %s", got)
	}
	model, err := Load(env.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Write(env.Root); err != nil {
		t.Fatal(err)
	}
	csv, err := os.ReadFile(filepath.Join(env.Root, dataset.FileName))
	if err != nil {
		t.Fatal(err)
	}
	history, err := ReadHistory(env.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if model.Manifest != digest(csv) || model.Seed != env.Seed || len(history) != 6 || model.Epoch != best(history).N {
		t.Errorf("card %+v, %d epochs", model.Card, len(history))
	}
}

func TestStageSettingsNameWhatSteersTheWeights(t *testing.T) {
	s := Stage{Options: Default(), Augment: jitter()}
	data, err := yaml.Marshal(s.Settings())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nloss: bcena\n", "\nlearning_rate: 0.003\n", "\naugment: jitter\n"} {
		if !strings.Contains("\n"+string(data), want) {
			t.Errorf("settings lack %q:\n%s", want, data)
		}
	}
	if s.Name() != "train" || !strings.HasPrefix(s.Version(), "train/") || s.Inputs() != nil {
		t.Errorf("%s %s %v", s.Name(), s.Version(), s.Inputs())
	}
}

func TestStageWithoutUnknownWarns(t *testing.T) {
	m, env := shapes(t, 1)
	notes := warnings(&env)
	o := quick()
	o.Epochs = 1
	m = m.Select(func(s *dataset.Sample) bool { return s.Partition != dataset.Unknown })
	if _, err := (Stage{Options: o}).Run(context.Background(), m, env); err != nil {
		t.Fatal(err)
	}
	if len(*notes) != 1 || !strings.Contains((*notes)[0], "no unknown category") {
		t.Errorf("warnings %q", *notes)
	}
}

func TestStageRefusesWhatIsNotLabelled(t *testing.T) {
	m, env := shapes(t, 1)
	for i := range m.Samples {
		m.Samples[i].Label = dataset.NoLabel
	}
	if _, err := (Stage{Options: quick()}).Run(context.Background(), m, env); err == nil || !strings.Contains(err.Error(), "run the labels stage first") {
		t.Errorf("error %v", err)
	}
}

func TestReadHistoryNamesTheLine(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, HistoryFile), []byte("{\"epoch\":1}\n{broken\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadHistory(dir); err == nil || !strings.Contains(err.Error(), HistoryFile+": epoch 2:") {
		t.Errorf("error %v", err)
	}
}

func TestDivergedStageKeepsTheBestModel(t *testing.T) {
	m, env := shapes(t, 2)
	o := quick()
	o.Epochs = 4
	data := readShapes(t, m, o.Loss, env)
	model, err := New(data, o, env.Key)
	if err != nil {
		t.Fatal(err)
	}
	epochs := 0
	env.Progress = func(e progress.Event) {
		if strings.HasPrefix(e.Note, "epoch ") {
			if epochs++; epochs == 2 {
				model.net.Params()[0].Data[0] = float32(math.NaN())
			}
		}
	}
	history, err := (Stage{Options: o}).fit(t.Context(), model, data, env)
	if !errors.Is(err, ErrDiverged) || history != nil || !strings.Contains(err.Error(), "is in "+env.Dir) {
		t.Fatalf("error %v, %d epochs", err, len(history))
	}
	loaded, err := Load(env.Dir)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := ReadHistory(env.Dir)
	if err != nil || len(kept) != 2 || loaded.Epoch != best(kept).N {
		t.Errorf("epoch %d of %d kept, %v", loaded.Epoch, len(kept), err)
	}
}
