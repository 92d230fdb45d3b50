package export_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/gesturekit/gesturekit/export"
)

// TestTableIsPinned holds the bytes: they must be the same on every processor.
func TestTableIsPinned(t *testing.T) {
	m, _ := fixture(t)
	name := filepath.Join(t.TempDir(), "hands.parquet")
	for range 2 { // the second replaces the first
		if err := export.Table(m, name); err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256([]byte(read(t, name)))
		if got, want := hex.EncodeToString(digest[:]), "05e0b8d55e266332c51af35b1020c64601328d47ff74d810ce79fa17745febf7"; got != want {
			t.Errorf("SHA-256 is %s, want %s", got, want)
		}
	}
	type row struct {
		ID     string `parquet:"id"`
		Role   string `parquet:"role"`
		Label  int32  `parquet:"label"`
		Trace  string `parquet:"trace"`
		Taken  string `parquet:"taken_at"`
		Camera string `parquet:"camera"`
	}
	rows, err := parquet.ReadFile[row](name)
	if err != nil || len(rows) != len(m.Samples) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, r := range rows {
		if s := m.Samples[i]; r.ID != s.ID || r.Role != string(s.Role) || int(r.Label) != s.Label || r.Trace != string(s.Trace) || r.Taken != s.TakenAt || r.Camera != s.Camera {
			t.Errorf("row %d is %+v, want %+v", i, r, s)
		}
	}
}

func TestTableReplacesOnlyItsOwn(t *testing.T) {
	m, _ := fixture(t)
	name := filepath.Join(t.TempDir(), "hands.parquet")
	write(t, name, "mine")
	if err := export.Table(m, name); !errors.Is(err, export.ErrForeign) || read(t, name) != "mine" {
		t.Errorf("got %v, want ErrForeign and the file as it was", err)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := parquet.WriteFile(name, []struct{ A int }{{1}}); err != nil {
		t.Fatal(err)
	}
	if err := export.Table(m, name); !errors.Is(err, export.ErrForeign) {
		t.Errorf("got %v, want ErrForeign", err)
	}
}
