package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// Predict trains on the train and validation samples of a manifest, whose
// categories are all known, and returns for each test sample, in order, the
// probability of each label from 1 on.
type Predict func(ctx context.Context, m dataset.Manifest, env pipeline.Env) ([][]float32, error)

// Suspect is a sample whose label a network that never saw its group
// confidently denies.
type Suspect struct {
	Sample    *dataset.Sample
	Suggested string  // the category that the network sees
	Given     float32 // probability of the sample's own category
	Other     float32 // probability of the suggested one
}

// margin is the normalised margin: how far the label lies ahead of the rest.
func (s *Suspect) margin() float32 { return s.Given - s.Other }

// Suspects is what Labels found, the most suspect first.
type Suspects struct {
	Samples  int // predicted
	Right    int // of them, those whose most probable category is their own
	Suspects []Suspect
	folder   Folder
}

// Labels looks for wrong labels among the captures of train and validation, by
// confident learning (Northcutt, Jiang and Chuang: Confident Learning, 2021).
// Groups are dealt to o.Folds parts by a hash of their name; each part is
// predicted by a network trained on the others, every category a label of its
// own. A category's threshold is the mean probability that its own samples have
// of it. A sample is suspect when, of the categories whose thresholds it
// reaches, the most probable is another than its own; they are ranked by
// normalised margin. Samples of the test and of unseen categories take no part.
func Labels(ctx context.Context, f Folder, o Options, predict Predict, env pipeline.Env) (Suspects, error) {
	if f.broken != nil {
		return Suspects{}, f.broken
	}
	m := f.Manifest.Select(func(s *dataset.Sample) bool {
		return s.Parent == "" && (s.Role == dataset.Train || s.Role == dataset.Validation)
	})
	names := m.Categories()
	if len(names) < 2 || len(m.Groups()) < o.Folds {
		return Suspects{}, fmt.Errorf("%w: %d categories and %d groups in train and validation: want 2 categories and as many groups as audit.folds, %d",
			dataset.ErrInvalid, len(names), len(m.Groups()), o.Folds)
	}
	rows := make([][]float32, len(m.Samples))
	fold := folds(m, o.Folds, env)
	for k := range o.Folds {
		part := rotated(m, names, fold, k, o.Folds)
		env.Report(k, o.Folds, "trainings")
		got, err := predict(ctx, part, env)
		if err != nil {
			return Suspects{}, fmt.Errorf("part %d of %d: %w", k+1, o.Folds, err)
		}
		for i := range m.Samples {
			if fold[m.Samples[i].Group] == k {
				rows[i], got = got[0], got[1:]
			}
		}
	}
	env.Report(o.Folds, o.Folds, "trainings")
	out := confident(m, names, rows)
	out.folder = f
	return out, nil
}

// folds deals the groups, in the order of a hash of their names.
func folds(m dataset.Manifest, n int, env pipeline.Env) map[string]int {
	groups := m.Groups()
	slices.SortStableFunc(groups, func(a, b string) int {
		return cmp.Compare(env.Key.With(a).Uint64(), env.Key.With(b).Uint64())
	})
	fold := map[string]int{}
	for i, g := range groups {
		fold[g] = i % n
	}
	return fold
}

// rotated returns the manifest with part k as test and the next as validation,
// all categories known.
func rotated(m dataset.Manifest, names []string, fold map[string]int, k, n int) dataset.Manifest {
	out := m.Clone()
	for i := range out.Samples {
		s := &out.Samples[i]
		at, _ := slices.BinarySearch(names, s.Category)
		s.Partition, s.Label, s.Role = dataset.Known, at+1, dataset.Train
		switch fold[s.Group] {
		case k:
			s.Role = dataset.Test
		case (k + 1) % n:
			s.Role = dataset.Validation
		}
	}
	return out
}

// confident finds the suspects. Row i has the probabilities of sample i, by the
// order of names.
func confident(m dataset.Manifest, names []string, rows [][]float32) Suspects {
	out := Suspects{Samples: len(m.Samples)}
	own := make([]int, len(rows))
	sum, count := make([]float64, len(names)), make([]float64, len(names))
	for i := range rows {
		own[i], _ = slices.BinarySearch(names, m.Samples[i].Category)
		sum[own[i]] += float64(rows[i][own[i]])
		count[own[i]]++
	}
	for i, row := range rows {
		best, sure := own[i], -1
		for k, p := range row {
			if p > row[best] {
				best = k
			}
			if float64(p) >= sum[k]/count[k] && (sure < 0 || p > row[sure]) {
				sure = k
			}
		}
		if best == own[i] {
			out.Right++
		}
		if sure >= 0 && sure != own[i] {
			out.Suspects = append(out.Suspects, Suspect{
				Sample: &m.Samples[i], Suggested: names[sure], Given: row[own[i]], Other: row[sure],
			})
		}
	}
	slices.SortStableFunc(out.Suspects, func(a, b Suspect) int { return cmp.Compare(a.margin(), b.margin()) })
	return out
}
