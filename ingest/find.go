package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/ingest/quality"
	"github.com/gesturekit/gesturekit/ingest/video"
)

// capture is one file of the captures folder on its way to the manifest or to
// the quarantine.
type capture struct {
	path     string // slash-separated, relative to the captures folder; in an archive behind the archive's
	file     string // of a capture in an archive or a clip, the file taken out of it
	place    string // of a capture in an archive, its path without the archive; of a frame that of its clip
	size     int64
	regular  bool
	frame    bool // of a clip; file has it at the working size
	category string
	group    string
	takenAt  string // from the groups file, else from EXIF; "" if neither says
	camera   string // likewise
	noGroup  string // why pattern or file give it no group, where that is left to the bursts
	sha256   string
	id       string // only of a capture that may be kept
	colours  string // why its colour profile was passed over, "" if it was not or there is none
	reason   Reason // "" while nothing speaks against it
	detail   string

	animation bool            // has several frames, which become captures of their own
	video     video.Container // likewise; "" if it is none

	width, height        int    // upright, pixels
	exifTime, exifCamera string // what EXIF says
	measures             quality.Measures
	flags                []flag
	near                 *capture // the most similar earlier one, if near enough to be flagged
	similarity           int      // with it, in thousandths
}

// name returns the path as it stands in a table.
func (c *capture) name() string {
	if plain(c.path) {
		return c.path
	}
	return strings.Trim(strconv.QuoteToASCII(c.path), `"`)
}

func (c *capture) reject(r Reason, detail string) { c.reason, c.detail = r, detail }

// folder is what find found.
type folder struct {
	root     string // absolute, links resolved
	captures []*capture
	top      []string // the folders right below root
}

// find lists the captures folder in the order of paths. It does not follow
// links to folders, since the pipeline, too, would not see changes there, but
// reports them, and rejects links to files outside. skip is a file to pass over, "" for none.
func find(dir, skip string) (folder, error) {
	root, err := resolve(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return folder{}, fmt.Errorf("%w: captures folder %s does not exist: set ingest.captures to a folder that holds one folder per category", dataset.ErrInvalid, dir)
	} else if err != nil {
		return folder{}, fmt.Errorf("captures folder: %w", err)
	}
	if info, err := os.Stat(root); err != nil {
		return folder{}, fmt.Errorf("captures folder: %w", err)
	} else if !info.IsDir() {
		return folder{}, fmt.Errorf("%w: captures %s is not a folder: set ingest.captures to a folder that holds one folder per category", dataset.ErrInvalid, dir)
	}
	f := folder{root: root}
	links, err := f.walk(skip)
	if err != nil {
		return f, fmt.Errorf("captures folder: %w", err)
	}
	if len(links) > 0 {
		return f, fmt.Errorf("%w: links to folders are not followed, put the folders themselves into the captures folder: %s", dataset.ErrInvalid, quoted(links))
	}
	if len(f.captures) == 0 {
		return f, fmt.Errorf("%w: captures folder %s holds no file: want one folder per category with its images", dataset.ErrInvalid, dir)
	}
	slices.SortFunc(f.captures, func(a, b *capture) int { return strings.Compare(a.path, b.path) })
	return f, nil
}

// walk fills in the folders and captures below the root, and returns the links
// to folders.
func (f *folder) walk(skip string) (links []string, err error) {
	err = filepath.WalkDir(f.root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == f.root {
			return err
		}
		rel, err := filepath.Rel(f.root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case ignored(d.Name()) || name == skip:
			if d.IsDir() {
				return filepath.SkipDir
			}
		case d.IsDir():
			if !strings.Contains(rel, "/") {
				f.top = append(f.top, rel)
			}
		default:
			c := &capture{path: rel}
			if info, err := os.Stat(name); err == nil && info.IsDir() {
				links = append(links, rel)
				return nil
			} else if err == nil {
				c.size, c.regular = info.Size(), info.Mode().IsRegular()
			}
			if d.Type()&fs.ModeSymlink != 0 && leadsOut(f.root, name) {
				c.reject(Outside, "it is a link to a file outside the captures folder: put the file itself there")
			}
			f.captures = append(f.captures, c)
		}
		return nil
	})
	return links, err
}

// leadsOut reports whether a link ends at something that is not below root, which
// has its links resolved.
func leadsOut(root, link string) bool {
	real, err := filepath.EvalSymlinks(link)
	if err != nil {
		return false // it leads nowhere
	}
	rel, err := filepath.Rel(root, real)
	return err != nil || !filepath.IsLocal(rel)
}

// resolve returns the absolute name of a file or folder with links resolved.
func resolve(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// ignored reports what systems leave in folders of pictures by themselves.
func ignored(name string) bool {
	switch {
	case strings.HasPrefix(name, "."), name == "__MACOSX",
		strings.EqualFold(name, "Thumbs.db"), strings.EqualFold(name, "desktop.ini"):
		return true
	}
	return false
}

// quoted lists up to ten names.
func quoted(names []string) string {
	var b strings.Builder
	for i, n := range names {
		if i == 10 {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", n)
	}
	return b.String()
}
