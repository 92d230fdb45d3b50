package ingest_test

import (
	"encoding/csv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// real returns a folder of real data, which lies beside the repository on the
// machines of the project.
func real(t testing.TB, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("real data takes long")
	}
	dir := filepath.Join("..", "..", "shared", "data", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no ../shared/data/%s", name)
	}
	return dir
}

func TestSignDigits(t *testing.T) {
	dir := real(t, "sign-digits")
	before := files(t, dir)
	o := options(dir)
	o.Groups.File = filepath.Join(dir, "groups.csv")
	r := must(t, o)
	if len(r.m.Samples) != 2062 || len(r.m.Groups()) != 207 || len(r.m.Categories()) != 10 {
		t.Errorf("%d samples, %d groups, %d categories; want 2062, 207, 10", len(r.m.Samples), len(r.m.Groups()), len(r.m.Categories()))
	}
	want := map[string]string{"LICENSE": "no-category", "README.md": "no-category"}
	if !maps.Equal(r.quarantine, want) {
		t.Errorf("quarantine %v, want %v", r.quarantine, want)
	}
	if !maps.Equal(before, files(t, dir)) {
		t.Error("the captures changed")
	}
}

// TestMessyCaptures takes the conformance files of image decoders for captures
// of one category: each is kept or has a reason.
func TestMessyCaptures(t *testing.T) {
	dir, err := filepath.Abs(real(t, "messy"))
	if err != nil {
		t.Fatal(err)
	}
	captures := write(t, map[string]string{"messy/README.txt": ""})
	all := files(t, dir)
	for name := range all {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(captures, "messy", strings.ReplaceAll(name, "/", " ")), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o := options(captures)
	o.MaxPixels = 500_000
	r := must(t, o)
	if n := len(r.m.Samples) + len(r.quarantine); n != len(all)+1 || len(r.m.Samples) < 200 || len(r.quarantine) < 50 {
		t.Errorf("%d kept and %d quarantined of %d files", len(r.m.Samples), len(r.quarantine), len(all)+1)
	}
	for file, detail := range r.details {
		if detail == "" {
			t.Errorf("%s: reason %s without a detail", file, r.quarantine[file])
		}
	}
}

func BenchmarkSignDigits(b *testing.B) {
	dir := real(b, "sign-digits")
	o := options(filepath.Join(dir, "Dataset"))
	o.Groups.File = filepath.Join(dir, "groups.csv")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := run(b, o, 2); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(2062*float64(b.N)/b.Elapsed().Seconds(), "images/s")
}

// Time and camera are what groups.csv, made by another program, says, which names
// models alone; and without it the pictures are grouped by time.
func TestSignDigitsByTime(t *testing.T) {
	dir := real(t, "sign-digits")
	f, err := os.Open(filepath.Join(dir, "groups.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, row := range rows[1:] {
		want[row[6]] = row[4:6]
	}
	o := options(filepath.Join(dir, "Dataset"))
	o.Groups.Near = 0 // takes half a minute, and finds nothing
	r := must(t, o)
	for _, s := range r.m.Samples {
		if got := []string{s.TakenAt, strings.TrimPrefix(s.Camera, "Apple ")}; !slices.Equal(got, want[s.SHA256]) {
			t.Errorf("%s: %q, want %q", s.Source, got, want[s.SHA256])
		}
	}
	if len(r.m.Samples) != 2062 || len(r.m.Groups()) != 154 {
		t.Errorf("%d samples in %d bursts, want 2062 in 154, as a count by another program gives", len(r.m.Samples), len(r.m.Groups()))
	}
}
