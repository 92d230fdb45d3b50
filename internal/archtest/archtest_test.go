// Package archtest holds the import graph as a test: a package may import only
// what its line allows, and a package without a line fails.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gesturekit/gesturekit/"

// allowed lists for each package which of ours its code may import.
func allowed() map[string]string {
	const stage = "pipeline dataset rng progress internal/atomicfile internal/nearest"
	return map[string]string{
		"rng": "", "progress": "", "internal/atomicfile": "", "internal/nearest": "", "internal/golden": "", "internal/headless": "", "internal/archtest": "", "internal/contact": "", "internal/pairs": "", "internal/elementary": "",
		"pixel":          "pixel/baseline pixel/heif pixel/icc",
		"pixel/baseline": "",
		"pixel/heif":     "",
		"pixel/icc":      "internal/elementary",
		"pixel/turbo":    "pixel",
		"dataset":        "internal/atomicfile",
		"pipeline":       "dataset rng progress internal/atomicfile",
		"evaluate":       "",

		"internal/neardup": "pipeline pixel",

		"trainer/nn/kernel":              "",
		"trainer/nn/kernel/internal/asm": "",
		"augment/internal/asm":           "",
		"pixel/internal/asm":             "",
		"augment/bench":                  "augment config pixel",
		"trainer/nn":                     "rng trainer/nn/kernel",

		"internal/synth": stage + " pixel",
		"ingest/quality": "pixel",
		"ingest/archive": "",
		"ingest/video":   "",
		"ingest":         stage + " pixel ingest/archive ingest/quality ingest/video internal/contact internal/neardup",
		"fetch":          stage + " ingest/archive",
		"split":          stage,
		"labels":         stage + " internal/pairs",
		"augment":        stage + " pixel internal/contact internal/pairs internal/elementary",
		"audit":          stage + " pixel internal/contact internal/neardup",
		"trainer":        stage + " pixel evaluate trainer/nn trainer/nn/kernel",
		"validate":       stage + " pixel evaluate trainer",
		"report":         stage + " pixel evaluate audit split",
		"gate":           "dataset evaluate report",
		"explain":        "dataset evaluate trainer",

		// Not a stage: behind them, so it may use how they name and write their files.
		"export": stage + " audit ingest split labels",

		// Behind the stages too.
		"internal/web": "",
		"serve/bench":  "serve internal/web pixel rng trainer",
		"capture":      "dataset pixel internal/web",
		"serve":        "capture evaluate trainer pixel internal/web",

		"config":         "dataset evaluate audit export fetch internal/synth ingest split labels augment trainer validate report gate pipeline rng pixel pixel/turbo internal/nearest",
		"compare":        "config fetch pipeline dataset split trainer evaluate report progress internal/atomicfile",
		"cli":            "compare audit capture config explain export fetch serve internal/web pipeline progress dataset rng pixel augment split labels evaluate report gate trainer internal/atomicfile internal/nearest",
		"cmd/gesturekit": "cli",
	}
}

func TestImportsPointDown(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	table := allowed()
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		line, ok := table[name]
		if !ok {
			t.Errorf("package %s has no line in the table", name)
			continue
		}
		delete(table, name)
		for _, i := range p.Imports {
			if i, ours := strings.CutPrefix(i, module); ours && !slices.Contains(strings.Fields(line), i) {
				t.Errorf("%s imports %s, which its line does not allow", name, i)
			}
		}
	}
	for name := range table {
		t.Errorf("the table has a line for %s, which is no package", name)
	}
}
