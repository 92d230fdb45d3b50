package export

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/atomicfile"
)

// tableRow is a sample as a row of a Parquet table: the columns of manifest.csv.
type tableRow struct {
	ID        string `parquet:"id"`
	Path      string `parquet:"path"`
	Category  string `parquet:"category,dict"`
	Group     string `parquet:"group,dict"`
	Source    string `parquet:"source"`
	SHA256    string `parquet:"sha256"`
	Parent    string `parquet:"parent"`
	Partition string `parquet:"partition,dict"`
	Role      string `parquet:"role,dict"`
	Label     int32  `parquet:"label"`
	Trace     string `parquet:"trace"`
	TakenAt   string `parquet:"taken_at"`
	Camera    string `parquet:"camera,dict"`
}

const (
	madeBy      = "gesturekit"
	rowGroup    = 1 << 17 // rows that are encoded together, and so held in memory
	rowsAtATime = 1 << 10
)

// Table writes the manifest, which must be labelled, to the Parquet file name: a
// row a sample, sorted by ID, and a column for each of manifest.csv. A file that
// is there already is replaced only if Table wrote it.
func Table(m dataset.Manifest, name string) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if _, err := labelNames(m); err != nil {
		return err
	}
	if err := ownTable(name); err != nil {
		return err
	}
	return atomicfile.Write(name, func(w io.Writer) error { return writeTable(w, m) })
}

func writeTable(w io.Writer, m dataset.Manifest) error {
	// One encoder, in one goroutine, gives the same bytes every time.
	t := parquet.NewGenericWriter[tableRow](w, parquet.CreatedBy(madeBy, "1", "none"),
		parquet.MaxRowsPerRowGroup(rowGroup), parquet.Compression(&zstd.Codec{Concurrency: 1}))
	rows := make([]tableRow, 0, rowsAtATime)
	for i := range m.Samples {
		s := &m.Samples[i]
		rows = append(rows, tableRow{
			s.ID, s.Path, s.Category, s.Group, s.Source, s.SHA256, s.Parent, string(s.Partition), string(s.Role), int32(s.Label), string(s.Trace), s.TakenAt, s.Camera,
		})
		if len(rows) == rowsAtATime || i == len(m.Samples)-1 {
			if _, err := t.Write(rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	return t.Close()
}

// ownTable fails unless name is free or a table that Table wrote.
func ownTable(name string) error {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() {
		p, err := parquet.OpenFile(f, info.Size())
		if err == nil && strings.HasPrefix(p.Metadata().CreatedBy, madeBy) {
			return nil
		}
	}
	return fmt.Errorf("%s is there already and %w: move it away, or give another name", name, ErrForeign)
}
