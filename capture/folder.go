// Package capture records captures: a page that shows the camera and keeps frames,
// and the folder that it keeps them in.
//
// A frame is a JPEG file, <category>/<person>/<recording>/<number>.jpg: the layout
// that ingest reads, with the person as the group. dataset.FolderName makes the
// person's folder of the name, whatever it is. A file appears whole or not at all,
// and is on the disk, with its name, before it is said to be saved. Nothing outside the folder is
// read or written, also through links.
package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pixel"
)

// What can be wrong with a request for a frame.
var (
	ErrName     = errors.New("invalid name")
	ErrPicture  = errors.New("invalid picture")
	ErrConflict = errors.New("another frame is there already")
	ErrSpelling = errors.New("another spelling is there already")
)

// Frame names one frame.
type Frame struct {
	Category  string `json:"category"`
	Person    string `json:"person"`
	Recording string `json:"recording"` // date, time and four letters: 20261125-183012-k3fa
	Number    int    `json:"frame"`     // 1 to 99999
}

const maxNumber = 99999

// maxPixels bounds a frame: 4K video.
const maxPixels = 3840 * 2160

// maxDecoding is how many frames are decoded at a time, up to 4 bytes a pixel each.
const maxDecoding = 4

// path returns the frame's file, relative to the folder, with slashes.
func (f Frame) path() (string, error) {
	f = f.composed()
	person, err := f.place()
	if err != nil {
		return "", err
	}
	if ok, err := regexp.MatchString(`^[0-9]{8}-[0-9]{6}-[0-9a-z]{4}$`, f.Recording); err != nil || !ok {
		return "", fmt.Errorf("%w: recording %q: want date, time and four letters, such as 20261125-183012-k3fa", ErrName, f.Recording)
	}
	if f.Number < 1 || f.Number > maxNumber {
		return "", fmt.Errorf("%w: frame %d: want 1 to %d", ErrName, f.Number, maxNumber)
	}
	return path.Join(f.Category, person, f.Recording, fmt.Sprintf("%05d.jpg", f.Number)), nil
}

// composed returns the frame with names as they are saved: their letters composed,
// since the same name comes in both forms.
func (f Frame) composed() Frame {
	f.Category, f.Person = norm.NFC.String(f.Category), norm.NFC.String(f.Person)
	return f
}

// place checks category and person and returns the person's folder.
func (f Frame) place() (string, error) {
	if err := dataset.CheckCategory(f.Category); err != nil {
		return "", fmt.Errorf("%w: category %q: %w", ErrName, f.Category, err)
	}
	if folder, err := dataset.FolderName(f.Category); err != nil || folder != f.Category {
		return "", fmt.Errorf("%w: category %q: the name cannot be a folder on every system", ErrName, f.Category)
	}
	person, err := dataset.FolderName(f.Person)
	if err != nil {
		return "", fmt.Errorf("%w: person %q: %w", ErrName, f.Person, err)
	}
	return person, nil
}

// Folder is a folder of captures. All methods may be called at the same time.
type Folder struct {
	dir  string
	mu   sync.Mutex // of writing
	root *os.Root   // nil while there is no folder

	decoding chan struct{} // holds an element for each picture being decoded

	listing sync.Mutex // of the one walk at a time
	walk    *walk      // that comes next, nil while nobody waits for one
}

// Open returns the folder, which need not exist until a frame is saved.
func Open(dir string) (*Folder, error) {
	f := &Folder{dir: dir, decoding: make(chan struct{}, maxDecoding)}
	_, err := f.opened()
	return f, err
}

// Close releases the folder.
func (f *Folder) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.root == nil {
		return nil
	}
	return f.root.Close()
}

// opened returns the root, nil while there is no folder.
func (f *Folder) opened() (*os.Root, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.look()
	return f.root, err
}

