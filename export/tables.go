package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

func asideColumns() []string { return []string{"file", "reason", "detail"} }

// readAside reads a quarantine. Errors name the line.
func readAside(data []byte) ([]setAside, error) {
	c := csv.NewReader(bytes.NewReader(data))
	header, err := c.Read()
	if err != nil || !slices.Equal(header, asideColumns()) {
		return nil, fmt.Errorf("line 1: want the header %s", strings.Join(asideColumns(), ","))
	}
	var out []setAside
	for {
		row, err := c.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, setAside{row[0], row[1], row[2]})
	}
}

func writeAside(w io.Writer, aside []setAside) error {
	c := csv.NewWriter(w)
	if err := c.Write(asideColumns()); err != nil {
		return err
	}
	for _, a := range aside {
		if err := c.Write([]string{a.file, a.reason, a.detail}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// record is a sample as samples.jsonl and the shards give it. Every field has
// one type in every line, and none is ever null, as Hugging Face wants it.
type record struct {
	File      string            `json:"file_name,omitempty"` // below the role's folder
	ID        string            `json:"id"`
	Category  string            `json:"category"`
	Group     string            `json:"group"`
	Source    string            `json:"source"`
	SHA256    string            `json:"sha256"`
	Parent    string            `json:"parent"`
	Partition dataset.Partition `json:"partition"`
	Role      dataset.Role      `json:"role"`
	Target    int               `json:"target"` // the label's index in the order of the model's outputs
	Label     string            `json:"label"`  // its name
	Trace     string            `json:"trace"`  // JSON
	Camera    string            `json:"camera"`
	// There is no taken_at: Arrow takes it for a timestamp in those roles alone in which every sample has one.
}

func newRecord(s *dataset.Sample, names []string) record {
	return record{
		ID: s.ID, Category: s.Category, Group: s.Group, Source: s.Source, SHA256: s.SHA256,
		Parent: s.Parent, Partition: s.Partition, Role: s.Role, Target: s.Label, Label: names[s.Label], Trace: string(s.Trace), Camera: s.Camera,
	}
}

// writeSamples writes an object a line for the samples of one role.
func writeSamples(w io.Writer, m dataset.Manifest, names []string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i := range m.Samples {
		r := newRecord(&m.Samples[i], names)
		r.File = strings.TrimPrefix(m.Samples[i].Path, string(r.Role)+"/")
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
