package ingest

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
)

// warn tells what a person should know about captures that were kept or not.
func warn(env pipeline.Env, f folder, m dataset.Manifest) {
	if n := len(rejected(f.captures)); n > 0 {
		env.Warn(fmt.Sprintf("%d of %d captures quarantined: %s; %s says why of each", n, len(f.captures), tally(f.captures), filepath.Join(env.Output(env.Name), QuarantineFile)))
	}
	warnNameless(env, m)
	count := map[string]int{}
	for i := range m.Samples {
		count[m.Samples[i].Category]++
	}
	for _, name := range sortedKeys(count) {
		if count[name] == 1 {
			env.Warn(fmt.Sprintf("category %q has one image only: it cannot be in train, validation and test; add captures", name))
		}
	}
}

// warnNameless tells of captures whose group is not a person or session.
func warnNameless(env pipeline.Env, m dataset.Manifest) {
	inBurst, bursts, size, byContent := 0, map[string]bool{}, map[string]int{}, map[string]bool{}
	for i := range m.Samples {
		c := &m.Samples[i]
		size[c.Group]++
		if c.NamesGroup() {
			byContent[c.Group] = true
		} else if strings.HasPrefix(c.Group, dataset.BurstPrefix) {
			inBurst++
			bursts[c.Group] = true
		}
	}
	alone, near, groups := 0, 0, 0
	for g := range byContent {
		if size[g] == 1 {
			alone++
		} else {
			near += size[g]
			groups++
		}
	}
	const leak, remedy = "pictures of one person may fall into train and test, and the results look better than they are", "set ingest.groups.pattern or ingest.groups.file"
	note := func(n int, what string) {
		if n > 0 {
			env.Warn(fmt.Sprintf("of %d of %d captures neither person nor session is known, so %s: %s; %s", n, len(m.Samples), what, leak, remedy))
		}
	}
	note(inBurst, fmt.Sprintf("they are grouped by time, in %d bursts (ingest.groups.gap)", len(bursts)))
	note(near, fmt.Sprintf("near-duplicates are put together, in %d groups (ingest.groups.near)", groups))
	note(alone, "each is a group of its own")
	warnLargest(env, m, size, bursts, "captures join a burst one behind the other, however long it gets (ingest.groups.gap)")
	warnLargest(env, m, size, byContent, "near-duplicates of near-duplicates join, however different the first and the last are (ingest.groups.near)")
}

// tooLarge is the share of all captures above which a group that no person named
// is told of: more than a test or validation set usually takes.
const tooLarge = 0.25

// warnLargest tells of the largest of some groups if it is suspiciously large.
// There is no bound: to part what is alike would be a leak.
func warnLargest(env pipeline.Env, m dataset.Manifest, size map[string]int, among map[string]bool, why string) {
	largest := ""
	for _, g := range sortedKeys(among) {
		if size[g] > size[largest] {
			largest = g
		}
	}
	if n := size[largest]; n > 1 && float64(n) > tooLarge*float64(len(m.Samples)) {
		env.Warn(fmt.Sprintf("group %s has %d of %d captures, and all of them get one role: %s; look at them, and if they show different people or poses set ingest.groups.pattern or ingest.groups.file, or another limit", largest, n, len(m.Samples), why))
	}
}
