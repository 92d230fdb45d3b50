package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// row is a line of the groups file.
type row struct {
	path, group, category string
	takenAt, camera       string
	line                  int
	doubt                 string // why it has no category
	byStem                bool   // path is the name without folder and ending
	outside               bool   // path leads out of the captures folder
}

// maxFaults bounds how many faults of a file are spelt out.
const maxFaults = 20

// readTable reads a groups file. It takes the habits of spreadsheets: a byte
// order mark, CRLF, and semicolons or tabs for commas. It reports all faults,
// by line.
func readTable(r io.Reader, g Groups) ([]row, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	c := csv.NewReader(bytes.NewReader(data))
	c.Comma, c.ReuseRecord = separator(data), true
	header, err := c.Read()
	if err == io.EOF {
		return nil, fmt.Errorf("it is empty: want a header with the columns %q and %q", g.Path, g.Group)
	} else if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range header {
		if name = strings.TrimSpace(name); name != "" {
			if _, twice := column[name]; twice {
				return nil, fmt.Errorf("line 1: column %q stands twice", name)
			}
			column[name] = i
		}
	}
	if err := requireColumns(column, header, g); err != nil {
		return nil, err
	}
	return tableRows(c, column, g)
}

func requireColumns(column map[string]int, header []string, g Groups) error {
	var errs []error
	for _, want := range []struct{ key, name string }{{"path", g.Path}, {"group", g.Group}} {
		if _, ok := column[want.name]; !ok {
			errs = append(errs, fmt.Errorf("line 1: no column %q among %s: name the right one in ingest.groups.%s", want.name, quoted(header), want.key))
		}
	}
	return errors.Join(errs...)
}

func tableRows(c *csv.Reader, column map[string]int, g Groups) ([]row, error) {
	var rows []row
	var faults []error
	for len(faults) < maxFaults {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			faults = append(faults, err)
			if errors.Is(err, csv.ErrFieldCount) {
				continue
			}
			break
		}
		line, _ := c.FieldPos(0)
		r := row{
			path:  strings.TrimSpace(record[column[g.Path]]),
			group: strings.TrimSpace(record[column[g.Group]]),
			line:  line,
		}
		for _, f := range []struct {
			name string
			to   *string
		}{{g.Category, &r.category}, {g.TakenAt, &r.takenAt}, {g.Camera, &r.camera}} {
			if i, ok := column[f.name]; ok {
				*f.to = strings.TrimSpace(record[i])
			}
		}
		if err := r.check(fmt.Sprintf("column %q", g.Path)); err != nil {
			faults = append(faults, fmt.Errorf("line %d: %w", line, err))
		}
		rows = append(rows, r)
	}
	return rows, errors.Join(faults...)
}

func separator(data []byte) rune {
	header, _, _ := bytes.Cut(data, []byte("\n"))
	for _, s := range ",;\t" {
		if bytes.ContainsRune(header, s) {
			return s
		}
	}
	return ','
}
