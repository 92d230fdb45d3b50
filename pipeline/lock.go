package pipeline

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"github.com/goccy/go-yaml"

	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// LockName is the lock file's name in the run's folder.
const LockName = "pipeline.lock"

const lockHead = `# What made each stage's output; written by gesturekit run. Commit it: with the
# same captures, a run from this state gives the same digests on any machine.
`

// Lock records what made the outputs of a run.
type Lock struct {
	Version int               `yaml:"version"`
	Stages  map[string]*Entry `yaml:"stages"`
}

// Entry is what decided one stage's output, and that output's digest.
type Entry struct {
	Code     string            `yaml:"code"`
	Seed     uint64            `yaml:"seed"` // 0 of a stage that draws nothing
	Settings map[string]string `yaml:"settings"`
	Inputs   string            `yaml:"inputs,omitempty"`   // digest of the files from outside
	Upstream map[string]string `yaml:"upstream,omitempty"` // output digest of each stage before
	Tools    map[string]string `yaml:"tools,omitempty"`    // versions of the machine's tools that were used
	Files    int               `yaml:"files"`
	Output   string            `yaml:"output"`
}

const lockVersion = 1

// ReadLock reads the lock of a run; a run without one gives an empty lock.
func ReadLock(root string) (Lock, error) {
	empty := Lock{Version: lockVersion, Stages: map[string]*Entry{}}
	name := filepath.Join(root, LockName)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, err
	}
	var l Lock
	if err := yaml.UnmarshalWithOptions(data, &l, yaml.Strict()); err != nil {
		return empty, fmt.Errorf("lock file %s: %w (delete it to run all stages again)", name, err)
	}
	if l.Version != lockVersion {
		return empty, fmt.Errorf("lock file %s: version %d, want %d: it is from another gesturekit; delete it to run all stages again", name, l.Version, lockVersion)
	}
	for stage, e := range l.Stages {
		if e == nil {
			return empty, fmt.Errorf("lock file %s: stage %s is empty (delete the file to run all stages again)", name, stage)
		}
	}
	if l.Stages == nil {
		l.Stages = empty.Stages
	}
	return l, nil
}

func (l Lock) write(root string) error {
	data, err := yaml.Marshal(l)
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(root, LockName), append([]byte(lockHead), data...))
}

// flatten turns settings into "path.to.key" -> value, with the names that YAML
// gives them.
func flatten(settings any) (map[string]string, error) {
	data, err := yaml.Marshal(settings)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	flat := map[string]string{}
	return flat, flattenInto(flat, "", tree)
}

func flattenInto(flat map[string]string, path string, v any) error {
	switch v := v.(type) {
	case map[string]any:
		for k, v := range v {
			if path != "" {
				k = path + "." + k
			}
			if err := flattenInto(flat, k, v); err != nil {
				return err
			}
		}
	case string:
		flat[path] = v
	default:
		text, err := json.Marshal(v)
		flat[path] = string(text)
		return err
	}
	return nil
}

// why says in which point e differs from what was recorded, or "" if in none.
// inputs says what is known of a difference in the input files, or is "".
func (e *Entry) why(old *Entry, inputs string) string {
	switch {
	case old == nil:
		return "it has not run yet"
	case e.Code != old.Code:
		return fmt.Sprintf("the code changed from %s to %s", old.Code, e.Code)
	case e.Seed != old.Seed:
		return fmt.Sprintf("the seed changed from %d to %d", old.Seed, e.Seed)
	}
	for _, k := range sortedKeys(e.Settings, old.Settings) {
		if e.Settings[k] != old.Settings[k] {
			return fmt.Sprintf("%s changed from %s to %s", k, quoteEmpty(old.Settings[k]), quoteEmpty(e.Settings[k]))
		}
	}
	for _, k := range sortedKeys(e.Upstream, old.Upstream) {
		if e.Upstream[k] != old.Upstream[k] {
			return fmt.Sprintf("the output of %s changed", k)
		}
	}
	for _, k := range sortedKeys(e.Tools, old.Tools) {
		if now, was := e.Tools[k], old.Tools[k]; now != was {
			return fmt.Sprintf("%s is %s here, and was %s", k, cmp.Or(now, "missing"), cmp.Or(was, "missing"))
		}
	}
	if e.Inputs != old.Inputs {
		return cmp.Or(inputs, "its input files changed")
	}
	return ""
}

func quoteEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

func sortedKeys(maps ...map[string]string) []string {
	var keys []string
	for _, m := range maps {
		for k := range m {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	return slices.Compact(keys)
}
