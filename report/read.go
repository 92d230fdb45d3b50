package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrDocument marks a report.json that cannot be read.
var ErrDocument = errors.New("invalid report")

// ReadDocument reads what Document.Write wrote. It fails with ErrDocument on
// what is no report and on another version of its schema or of its metrics.
func ReadDocument(r io.Reader) (Document, error) {
	var d Document
	in := json.NewDecoder(r)
	if err := in.Decode(&d); err != nil {
		return Document{}, fmt.Errorf("%w: not JSON of a report: %w", ErrDocument, err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return Document{}, fmt.Errorf("%w: there is something behind the report", ErrDocument)
	}
	if d.Schema != Schema {
		return Document{}, fmt.Errorf("%w: schema %d, want %d: make the report again with this gesturekit", ErrDocument, d.Schema, Schema)
	}
	if err := d.Metrics.Validate(); err != nil {
		return Document{}, fmt.Errorf("%w: metrics: %w", ErrDocument, err)
	}
	return d, nil
}
