package split

import (
	"slices"
	"strconv"

	"github.com/gesturekit/gesturekit/dataset"
)

// bins are what groups are dealt to: the three roles, or the folds of a
// cross-validation, or train and validation where the test is named.
type bins struct {
	names  []string
	shares []float64      // asked, of the samples of known and unknown categories
	roles  []dataset.Role // what the samples of each bin are for
	folds  bool
}

// bins returns what the options deal groups to. The order decides, with the
// group's number in [0, 1), which bin a group is in.
func (o Options) bins() bins {
	switch {
	case o.Folds > 0:
		b := bins{folds: true}
		for i := range o.Folds {
			role := dataset.Train
			switch i {
			case o.Fold:
				role = dataset.Test
			case (o.Fold + 1) % o.Folds:
				role = dataset.Validation
			}
			b.names = append(b.names, "fold-"+strconv.Itoa(i))
			b.shares = append(b.shares, 1/float64(o.Folds))
			b.roles = append(b.roles, role)
		}
		return b
	case len(o.LeaveOut) > 0:
		return bins{
			names:  []string{string(dataset.Validation), string(dataset.Train)},
			shares: []float64{o.Validation, 1 - o.Validation},
			roles:  []dataset.Role{dataset.Validation, dataset.Train},
		}
	}
	roles := []dataset.Role{dataset.Test, dataset.Validation, dataset.Train}
	return bins{
		names:  []string{string(dataset.Test), string(dataset.Validation), string(dataset.Train)},
		shares: []float64{o.Test, o.Validation, 1 - o.Validation - o.Test},
		roles:  roles,
	}
}

// at returns the bin of a number in [0, 1).
func (b bins) at(u float64) int {
	end := 0.0
	for i, s := range b.shares[:len(b.shares)-1] {
		if end += s; u < end {
			return i
		}
	}
	return len(b.shares) - 1
}

func (b bins) index(name string) int { return slices.Index(b.names, name) }

// needed lists the bins that a category with this many groups ought to be in:
// all, if it has groups enough; train and test, if it has two.
func (b bins) needed(groups int) []int {
	var out []int
	for i, r := range b.roles {
		if groups >= len(b.roles) || groups == 2 && !b.folds && r != dataset.Validation {
			out = append(out, i)
		}
	}
	return out
}
