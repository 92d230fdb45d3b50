package split

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/gesturekit/gesturekit/dataset"
)

// LockFile is the name of the record of a split.
const LockFile = "split.lock.json"

// algorithm names the way from seed to roles; it changes when that way does.
const algorithm = "sha256-group-threshold/1"

// Lock records what a split was made from and what came out.
type Lock struct {
	Algorithm  string                   `json:"algorithm"`
	Seed       string                   `json:"seed"` // the stage's key, as a hexadecimal number
	Salt       int                      `json:"salt"`
	Asked      map[dataset.Role]float64 `json:"asked"`      // shares of the trained samples
	Got        map[dataset.Role]float64 `json:"got"`        // likewise
	Samples    map[dataset.Role]int     `json:"samples"`    // all samples
	Groups     map[dataset.Role]int     `json:"groups"`     // groups with a sample in the role
	Result     string                   `json:"result"`     // sha256 of the lines "<id> <partition> <role>"
	Categories []categoryRoles          `json:"categories"` // sorted
}

type categoryRoles struct {
	Category  string               `json:"category"`
	Partition dataset.Partition    `json:"partition"`
	Samples   map[dataset.Role]int `json:"samples"`
}

func (o Options) lock(m dataset.Manifest, seed uint64, salt int) Lock {
	l := Lock{
		Algorithm: algorithm, Seed: fmt.Sprintf("%016x", seed), Salt: salt,
		Asked: map[dataset.Role]float64{
			dataset.Train: round(1 - o.Validation - o.Test), dataset.Validation: o.Validation, dataset.Test: o.Test,
		},
		Got: map[dataset.Role]float64{}, Samples: map[dataset.Role]int{}, Groups: map[dataset.Role]int{},
	}
	h := sha256.New()
	trained, per := map[dataset.Role]int{}, map[string]*categoryRoles{}
	total, groups := 0, map[string]bool{}
	for _, c := range m.Categories() {
		l.Categories = append(l.Categories, categoryRoles{Category: c, Samples: map[dataset.Role]int{}})
	}
	for i := range l.Categories {
		per[l.Categories[i].Category] = &l.Categories[i]
	}
	for _, s := range m.Samples {
		fmt.Fprintf(h, "%s %s %s\n", s.ID, s.Partition, s.Role)
		l.Samples[s.Role]++
		per[s.Category].Partition = s.Partition
		per[s.Category].Samples[s.Role]++
		if s.Partition != dataset.Unseen {
			trained[s.Role]++
			total++
		}
		if s.Role != dataset.Unused && !groups[s.Group] {
			groups[s.Group] = true
			l.Groups[s.Role]++
		}
	}
	for _, r := range dataset.Roles() {
		l.Got[r] = round(float64(trained[r]) / float64(total))
	}
	l.Result = hex.EncodeToString(h.Sum(nil))
	return l
}

// round keeps four decimals, which is what a share is read to.
func round(share float64) float64 { return math.Round(share*1e4) / 1e4 }

func (l Lock) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(l)
}
