package report

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
)

// Schema is the version of the layout of report.json. It is raised when a key
// is removed or changes its meaning; new keys may come without.
const Schema = 1

// Document is report.json.
type Document struct {
	Schema  int             `json:"schema"`
	Title   string          `json:"title"`
	Metrics evaluate.Result `json:"metrics"`
	Model   Model           `json:"model"`
	// Categories are sorted by partition (known, unknown, unseen), known ones
	// by label, the others by name.
	Categories []Category           `json:"categories"`
	Groups     map[dataset.Role]int `json:"groups"` // people or sessions with a sample in the role
	Split      []string             `json:"split"`  // what was asked of the split and what came out, in sentences; none without its lock
	Training   Training             `json:"training"`
	Examples   Examples             `json:"examples"`
	Audit      *Audit               `json:"audit"` // null when there was none before the report
	Run        Run                  `json:"run"`
	// Environment is what differs from run to run; null when nobody told.
	Environment *Environment `json:"environment"`
}

// Category is one gesture of the dataset and what became of it in the test.
type Category struct {
	Category  string               `json:"category"`
	Partition dataset.Partition    `json:"partition"`
	Label     int                  `json:"label"`
	Groups    int                  `json:"groups"`
	Samples   map[dataset.Role]int `json:"samples"`   // captures by role
	Augmented int                  `json:"augmented"` // augmented samples, all in train
	// Correct counts the test samples that are predicted as their target, and
	// Predicted the test samples by predicted label.
	Correct   evaluate.Proportion `json:"correct"`
	Predicted []int               `json:"predicted"`
}

// Training is how the model came about.
type Training struct {
	Best   int     `json:"best_epoch"` // that the weights are from, counted from 1
	Epochs []Epoch `json:"epochs"`
}

// Run is what to set to get the same result again.
type Run struct {
	Seed   *uint64       `json:"seed"` // null when the run has no lock file
	Stages []StageRecord `json:"stages"`
}

// Write writes the document as indented JSON. The same document gives the same
// bytes.
func (d Document) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}

// document puts together what the sources say.
func (o Options) document(s source) Document {
	d := Document{
		Schema: Schema, Title: o.Title, Metrics: s.result, Model: s.model,
		Groups:   groupsByRole(s.manifest),
		Split:    append([]string{}, s.split...),
		Training: Training{Best: s.model.Epoch, Epochs: slices.Clip(append([]Epoch{}, s.epochs...))},
		Examples: o.examples(s.predictions, s.result.HasNA),
		Audit:    s.audit,
		Run:      Run{Stages: append([]StageRecord{}, s.stages...)},
	}
	if n := len(s.stages); n > 0 {
		d.Run.Seed = &s.stages[n-1].seed
	}
	d.Categories = categories(s)
	return d
}

func groupsByRole(m dataset.Manifest) map[dataset.Role]int {
	out := map[dataset.Role]int{}
	for _, r := range append(dataset.Roles(), dataset.Unused) {
		out[r] = len(m.InRole(r).Groups())
	}
	return out
}

// categories counts the samples and predictions of every category.
func categories(s source) []Category {
	at := map[string]*Category{}
	var out []*Category
	for _, name := range s.manifest.Categories() {
		at[name] = &Category{Category: name, Samples: map[dataset.Role]int{}, Predicted: make([]int, len(s.result.Labels))}
		for _, r := range append(dataset.Roles(), dataset.Unused) {
			at[name].Samples[r] = 0
		}
		out = append(out, at[name])
	}
	groups := map[[2]string]bool{}
	for i := range s.manifest.Samples {
		m := &s.manifest.Samples[i]
		c := at[m.Category]
		c.Partition, c.Label = m.Partition, m.Label
		if m.Parent != "" {
			c.Augmented++
			continue
		}
		c.Samples[m.Role]++
		if k := [2]string{m.Category, m.Group}; !groups[k] {
			groups[k] = true
			c.Groups++
		}
	}
	for _, p := range s.predictions {
		if c := at[p.Category]; c != nil && p.Role == string(dataset.Test) {
			c.Predicted[p.Label]++
			c.Correct.Of++
			if p.Correct() {
				c.Correct.Count++
			}
		}
	}
	return ordered(out)
}

func ordered(in []*Category) []Category {
	var out []Category
	for _, c := range in {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Category) int {
		if p := slices.Index(dataset.Partitions(), a.Partition) - slices.Index(dataset.Partitions(), b.Partition); p != 0 {
			return p
		}
		if a.Label != b.Label {
			return a.Label - b.Label
		}
		return strings.Compare(a.Category, b.Category)
	})
	return out
}

// inPartitions returns the categories of some partitions, in order.
func (d Document) inPartitions(ps ...dataset.Partition) []Category {
	var out []Category
	for _, c := range d.Categories {
		if slices.Contains(ps, c.Partition) {
			out = append(out, c)
		}
	}
	return out
}
