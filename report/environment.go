package report

import (
	"encoding/json"

	"github.com/gesturekit/gesturekit/pipeline"
)

// Environment is what a run was made on and when. Of a report.json, it alone
// differs between two runs from the same captures and settings.
type Environment struct {
	Gesturekit string        `json:"gesturekit"` // version of the program
	Go         string        `json:"go"`         // version of Go that built it
	Platform   string        `json:"platform"`   // such as linux/amd64
	CPU        string        `json:"cpu"`        // as the system names it, "" where it does not
	CPUs       int           `json:"cpus"`       // logical processors that the program may use
	Workers    int           `json:"workers"`    // goroutines that a stage used
	Started    string        `json:"started"`    // when the run began: UTC, RFC 3339
	Written    string        `json:"written"`    // when the report was written, likewise
	Stages     []StageTiming `json:"stages"`     // those before the report, in the order they ran
}

// StageTiming is how long a stage took in the run that wrote the report.
type StageTiming struct {
	Stage   string  `json:"stage"`
	Cached  bool    `json:"cached"`  // it was up to date and did not run
	Seconds float64 `json:"seconds"` // 0 of a cached one
	// ImagesPerSecond is measured between the first and the last image that the
	// stage reported as done; null where it counts none, or was done at once.
	ImagesPerSecond *float64 `json:"images_per_second"`
}

// WithEnvironment sets the Environment of the reports among stages, in place, and
// returns the stages.
func WithEnvironment(stages []pipeline.Stage, of func() Environment) []pipeline.Stage {
	for i, s := range stages {
		if r, ok := s.(Stage); ok {
			r.Environment = of
			stages[i] = r
		}
	}
	return stages
}

// Lasting takes the environment out of report.json, so that the lock's digest of
// two runs is the same.
func (Stage) Lasting(path string) func([]byte) []byte {
	if path != JSONFile {
		return nil
	}
	return withoutEnvironment
}

// withoutEnvironment returns a report.json without its environment, its keys
// sorted. What is no JSON object is returned as it is.
func withoutEnvironment(data []byte) []byte {
	var keys map[string]json.RawMessage
	if json.Unmarshal(data, &keys) != nil || keys == nil {
		return data
	}
	delete(keys, "environment")
	out, err := json.Marshal(keys)
	if err != nil { // what was just read can be written
		return data
	}
	return out
}
