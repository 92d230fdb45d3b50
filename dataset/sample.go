package dataset

import (
	"encoding/json"
	"fmt"
)

// Partition says what the network is told about a category.
type Partition string

// The three kinds of category, and the state before the split stage.
const (
	NoPartition Partition = ""
	Known       Partition = "known"   // a gesture that the network must name
	Unknown     Partition = "unknown" // trained as "no known gesture"
	Unseen      Partition = "unseen"  // never trained nor used for choosing; must come out as na
)

// Role says what a sample is used for.
type Role string

// The three roles, the state before the split stage, and Unused: an unseen
// sample of a group that is in train or validation. Unseen samples may serve in
// test only and a group has one role only, so such a sample can have none; it
// stays in the manifest for the sums to agree.
const (
	NoRole     Role = ""
	Train      Role = "train"
	Validation Role = "validation"
	Test       Role = "test"
	Unused     Role = "unused"
)

// Roles returns train, validation and test, in this order.
func Roles() []Role { return []Role{Train, Validation, Test} }

// Partitions returns known, unknown and unseen, in this order.
func Partitions() []Partition { return []Partition{Known, Unknown, Unseen} }

// NA is the name and NALabel the index of the label "no known gesture".
const (
	NA      = "na"
	NALabel = 0
	// NoLabel is a sample's label before the labels stage.
	NoLabel = -1
)

// Sample is one image of a dataset: one line of the manifest.
type Sample struct {
	ID        string          // unique, stable, lower case: <category>-<group>-<sha8>[-a<copy>]
	Path      string          // the image, slash-separated, relative to the run's folder
	Category  string          // the gesture shown
	Group     string          // person or session: the unit of splitting
	Source    string          // the capture's path, slash-separated, relative to the captures' folder
	SHA256    string          // hexadecimal digest of the capture's bytes
	Parent    string          // ID of the sample that an augmented one was made from, else ""
	Partition Partition       // known, unknown or unseen; "" before the split stage
	Role      Role            // train, validation, test or unused; "" before the split stage
	Label     int             // 0 = na, 1..K = known; NoLabel before the labels stage
	Trace     json.RawMessage // the drawn recipe that made an augmented sample, else nil
	TakenAt   string          // when the capture was taken, as WallTime reads it; "" if nobody knows
	Camera    string          // maker and model; "" if nobody knows
}

// ParsePartition reads one of the three partition names, or "" for none.
func ParsePartition(s string) (Partition, error) {
	for _, p := range [...]Partition{NoPartition, Known, Unknown, Unseen} {
		if s == string(p) {
			return p, nil // the constant, which keeps no line of a file in memory
		}
	}
	return "", fmt.Errorf("partition %q: want known, unknown or unseen", s)
}

// ParseRole reads a role's name, or "" for none.
func ParseRole(s string) (Role, error) {
	for _, r := range [...]Role{NoRole, Train, Validation, Test, Unused} {
		if s == string(r) {
			return r, nil
		}
	}
	return "", fmt.Errorf("role %q: want train, validation, test or unused", s)
}

// NamesGroup reports whether the sample's group is named by its content, as
// ingest does where neither person nor session is known: the group is the sample
// alone, or with its near-duplicates.
func (s *Sample) NamesGroup() bool { return len(s.SHA256) > 8 && s.Group == s.SHA256[:8] }
