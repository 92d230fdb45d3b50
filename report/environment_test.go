package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/report"
)

// TestOnlyTheEnvironmentDiffers writes the report of a run on two machines: what
// lasts of report.json and all other files are the same.
func TestOnlyTheEnvironmentDiffers(t *testing.T) {
	rate := 812.5
	write := func(e report.Environment) map[string]string {
		f := standard()
		env := f.build(t)
		if _, err := (report.Stage{Options: report.Default(), Environment: func() report.Environment { return e }}).Run(t.Context(), f.manifest, env); err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		names, err := filepath.Glob(filepath.Join(env.Dir, "*"))
		f.must(t, err)
		for _, name := range names {
			data, err := os.ReadFile(name)
			f.must(t, err)
			out[filepath.Base(name)] = string(data)
		}
		return out
	}
	a := write(report.Environment{Gesturekit: "v1", Workers: 2, Started: "2026-01-02T03:04:05Z", Stages: []report.StageTiming{{Stage: "train", Seconds: 3, ImagesPerSecond: &rate}}})
	b := write(report.Environment{Gesturekit: "v2", Workers: 9, Started: "2027-01-02T03:04:05Z", Stages: []report.StageTiming{{Stage: "train", Cached: true}}})
	if len(a) != 4 || len(b) != 4 {
		t.Fatalf("%d and %d files, want 4", len(a), len(b))
	}
	for name := range a {
		lasting := report.Stage{}.Lasting(name)
		if name != report.JSONFile {
			if a[name] != b[name] || lasting != nil {
				t.Errorf("%s differs, or does not count as a whole", name)
			}
			continue
		}
		if a[name] == b[name] || !strings.Contains(a[name], `"images_per_second": 812.5`) {
			t.Error("report.json does not tell what it was made on")
		}
		if x, y := lasting([]byte(a[name])), lasting([]byte(b[name])); !bytes.Equal(x, y) || len(x) < len(a[name])/3 {
			t.Errorf("what lasts of report.json differs, or is little: %d bytes", len(x))
		}
		spoilt := strings.Replace(a[name], `"best_epoch": `, `"best_epoch": 1`, 1)
		if bytes.Equal(lasting([]byte(spoilt)), lasting([]byte(a[name]))) {
			t.Error("a change outside the environment does not count")
		}
		for _, other := range []string{"", "[1]", "null", "{"} {
			if got := lasting([]byte(other)); string(got) != other {
				t.Errorf("of %q there lasts %q", other, got)
			}
		}
	}
}
