package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// owned are the settings that the lock holds no path for, since that is of the
// machine: what takes the place of each, "" where only the owner knows.
func owned() map[string]string {
	return map[string]string{
		"ingest.captures": "", "ingest.groups.file": "",
		"split.partition": "../split/partition.csv", "split.lock": "../split/split.lock.json",
	}
}

// rerun is a config file that makes the run again, from the lock's settings. It
// is empty without a lock.
func (d Document) rerun() string {
	if d.Run.Seed == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The settings that this report was made with. From the same captures, the same bytes:\n# gesturekit run%s --out again FILE\n", d.flags())
	fmt.Fprintf(&b, "seed: %d\ncodec: %s\n", *d.Run.Seed, d.codec())
	stages := append(slices.Clone(d.Run.Stages), StageRecord{Stage: "report", Settings: map[string]string{"title": quoted(d.Title)}})
	for _, s := range stages {
		settings := s.asked()
		if len(settings) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s:\n", s.Stage)
		var open []string // sections that the last key is in
		for _, key := range slices.Sorted(maps.Keys(settings)) {
			parts := strings.Split(key, ".")
			last := len(parts) - 1
			for i, p := range parts[:last] {
				if i >= len(open) || open[i] != p {
					fmt.Fprintf(&b, "%s%s:\n", strings.Repeat("  ", i+1), p)
					open = append(open[:i:i], p)
				}
			}
			open = open[:min(len(open), last)]
			fmt.Fprintf(&b, "%s%s: %s\n", strings.Repeat("  ", len(parts)), parts[last], settings[key])
		}
	}
	return b.String()
}

// asked returns the stage's own settings, as YAML by path.
func (s StageRecord) asked() map[string]string {
	out := map[string]string{}
	for k, v := range s.Settings {
		if s.Stage == "train" && (k == "augment" || strings.HasPrefix(k, "augment.")) {
			continue // shown there because it takes part in training
		}
		if !json.Valid([]byte(v)) {
			v = quoted(v)
		}
		out[k] = v
	}
	for path, instead := range owned() {
		key, ok := strings.CutPrefix(path, s.Stage+".")
		if v, set := out[key]; !ok || !set || v == `""` {
			continue
		}
		if out[key] = instead; instead == "" {
			delete(out, key)
		}
	}
	return out
}

// flags returns the flags for what only the owner of the captures knows.
func (d Document) flags() string {
	flags := ""
	for _, s := range d.Run.Stages {
		if s.Stage == "ingest" && s.Settings["captures"] == "folder" {
			flags += " --ingest.captures FOLDER"
			if s.Settings["groups.file"] != "" {
				flags += " --ingest.groups.file GROUPS"
			}
		}
	}
	return flags
}

// codec returns the setting that the ingest stage's code goes by.
func (d Document) codec() string {
	for _, s := range d.Run.Stages {
		if s.Stage == "ingest" && strings.Contains(s.Code, "libjpeg-turbo") {
			return "turbo"
		}
	}
	return "go"
}

// quoted writes a string as YAML, which JSON is.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil { // a string always has JSON
		return `""`
	}
	return string(text)
}
