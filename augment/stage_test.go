package augment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/progress"
	"github.com/gesturekit/gesturekit/rng"
)

// run makes a run's folder with four samples and runs the stage in it.
func run(t *testing.T, root string, workers int, o Options) (dataset.Manifest, error) {
	t.Helper()
	var samples []dataset.Sample
	for i, role := range []dataset.Role{dataset.Train, dataset.Train, dataset.Validation, dataset.Test} {
		id := []string{"fist-ann-00000001", "palm-ann-00000002", "fist-bob-00000003", "palm-eve-00000004"}[i]
		category, rest, _ := strings.Cut(id, "-")
		s := dataset.Sample{
			ID: id, Path: "ingest/" + id + ".jpg", Category: category, Group: rest[:3], Source: id, SHA256: id,
			Partition: dataset.Known, Role: role, Label: 1 + i%2,
		}
		samples = append(samples, s)
		var b bytes.Buffer
		if err := pixel.EncodeJPEG(&b, picture(48+i, 48), 95); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, s.Path), b.Bytes())
	}
	return runOn(t, root, workers, o, samples)
}

// runOn runs the stage on samples whose files are there.
func runOn(t *testing.T, root string, workers int, o Options, samples []dataset.Sample) (dataset.Manifest, error) {
	t.Helper()
	env := pipeline.Env{Name: "augment", Root: root, Dir: filepath.Join(root, "augment"), Key: rng.New(1).With("augment"), Workers: workers}
	if err := os.MkdirAll(env.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return Stage{Options: o}.Run(context.Background(), dataset.New(samples), env)
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// files returns the content of every file below dir.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestStageWritesVariantsOfTrain(t *testing.T) {
	o, root := Default(), t.TempDir()
	o.Copies = 3
	m, err := run(t, root, 2, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
	made := m.Select(func(s *dataset.Sample) bool { return s.Parent != "" }).Samples
	if len(m.Samples) != 4+2*3 || len(made) != 2*3 {
		t.Fatalf("%d samples, %d of them variants; want 10 and 6", len(m.Samples), len(made))
	}
	s := made[0]
	if s.ID != "fist-ann-00000001-a1" || s.Path != "augment/images/fist/fist-ann-00000001-a1.jpg" || s.Label != 1 || s.Role != dataset.Train {
		t.Errorf("first variant is %+v", s)
	}
	replays(t, root, s)
}

// replays rebuilds a variant's file from its parent and its trace.
func replays(t *testing.T, root string, s dataset.Sample) {
	t.Helper()
	src, _, err := pixel.ReadFile(filepath.Join(root, "ingest", s.Parent+".jpg"), pixel.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var tr Trace
	if err := json.Unmarshal(s.Trace, &tr); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Render(&b, tr, src, pixel.Codec{}, Default().Quality); err != nil {
		t.Fatal(err)
	}
	if file, err := os.ReadFile(filepath.Join(root, s.Path)); err != nil || !bytes.Equal(file, b.Bytes()) {
		t.Errorf("replay of %s differs from its file (%v)", s.ID, err)
	}
}

func TestWorkersAndInterruptionChangeNothing(t *testing.T) {
	o, one, many := Default(), t.TempDir(), t.TempDir()
	o.Copies = 4
	if _, err := run(t, one, 1, o); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, many, 9, o); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(many, "augment/images/palm/palm-ann-00000002-a2.jpg")); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, many, 3, o); err != nil {
		t.Fatal(err)
	}
	a, b := files(t, one), files(t, many)
	for name := range a {
		if a[name] != b[name] {
			t.Errorf("%s differs", name)
		}
	}
	if len(a) != len(b) {
		t.Errorf("%d files and %d", len(a), len(b))
	}
}

func TestNoCopiesPassThrough(t *testing.T) {
	root := t.TempDir()
	m, err := run(t, root, 2, Default())
	if err != nil || len(m.Samples) != 4 {
		t.Fatalf("%d samples, %v", len(m.Samples), err)
	}
	made := files(t, filepath.Join(root, "augment"))
	if img, err := png.Decode(strings.NewReader(made[PreviewFile])); len(made) != 1 || err != nil || img.Bounds().Dy() < 2*tileSide {
		t.Errorf("%d files, sheet %v", len(made), err)
	}
}

