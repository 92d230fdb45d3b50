package dataset

import (
	"hash/maphash"
	"iter"
	"slices"
	"sync"
)

// doubts is what one pass with hashes cannot decide: paths and digests whose
// hashes met, and parents that did not stand right before their children.
type doubts struct {
	paths, contents map[uint64]bool
	parents         map[string]relative
}

func newDoubts() doubts {
	return doubts{map[uint64]bool{}, map[uint64]bool{}, map[string]relative{}}
}

func (d doubts) any() bool { return len(d.paths)+len(d.contents)+len(d.parents) > 0 }

// hashes notes the hashes of paths that occur twice, and those of contents that
// occur in two roles. It sorts both.
func (d doubts) hashes(paths, contents []uint64) {
	var sorting sync.WaitGroup
	sorting.Go(func() { slices.Sort(paths) })
	slices.Sort(contents)
	sorting.Wait()
	for i := 1; i < len(paths); i++ {
		if paths[i] == paths[i-1] {
			d.paths[paths[i]] = true
		}
	}
	for i := 1; i < len(contents); i++ {
		if a, b := contents[i-1], contents[i]; a != b && a&^3 == b&^3 {
			d.contents[b&^3] = true
		}
	}
}

// resolve goes through the samples again and decides what was in doubt.
func (v *Checker) resolve(samples iter.Seq2[*Sample, error]) error {
	if len(v.doubts.parents) > 0 {
		for s, err := range samples {
			if err != nil {
				return err
			}
			if _, wanted := v.doubts.parents[s.ID]; wanted {
				v.doubts.parents[s.ID] = relativeOf(s)
			}
		}
	}
	paths, contents := map[string]string{}, map[string]Role{}
	var parent string
	for s, err := range samples {
		if err != nil {
			return err
		}
		if v.doubts.paths[maphash.String(v.seed, s.Path)] {
			if other, twice := paths[s.Path]; twice && s.Path != "" {
				v.fault(s, "has the path of %s", other)
			}
			paths[s.Path] = s.ID
		}
		if s.SHA256 != "" && s.Role != NoRole && s.Role != Unused && v.doubts.contents[maphash.String(v.seed, s.SHA256)&^3] {
			if r, ok := contents[s.SHA256]; ok && r != s.Role {
				v.fault(s, "leak: the same capture is both in %s and in %s", r, s.Role)
			}
			contents[s.SHA256] = s.Role
		}
		if s.Parent == "" {
			parent = s.ID
		} else if s.Parent != parent {
			v.compare(s, v.doubts.parents[s.Parent])
		}
	}
	return nil
}
