package ingest

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest/quality"
	"github.com/gesturekit/gesturekit/pipeline"
)

// CapturesFile is the name of the table of all captures found, a line each,
// sorted by file: what became of it, and what was measured of those that were
// kept.
const CapturesFile = "captures.csv"

// What became of a capture.
const (
	statusKept        = "kept"
	statusFlagged     = "flagged" // kept, too
	statusQuarantined = "quarantined"
)

func (c *capture) status() string {
	switch {
	case c.reason != "":
		return statusQuarantined
	case len(c.flags) > 0:
		return statusFlagged
	}
	return statusKept
}

func capturesHeader() []string {
	return []string{"file", "status", "reason", "flags", "category", "id", "sha256", "bytes", "width", "height",
		"low", "high", "sharpness", "entropy", "hash", "near", "similarity", "exif_time", "exif_camera", "profile"}
}

// writeCaptures writes the table.
func writeCaptures(w io.Writer, captures []*capture) error {
	out := csv.NewWriter(w)
	if err := out.Write(capturesHeader()); err != nil {
		return err
	}
	for _, c := range captures {
		var flags []string
		for _, f := range c.flags {
			flags = append(flags, f.name)
		}
		row := []string{c.name(), c.status(), string(c.reason), strings.Join(flags, " "), c.category}
		if c.reason != "" {
			row = append(row, slices.Repeat([]string{""}, len(capturesHeader())-len(row))...)
		} else {
			m := c.measures
			row = append(row, c.id, c.sha256, strconv.FormatInt(c.size, 10), strconv.Itoa(c.width), strconv.Itoa(c.height),
				strconv.Itoa(m.Low), strconv.Itoa(m.High), strconv.Itoa(m.Sharpness), fmt.Sprintf("%.3f", float64(m.Entropy)/1000), m.Hash.String())
			near, similarity := "", ""
			if c.near != nil {
				near, similarity = c.near.path, fmt.Sprintf("%.3f", float64(c.similarity)/1000)
			}
			row = append(row, near, similarity, c.exifTime, c.exifCamera, c.colours)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeFlagged writes the flags of the captures.
func writeFlagged(w io.Writer, captures []*capture) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"file", "flag", "detail"}}
	for _, c := range captures {
		for _, f := range c.flags {
			rows = append(rows, []string{c.path, f.name, f.detail})
		}
	}
	return out.WriteAll(rows)
}

// earlier is what an earlier run found out about a capture's bytes, and the
// image that it made of them.
type earlier struct {
	image                string // absolute
	width, height        int
	measures             quality.Measures
	exifTime, exifCamera string
	colours              string
}

// earlierOf returns what the previous output has that this run would make
// again, by the SHA-256 of the captures, and its folder. Settings that decide no
// image, such as limits and flags, may differ.
func (s Stage) earlierOf(env pipeline.Env) (have map[string]earlier, dir string, err error) {
	if env.Previous == nil {
		return nil, "", nil
	}
	p, err := env.Previous()
	if err != nil || p == nil || p.Code != s.Version() {
		return nil, "", err
	}
	now := map[string]string{"size": strconv.Itoa(s.Options.Size), "fit": string(s.Options.Fit), "quality": strconv.Itoa(s.Options.Quality)}
	for key, value := range now {
		if p.Settings[key] != value {
			return nil, "", nil
		}
	}
	f, err := os.Open(filepath.Join(p.Dir, CapturesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	have, err = readEarlier(f, p.Dir)
	return have, p.Dir, err
}

func readEarlier(r io.Reader, dir string) (map[string]earlier, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	if header, err := in.Read(); err != nil || !slices.Equal(header, capturesHeader()) {
		return nil, err // of another version: nothing to go by
	}
	out := map[string]earlier{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", CapturesFile, err)
		}
		if row[1] == statusQuarantined {
			continue
		}
		number := func(i int) int {
			n, e := strconv.Atoi(row[i])
			err = cmp.Or(err, e)
			return n
		}
		e := earlier{
			width: number(8), height: number(9), exifTime: strings.Clone(row[17]), exifCamera: strings.Clone(row[18]), colours: strings.Clone(row[19]),
			image:    filepath.Join(dir, filepath.FromSlash(path.Join("images", row[4], row[5]+".jpg"))),
			measures: quality.Measures{Low: number(10), High: number(11), Sharpness: number(12)},
		}
		bits, e2 := strconv.ParseFloat(row[13], 64)
		e.measures.Entropy = int(1000*bits + 0.5)
		hash, e3 := quality.ParseHash(row[14])
		e.measures.Hash = hash
		if err = cmp.Or(err, e2, e3); err != nil {
			line, _ := in.FieldPos(0)
			return nil, fmt.Errorf("%s line %d: %w", CapturesFile, line, err)
		}
		out[strings.Clone(row[6])] = e
	}
}

// checkSums fails unless every capture found is kept, flagged or quarantined.
func checkSums(captures []*capture, m dataset.Manifest) error {
	count := map[string]int{}
	for _, c := range captures {
		count[c.status()]++
	}
	if n := count[statusKept] + count[statusFlagged]; n != len(m.Samples) || n+count[statusQuarantined] != len(captures) {
		return fmt.Errorf("of %d captures found, %d are kept, %d flagged and %d quarantined, and the manifest has %d: want the sums to agree",
			len(captures), count[statusKept], count[statusFlagged], count[statusQuarantined], len(m.Samples))
	}
	return nil
}