func TestOptionsReportAllFaults(t *testing.T) {
	o := Options{Recipe: recipe(t, "[flip]"), Copies: -1, Quality: 101}
	err := o.Validate()
	for _, want := range []string{"augment.copies is -1", "augment.quality is 101", "remove flip"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if err := Default().Validate(); err != nil || !Default().Online() {
		t.Errorf("defaults: %v, online %v", err, Default().Online())
	}
}

func TestSettingsHoldTheSteps(t *testing.T) {
	text, err := json.Marshal(Stage{Options: Default()}.Settings())
	if err != nil || !strings.Contains(string(text), `"exposure"`) {
		t.Errorf("settings %s, %v: a changed preset would not run the stage again", text, err)
	}
}

func TestSheetRows(t *testing.T) {
	p := Param{Name: "x", Strength: true, Identity: 1, Limits: Range{0, 9}}
	for i, want := range []float64{0.7, 0.8, 0.9, 1, 2, 3, 4} {
		if got := p.between(Range{0.7, 4}, i, 6); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("value %d is %v, want %v", i, got, want)
		}
	}
	var all []string
	for _, op := range Ops() {
		all = append(all, op.Name)
	}
	img, err := Sheet(recipe(t, "["+strings.Join(all, ", ")+"]"), rng.New(1), nil)
	if err != nil || img.Rect.Dy() > 100 {
		t.Errorf("sheet without pictures: %v, %v", img.Rect, err)
	}
}

func TestLabelsHaveNoExponent(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.0416666: "0.0417", -16.66: "-16.7", 999: "999", 999.9: "1000", 4100: "4100", -12345.6: "-12346", 0.5: "0.5"} {
		if got := label(v); got != want {
			t.Errorf("%v is labelled %s, want %s", v, got, want)
		}
	}
}

func TestSheetHTMLHasEveryTile(t *testing.T) {
	r, pictures := recipe(t, "[rotate, {noise: {iso: [0, 800]}}, {border: {mode: constant}}]"), []*image.RGBA{picture(40, 30), picture(9, 30)}
	s, err := layOut(r, rng.New(1), pictures)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, row := range s.rows {
		want += len(row)
	}
	var b bytes.Buffer
	if err := SheetHTML(&b, r, rng.New(1), pictures); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if got := strings.Count(text, `<img src="data:image/png;base64,`); got != want || want < 16 {
		t.Errorf("%d pictures, want %d", got, want)
	}
	for _, want := range []string{"<h2>rotate: degrees, degrees</h2>", "<li>border, mode constant, level 0</li>", "{&#34;rotate&#34;: {&#34;degrees&#34;: "} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if err := SheetHTML(&b, recipe(t, "standard"), rng.New(1), nil); err != nil {
		t.Error(err)
	}
}

// TestMemoryDoesNotGrowWithImages compares what lives after some of the images
// and after many more. All of them together would take a hundred times as much.
func TestMemoryDoesNotGrowWithImages(t *testing.T) {
	const side, total, early, late = 256, 240, 40, 220
	var b bytes.Buffer
	if err := pixel.EncodeJPEG(&b, picture(side, side), 80); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	var samples []dataset.Sample
	for i := range total {
		id := fmt.Sprintf("fist-ann-%08d", i)
		s := dataset.Sample{
			ID: id, Path: "ingest/" + id + ".jpg", Category: "fist", Group: "ann", Source: id, SHA256: id,
			Partition: dataset.Known, Role: dataset.Train, Label: 1,
		}
		samples = append(samples, s)
		write(t, filepath.Join(root, s.Path), b.Bytes())
	}
	live := map[int]uint64{}
	env := pipeline.Env{
		Name: "augment", Root: root, Dir: filepath.Join(root, "augment"), Key: rng.New(1), Workers: 1,
		Progress: func(e progress.Event) {
			if e.Done == early || e.Done == late {
				var m runtime.MemStats
				runtime.GC()
				runtime.GC() // the first one spares what lies in pools
				runtime.ReadMemStats(&m)
				live[e.Done] = m.HeapAlloc
			}
		},
	}
	o := Default()
	o.Recipe, o.Copies = recipe(t, "[rotate, exposure]"), 1
	if err := os.MkdirAll(env.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := (Stage{Options: o}).Run(t.Context(), dataset.New(samples), env); err != nil {
		t.Fatal(err)
	}
	const image = 4 * side * side
	if len(live) != 2 || live[late] > live[early]+8*image {
		t.Errorf("live bytes by images done: %v", live)
	}
}
