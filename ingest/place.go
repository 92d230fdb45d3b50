package ingest

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gesturekit/gesturekit/dataset"
)

// takeName is a file name that tells person, session and frame, such as
// p03-s1-f04.jpg or ann-kitchen-007.jpg. Person and session begin with a letter:
// what cameras and phones number by themselves, such as IMG-20240501-WA0001.jpg,
// is no person.
const takeName = `^(?P<person>\pL[^-]*)-\pL[^-]*-[^-]+$`

// placer gives each capture its category and group, or the reason why it has
// none. A capture with a category but with neither group nor reason becomes a
// group of its own.
type placer interface{ place(c *capture) }

// byLayout goes by folders and file names.
type byLayout struct{ take *regexp.Regexp }

func newLayout() byLayout { return byLayout{regexp.MustCompile(takeName)} }

func (p byLayout) place(c *capture) {
	if c.category = topFolder(c.placed()); c.category == "" {
		c.reject(NoCategory, "it lies outside the category folders")
		return
	}
	c.group = p.group(c)
}

// group returns the group that folder and file name tell, "" if they tell none.
func (p byLayout) group(c *capture) string {
	parts := strings.Split(c.placed(), "/")
	if len(parts) > 2 {
		return dataset.FolderNamed(parts[1])
	}
	if m := p.take.FindStringSubmatch(parts[len(parts)-1]); m != nil {
		return m[1]
	}
	return ""
}

// byPattern goes by ingest.groups.pattern.
type byPattern struct{ re *regexp.Regexp }

func (p byPattern) place(c *capture) {
	c.category = topFolder(c.placed())
	m := p.re.FindStringSubmatch(c.placed())
	part := func(name string) string {
		if i := p.re.SubexpIndex(name); i >= 0 && m != nil {
			return m[i]
		}
		return ""
	}
	if p.re.SubexpIndex("category") >= 0 && m != nil {
		c.category = part("category")
	}
	for _, name := range groupNames() {
		if c.group == "" {
			c.group = part(name)
		}
	}
	switch {
	case c.category == "":
		c.reject(NoCategory, "it lies outside the category folders, and ingest.groups.pattern finds no category")
	case m == nil:
		c.reject(NoGroup, "ingest.groups.pattern does not match its path")
	case c.group == "":
		c.reject(NoGroup, "ingest.groups.pattern finds no group in its path")
	}
}

// byTable goes by ingest.groups.file.
type byTable struct {
	rows map[string]row // by path in the captures folder
	file string
}

func (p byTable) place(c *capture) {
	r, ok := p.rows[c.path]
	if !ok {
		r, ok = p.rows[c.placed()]
	}
	c.group, c.category, c.takenAt, c.camera = r.group, r.category, r.takenAt, r.camera
	if c.category == "" {
		c.category = topFolder(c.placed())
	}
	switch {
	case r.doubt != "":
		c.reject(NoCategory, fmt.Sprintf("%s: %s", p.file, r.doubt))
	case c.category == "":
		c.reject(NoCategory, fmt.Sprintf("it lies outside the category folders, and %s gives it no category", p.file))
	case !ok:
		c.reject(NoGroup, fmt.Sprintf("%s does not list it", p.file))
	case c.group == "":
		c.reject(NoGroup, fmt.Sprintf("%s line %d has no group", p.file, r.line))
	}
}

// topFolder returns the first folder of a path, "" if it has none.
func topFolder(p string) string {
	if top, _, ok := strings.Cut(p, "/"); ok {
		return top
	}
	return ""
}

// plain reports whether a name survives a manifest: UTF-8 without control
// characters.
func plain(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, unicode.IsControl)
}

// place gives every capture a category and group or a reason. With rest as
// layout, one that gets no group has that of its folder and name, if they tell any;
// with rest as burst or layout, one that has still none is left to the bursts.
func place(captures []*capture, p placer, rest string) {
	folders := newLayout()
	for _, c := range captures {
		if c.reason != "" {
			continue
		}
		p.place(c)
		if c.reason == NoGroup && rest != quarantine {
			c.noGroup = c.detail
			c.reject("", "")
			if rest == layout {
				c.group = folders.group(c)
			}
		}
		switch dir := path.Dir(c.path); {
		case !c.regular:
			c.reject(Unreadable, "it is no regular file")
		case !plain(dir) || !plain(path.Base(c.path)):
			c.reject(BadName, "its path is not UTF-8 or holds control characters: rename it")
		}
	}
}
