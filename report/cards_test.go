package report_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/report"
)

func TestPageHasCardsCalibrationAndPersons(t *testing.T) {
	f := standard()
	env := f.build(t)
	f.write(t, "ingest/quarantine.csv", []byte("file,reason,detail\na.jpg,truncated,\nb.jpg,duplicate,of c.jpg\n"))
	if _, err := (report.Stage{Options: report.Default()}).Run(t.Context(), f.manifest, env); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(env.Dir, report.HTMLFile))
	f.must(t, err)
	checkPage(t, data)
	page := string(data)
	js, err := os.ReadFile(filepath.Join(env.Dir, report.JSONFile))
	f.must(t, err)
	m := document(t, map[string][]byte{report.JSONFile: js}).Metrics
	interval := m.Intervals.Figures["auroc_unseen"]
	for _, want := range []string{
		"<dt>captures</dt><dd>385 of 5 people or sessions</dd>", "6 known, 2 unknown (trained as na), 3 unseen (never trained)",
		"<dt>set aside</dt><dd>2 captures; quarantine.csv", "<dt>test</dt><dd>154 captures of 2 people or sessions</dd>",
		"tells the gestures five, fist, ok, one, pinch, two apart", "The test has 2 people or sessions",
		`<th class="name" scope="row">dan</th><td>89.6` + "\u00a0%", `scope="row">eve</th>`,
		fmt.Sprintf("<h3>All test images: ECE %.3f</h3>", *m.Test.Calibration["all"].ECE), fmt.Sprintf("<h3>Known gestures: ECE %.3f</h3>", *m.Test.Calibration["known"].ECE),
		fmt.Sprintf(`scope="row">AUROC, unseen</th><td>%.3f</td><td>%.3f to %.3f</td>`, interval.Value, interval.Low, interval.High), "95 % interval",
		fmt.Sprintf(`scope="row">worst_label_recall</th><td>%.3f</td>`, m.Intervals.Figures["worst_label_recall"].Value),
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	bars := 0
	for _, c := range m.Test.Calibration {
		for _, b := range c.Bins {
			if b.Accuracy.Of > 0 {
				bars++
			}
		}
	}
	if got := strings.Count(page, `class="expected"`); got != bars || bars == 0 {
		t.Errorf("%d bars of the reliability diagrams, want %d", got, bars)
	}
	settings, err := os.ReadFile(filepath.Join(env.Dir, report.SettingsFile))
	f.must(t, err)
	if !bytes.Contains(settings, []byte("seed: 7\ncodec: go\ningest:\n  one: 0\n  title:\n    text: \"")) {
		t.Errorf("settings:\n%s", settings)
	}
}

func TestReportSaysHowTheSplitCameOut(t *testing.T) {
	f := standard()
	env := f.build(t)
	f.must(t, os.MkdirAll(filepath.Join(f.root, "split"), 0o755))
	f.write(t, "split/split.lock.json", []byte(`{"algorithm": "sha256-group-threshold/2", "asked": {"train": 0.65, "validation": 0.15, "test": 0.2},
		"got": {"train": 0.4, "validation": 0.2, "test": 0.4}, "tolerance": 0.02, "off": 0.25, "lacking": ["known category \"<ok>\" has no sample in test"],
		"ungrouped": 3, "in_bursts": 4, "spanning": 5, "samples": {"train": 200, "unused": 90}, "settled": ["dan", "eve"], "groups": {"dan": "test 1 0"}}`))
	if _, err := (report.Stage{Options: report.Default()}).Run(t.Context(), f.manifest, env); err != nil {
		t.Fatal(err)
	}
	said := []string{
		"asked of the known and unknown samples: train 65.0 %, validation 15.0 %, test 20.0 %; got: train 40.0 %, validation 20.0 %, test 40.0 %",
		"a share lies at most 25.0 % from the one asked for, in a category at half weight; the tolerance is 2 %",
		"5 of 1 groups have samples of more than one category", "2 groups moved so that no category lacks a role: dan, eve",
		"of 3 of 290 samples neither person nor session is known: each is a group of its own", "of 4 of 290 samples neither person nor session is known: they are grouped by time, in bursts",
		"90 samples unused: unseen, of groups in train or validation", "has no sample in test",
	}
	for _, name := range []string{report.HTMLFile, report.MarkdownFile, report.JSONFile} {
		data, err := os.ReadFile(filepath.Join(env.Dir, name))
		f.must(t, err)
		if name == report.HTMLFile {
			checkPage(t, data)
		}
		for _, want := range said {
			if !strings.Contains(string(data), want) {
				t.Errorf("%s has no %q", name, want)
			}
		}
	}
	f.write(t, "split/split.lock.json", []byte("{"))
	if _, err := (report.Stage{Options: report.Default()}).Run(t.Context(), f.manifest, env); err == nil || !strings.Contains(err.Error(), "split.lock.json") {
		t.Errorf("a broken lock: got %v", err)
	}
}

func TestLimitsOfASmallTest(t *testing.T) {
	page := string(run(t, shapes()["closed set"], report.Default(), 2)[report.HTMLFile])
	for _, want := range []string{"The test has no unknown category", "The test has no unseen category"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}
