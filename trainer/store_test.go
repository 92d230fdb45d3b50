package trainer

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// mapped returns a store of data in a file of dir.
func mapped(t *testing.T, dir string, data []uint8) *store {
	t.Helper()
	s, err := newStore(dir, int64(len(data)), 0)
	if err != nil {
		t.Fatal(err)
	}
	half := len(data) / 2
	for _, at := range []int{half, 0} { // in any order
		if err := s.put(data[at:at+half], int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.seal(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	return s
}

func TestMappedStoreIsAsOneInMemory(t *testing.T) {
	dir, data := t.TempDir(), bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7, 8}, 5000)
	s := mapped(t, dir, data)
	if !bytes.Equal(s.bytes, data) {
		t.Error("what is read is not what was put")
	}
	left := func() int {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if left() != 1 {
		t.Errorf("%d files, want 1", left())
	}
	for range 2 {
		if err := s.close(); err != nil || left() != 0 {
			t.Errorf("close: %v, %d files left", err, left())
		}
	}
	if m, err := newStore(dir, 100, 100); err != nil || m.file != nil || left() != 0 {
		t.Errorf("100 bytes of at most 100 are not in memory: %v", err)
	}
	if m, err := newStore("", 101, 100); err != nil || m.file != nil {
		t.Errorf("without a folder they are not in memory: %v", err)
	}
	if _, err := newStore(dir+"/none", 101, 100); err == nil || !strings.Contains(err.Error(), "decoded images") {
		t.Errorf("no such folder: %v", err)
	}
}

func TestMappedImagesTrainTheSame(t *testing.T) {
	m, env := shapes(t, 2)
	env.Dir = ""
	d, o := readShapes(t, m, BCENa, env), quick()
	o.Epochs = 2
	model, history := run(t, d, o, jitter(), env, 0)
	want := files(t, model, history)
	dir := t.TempDir()
	for _, set := range []*images{&d.train, &d.validation} {
		set.store = mapped(t, dir, set.pixels)
		set.pixels = set.store.bytes
	}
	model, history = run(t, d, o, jitter(), env, 0)
	if files(t, model, history) != want {
		t.Error("from mapped memory the model comes out otherwise")
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("%d files left", len(entries))
	}
}
