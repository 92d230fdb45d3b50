package report

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gesturekit/gesturekit/audit"
)

// Audit is what gesturekit audit found, as far as the report cites it.
type Audit struct {
	Manifest string        `json:"manifest_sha256"` // of the dataset audited
	Current  bool          `json:"current"`         // that is the dataset of this run
	Passed   bool          `json:"passed"`          // nothing of level fail
	Samples  int           `json:"samples"`
	Checks   []audit.Count `json:"checks"`
}

// readAudit reads the audit in a file, nil for "", and compares it with the
// dataset of the run in root.
func readAudit(file, root string) (*Audit, error) {
	if file == "" {
		return nil, nil
	}
	r, err := audit.Read(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	f, err := audit.Open(root)
	if err != nil {
		return nil, err
	}
	return &Audit{r.Manifest, r.Manifest == f.Digest, r.Passed, r.Samples, r.Checks}, nil
}

// text says what was found.
func (a *Audit) text() string {
	if a == nil {
		return "no: gesturekit audit looks for copies of an image in two roles or under two categories, and the next run cites it"
	}
	if !a.Current {
		return "another dataset than this run's: run gesturekit audit again"
	}
	var found []string
	for _, c := range a.Checks {
		var counts []string
		for _, n := range []struct {
			of int
			is string
		}{{c.Faults, "faults"}, {c.Leaks, "leaks"}, {c.Conflicts, "label conflicts"}, {c.Duplicates, "duplicates"}} {
			if n.of > 0 {
				counts = append(counts, fmt.Sprintf("%s %d", n.is, n.of))
			}
		}
		switch {
		case c.Level == audit.Off:
			found = append(found, string(c.Check)+" not looked at")
		case len(counts) > 0:
			found = append(found, string(c.Check)+": "+strings.Join(counts, ", "))
		}
	}
	word := "passed"
	if !a.Passed {
		word = "not passed"
	}
	if len(found) == 0 {
		found = []string{"nothing found"}
	}
	return fmt.Sprintf("%s, %d samples, unused and augmented ones included; %s", word, a.Samples, strings.Join(found, "; "))
}
