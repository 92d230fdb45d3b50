package dataset_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/google/go-cmp/cmp"
)

// sound returns a small manifest that uses every column and passes Validate.
func sound() dataset.Manifest {
	base := func(id, category, group string, p dataset.Partition, r dataset.Role, label int) dataset.Sample {
		return dataset.Sample{
			ID: id, Path: "ingest/images/" + id + ".jpg", Category: category, Group: group,
			Source: category + "/" + id + ".png", SHA256: "00" + id, Partition: p, Role: r, Label: label,
		}
	}
	child := base("fist-ann-1-a1", "fist", "ann", dataset.Known, dataset.Train, 1)
	child.Parent, child.Trace, child.SHA256 = "fist-ann-1", json.RawMessage(`[{"exposure":{"stops":0.5}}]`), "00fist-ann-1"
	return dataset.New([]dataset.Sample{
		base("wave-cy-1", "wave", "cy", dataset.Unseen, dataset.Test, 0),
		base("fist-ann-1", "fist", "ann", dataset.Known, dataset.Train, 1),
		base("fist-bob-1", "fist", "bob", dataset.Known, dataset.Validation, 1),
		base("wave-ann-1", "wave", "ann", dataset.Unseen, dataset.Unused, 0),
		base("none-ann-1", "none", "ann", dataset.Unknown, dataset.Train, 0),
		base("ok,\"quoted\"-cy-1", "ok", "cy", dataset.Known, dataset.Test, 2),
		child,
	})
}

func TestCSVRoundTrip(t *testing.T) {
	want := sound()
	var a bytes.Buffer
	if err := want.WriteCSV(&a); err != nil {
		t.Fatal(err)
	}
	got, err := dataset.ReadCSV(bytes.NewReader(a.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var b bytes.Buffer
	if err := got.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("writing what was read gives other bytes")
	}
}

func TestReadCSVTakesSpreadsheetHabits(t *testing.T) {
	var buf bytes.Buffer
	if err := sound().WriteCSV(&buf); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(buf.String(), "\n"), "\n")
	slices.Reverse(lines[1:])
	got, err := dataset.ReadCSV(strings.NewReader("\ufeff" + strings.Join(lines, "\r\n") + "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sound(), got); diff != "" {
		t.Error(diff)
	}
}

func TestReadCSVErrorsNameTheLine(t *testing.T) {
	const header = "id,path,category,group,source,sha256,parent,partition,role,label,trace,taken_at,camera\n"
	for name, c := range map[string]struct{ in, want string }{
		"empty":          {"", "header"},
		"other header":   {"id,path\n", "line 1: header"},
		"short line":     {header + "a,b\n", "line 2"},
		"partition":      {header + "a,a,c,g,,,,seen,,,,,\n", `line 2: partition "seen"`},
		"role":           {header + "a,a,c,g,,,,known,dev,,,,\n", `line 2: role "dev"`},
		"label":          {header + "a,a,c,g,,,,known,train,one,,,\n", `line 2: label "one"`},
		"negative label": {header + "a,a,c,g,,,,known,train,-1,,,\n", `line 2: label "-1"`},
		"trace":          {header + "a,a,c,g,,,,known,train,1,{,,\n", "line 2: trace is not JSON"},
		"time":           {header + "a,a,c,g,,,,known,train,1,,2017:12:12 11:11:40,\n", `line 2: taken_at "2017:12:12 11:11:40": want a time such as 2017-12-12T11:11:40`},
		"open quote":     {header + "\"a,a\n", "line"},
	} {
		_, err := dataset.ReadCSV(strings.NewReader(c.in))
		if !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrInvalid with %q", name, err, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	if err := sound().Validate(); err != nil {
		t.Fatalf("sound manifest: %v", err)
	}
	at := func(m dataset.Manifest, id string) *dataset.Sample {
		i := slices.IndexFunc(m.Samples, func(s dataset.Sample) bool { return s.ID == id })
		return &m.Samples[i]
	}
	for name, c := range map[string]struct {
		spoil func(m dataset.Manifest)
		want  string
	}{
		"duplicate":           {func(m dataset.Manifest) { m.Samples[1].ID = m.Samples[0].ID }, "stands twice"},
		"order":               {func(m dataset.Manifest) { m.Samples[0], m.Samples[1] = m.Samples[1], m.Samples[0] }, "not in order"},
		"no category":         {func(m dataset.Manifest) { at(m, "fist-ann-1").Category = "" }, "must not be empty"},
		"path up":             {func(m dataset.Manifest) { at(m, "fist-ann-1").Path = "../x.jpg" }, "leaves the folder"},
		"path absolute":       {func(m dataset.Manifest) { at(m, "fist-ann-1").Path = "/x.jpg" }, "leaves the folder"},
		"path backslash":      {func(m dataset.Manifest) { at(m, "fist-ann-1").Path = `a\x.jpg` }, "leaves the folder"},
		"not UTF-8":           {func(m dataset.Manifest) { at(m, "fist-ann-1").Group = "\xff" }, "not UTF-8"},
		"case of category":    {func(m dataset.Manifest) { at(m, "none-ann-1").Category = "FIST" }, `categories "FIST" and "fist" differ only in case`},
		"case of group":       {func(m dataset.Manifest) { at(m, "wave-cy-1").Group = "Cy" }, `groups "Cy" and "cy" differ only in case`},
		"form of group":       {func(m dataset.Manifest) { at(m, "wave-cy-1").Group, at(m, "fist-ann-1").Group = "e\u0301", "\u00e9" }, `groups "e\u0301" and "\u00e9" differ only in case`},
		"reserved":            {func(m dataset.Manifest) { at(m, "wave-cy-1").Category = "Test" }, "reserved"},
		"half split":          {func(m dataset.Manifest) { at(m, "wave-cy-1").Role = "" }, "either both or none"},
		"two partitions":      {func(m dataset.Manifest) { at(m, "fist-bob-1").Partition = dataset.Unknown }, "is both"},
		"unseen in train":     {func(m dataset.Manifest) { at(m, "wave-cy-1").Role = dataset.Train }, "unseen is for the test only"},
		"same path":           {func(m dataset.Manifest) { at(m, "fist-bob-1").Path = at(m, "fist-ann-1").Path }, "has the path of"},
		"same capture":        {func(m dataset.Manifest) { at(m, "fist-bob-1").SHA256 = at(m, "fist-ann-1").SHA256 }, "leak: the same capture"},
		"huge label":          {func(m dataset.Manifest) { at(m, "ok,\"quoted\"-cy-1").Label = 3000000000 }, "labels have no gaps"},
		"known unused":        {func(m dataset.Manifest) { at(m, "fist-ann-1").Role = dataset.Unused }, "only unseen samples may be"},
		"group in two roles":  {func(m dataset.Manifest) { at(m, "none-ann-1").Role = dataset.Test }, "leak: group"},
		"label of unknown":    {func(m dataset.Manifest) { at(m, "none-ann-1").Label = 3 }, "does not fit"},
		"label of known":      {func(m dataset.Manifest) { at(m, "ok,\"quoted\"-cy-1").Label = 0 }, "does not fit"},
		"two labels":          {func(m dataset.Manifest) { at(m, "fist-bob-1").Label = 2 }, "has label"},
		"orphan":              {func(m dataset.Manifest) { at(m, "fist-ann-1-a1").Parent = "gone" }, "is missing"},
		"grandchild":          {func(m dataset.Manifest) { at(m, "fist-ann-1-a1").Parent = "fist-ann-1-a1" }, "itself augmented"},
		"child of other role": {func(m dataset.Manifest) { at(m, "fist-ann-1-a1").Parent = "fist-bob-1" }, "leak"},
		"other category":      {func(m dataset.Manifest) { other(m, "fist-ann-1-a1", "exposure") }, "the trace does not mirror it"},
		"trace alone":         {func(m dataset.Manifest) { at(m, "fist-ann-1-a1").Parent = "" }, "trace without a parent"},
	} {
		m := sound()
		c.spoil(m)
		if err := m.Validate(); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want ErrInvalid with %q", name, err, c.want)
		}
	}
}