// look opens the folder that is there now: others may make, remove and replace it.
func (f *Folder) look() error {
	now, err := os.Stat(f.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if f.root != nil {
		if was, e := f.root.Stat("."); e == nil && err == nil && os.SameFile(was, now) {
			return nil
		}
		f.root.Close() // of a folder that is gone
		f.root = nil
	}
	if err != nil {
		return nil
	}
	f.root, err = os.OpenRoot(f.dir)
	return err
}

// Check fails where no frame can be saved under category and person: in ErrName on
// what cannot be a name, and in ErrSpelling on one that ingest would refuse beside
// those that are there.
func (f *Folder) Check(category, person string) error {
	frame := Frame{Category: category, Person: person}.composed()
	folder, err := frame.place()
	if err != nil {
		return err
	}
	root, err := f.opened()
	if err != nil || root == nil {
		return err
	}
	return spelling(root, frame, folder)
}

// spelling fails in ErrSpelling where the category differs from another one, or the
// person, whose folder is given, from another one of any category, only in case or in
// how letters are composed. Where both are there already nothing is compared.
func spelling(root *os.Root, frame Frame, folder string) error {
	categories, err := folders(root, ".")
	if err != nil {
		return err
	}
	if err := spelt("category", frame.Category, categories); err != nil {
		return err
	}
	if slices.Contains(categories, frame.Category) {
		persons, err := folders(root, frame.Category)
		if err != nil || slices.Contains(persons, folder) {
			return err
		}
	}
	for _, c := range categories {
		persons, err := folders(root, c)
		if err != nil {
			return err
		}
		for i, p := range persons {
			persons[i] = dataset.FolderNamed(p)
		}
		if err := spelt("person", frame.Person, persons); err != nil {
			return err
		}
	}
	return nil
}

func spelt(what, name string, others []string) error {
	for _, o := range others {
		if o != name && dataset.Fold(o) == dataset.Fold(name) {
			return fmt.Errorf("%w: %s %q: there is %q: spell it like that", ErrSpelling, what, name, o)
		}
	}
	return nil
}

// folders lists the folders in one of root, none where that has gone meanwhile.
func folders(root *os.Root, dir string) (names []string, err error) {
	entries, err := fs.ReadDir(root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// Save keeps a frame, a JPEG file. Saving the same again changes nothing, and
// created is false; in the place of another frame it fails with ErrConflict, and under
// names that Check refuses as Check does.
func (f *Folder) Save(frame Frame, data []byte) (created bool, err error) {
	frame = frame.composed()
	name, err := frame.path()
	if err != nil {
		return false, err
	}
	if err := f.decodes(data); err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.look(); err != nil {
		return false, err
	}
	if f.root == nil {
		if err := mkdirAll(f.dir); err != nil {
			return false, err
		}
		if err := f.look(); err != nil {
			return false, err
		}
	}
	if f.root == nil {
		return false, fmt.Errorf("%s: %w", f.dir, fs.ErrNotExist)
	}
	switch old, err := f.root.ReadFile(name); {
	case err == nil && bytes.Equal(old, data):
		return false, nil
	case err == nil:
		return false, fmt.Errorf("%w: %s", ErrConflict, name)
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	if err := spelling(f.root, frame, strings.Split(name, "/")[1]); err != nil {
		return false, err
	}
	return true, write(f.root, name, data)
}

// decodes fails in ErrPicture for what is no JPEG file.
func (f *Folder) decodes(data []byte) error {
	f.decoding <- struct{}{}
	defer func() { <-f.decoding }()
	_, info, err := pixel.Decode(data, pixel.Limits{Pixels: maxPixels})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPicture, err)
	}
	if info.Format != pixel.JPEG {
		return fmt.Errorf("%w: it is %s, want JPEG", ErrPicture, info.Format)
	}
	return nil
}

// mkdirAll makes a folder, and those above it, so that they outlive a loss of power.
func mkdirAll(dir string) error {
	missing := []string{}
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append(missing, d)
	}
	err := os.MkdirAll(dir, 0o755)
	for _, d := range missing {
		err = errors.Join(err, syncFolder(os.Open(filepath.Dir(d))))
	}
	return err
}

// syncFolder puts the names in a folder on the disk. Windows does so by itself.
func syncFolder(d *os.File, err error) error {
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" {
		err = d.Sync()
	}
	return errors.Join(err, d.Close())
}

// write puts data on the disk and then under its name, and that on the disk, too.
func write(root *os.Root, name string, data []byte) error {
	dir := path.Dir(name)
	changed := []string{dir} // folders in which there is a new name
	for d := dir; d != "."; d = path.Dir(d) {
		if _, err := root.Stat(d); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		changed = append(changed, path.Dir(d))
	}
	if err := root.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := put(root, name, data); err != nil {
		return err
	}
	for _, d := range changed {
		if err := syncFolder(root.Open(d)); err != nil {
			return err
		}
	}
	return nil
}

// put puts data on the disk and then under its name.
func put(root *os.Root, name string, data []byte) (err error) {
	unfinished := path.Join(path.Dir(name), ".tmp-"+path.Base(name))
	file, err := root.Create(unfinished)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, root.Remove(unfinished))
		}
	}()
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return root.Rename(unfinished, name)
}

// Read returns a frame's file.
func (f *Folder) Read(frame Frame) ([]byte, error) {
	name, err := frame.path()
	if err != nil {
		return nil, err
	}
	root, err := f.opened()
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, fs.ErrNotExist
	}
	return root.ReadFile(name)
}

// Delete removes a frame, and the folders that it leaves empty.
func (f *Folder) Delete(frame Frame) error {
	name, err := frame.path()
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.look(); err != nil {
		return err
	}
	if f.root == nil {
		return fs.ErrNotExist
	}
	if err := f.root.Remove(name); err != nil {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if f.root.Remove(dir) != nil { // not empty
			break
		}
	}
	return nil
}