// other makes an augmented sample one of category ok by the op named.
func other(m dataset.Manifest, id, op string) {
	for i := range m.Samples {
		if s := &m.Samples[i]; s.ID == id {
			s.Category, s.Label, s.Trace = "ok", 2, json.RawMessage(`[{"`+op+`": {}}]`)
		}
	}
}

func TestAMirroredSampleMayHaveAnotherCategory(t *testing.T) {
	m := sound()
	other(m, "fist-ann-1-a1", "flip")
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidateReportsAllFaultsButNotEndlessly(t *testing.T) {
	m := dataset.Manifest{Samples: make([]dataset.Sample, 100)}
	for i := range m.Samples {
		m.Samples[i] = dataset.Sample{ID: string(rune('a' + i)), Label: dataset.NoLabel}
	}
	err := m.Validate()
	if n := strings.Count(err.Error(), "must not be empty"); n != 20 || !strings.Contains(err.Error(), "and 80 more") {
		t.Errorf("%d faults spelt out, want 20 and a count of the rest: %v", n, err)
	}
}

func TestTrainingHidesTheTest(t *testing.T) {
	set, err := sound().Training()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []dataset.Manifest{set.Train(), set.Validation()} {
		for _, s := range m.Samples {
			if s.Role == dataset.Test || s.Partition == dataset.Unseen {
				t.Errorf("the trainer sees %s", s.ID)
			}
		}
	}
	if len(set.Train().Samples) != 3 || len(set.Validation().Samples) != 1 {
		t.Errorf("got %d and %d samples, want 3 and 1", len(set.Train().Samples), len(set.Validation().Samples))
	}
	if _, err := sound().InRole(dataset.Test).Training(); !errors.Is(err, dataset.ErrInvalid) {
		t.Errorf("no train samples: got %v, want ErrInvalid", err)
	}
	leak := sound()
	for i := range leak.Samples {
		if leak.Samples[i].Category == "wave" {
			leak.Samples[i].Role, leak.Samples[i].Group = dataset.Validation, "dan"
		}
	}
	if _, err := leak.Training(); !errors.Is(err, dataset.ErrInvalid) {
		t.Errorf("unseen in validation: got %v, want ErrInvalid", err)
	}
}

func TestLabelNames(t *testing.T) {
	got, err := sound().LabelNames()
	if want := []string{"na", "fist", "ok"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	gap := sound()
	for i := range gap.Samples {
		if gap.Samples[i].Label == 2 {
			gap.Samples[i].Label = 3
		}
	}
	if _, err := gap.LabelNames(); err == nil {
		t.Error("a gap in the labels gives no error")
	}
}

func FuzzReadCSV(f *testing.F) {
	var buf bytes.Buffer
	if err := sound().WriteCSV(&buf); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add([]byte("id,path\n\"a"))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := dataset.ReadCSV(bytes.NewReader(in))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := m.WriteCSV(&out); err != nil {
			t.Fatal(err)
		}
		again, err := dataset.ReadCSV(&out)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Error(diff)
		}
	})
}
