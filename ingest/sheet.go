package ingest

import (
	"cmp"
	"fmt"
	"image"
	"image/draw"
	"path/filepath"
	"slices"

	"github.com/gesturekit/gesturekit/internal/contact"
	"github.com/gesturekit/gesturekit/pixel"
)

// SheetFile is the name of the picture of the worst captures of each kind, those
// that are flagged and those that come next, for finding good thresholds.
const SheetFile = "quality.png"

const (
	sheetColumns = 8
	sheetSide    = 112 // of an image, pixels
)

// kind is a row of the sheet: the captures with the lowest badness come first.
type kind struct {
	flag    string
	title   string
	badness func(*capture) float64
	label   func(*capture) string
	only    bool // show only what is flagged
}

func kinds() []kind {
	number := func(v int) string { return fmt.Sprint(v) }
	size := func(c *capture) string { return fmt.Sprintf("%dx%d", c.width, c.height) }
	ratio := func(c *capture) float64 {
		return float64(max(c.width, c.height)) / float64(min(c.width, c.height))
	}
	return []kind{
		{flagDark, "darkest, by the 95th percentile of the values", func(c *capture) float64 { return float64(c.measures.High) },
			func(c *capture) string { return number(c.measures.High) }, false},
		{flagBright, "brightest, by the 5th percentile", func(c *capture) float64 { return -float64(c.measures.Low) },
			func(c *capture) string { return number(c.measures.Low) }, false},
		{flagContrast, "lowest contrast, by the span of the middle 90 %", func(c *capture) float64 { return float64(c.measures.High - c.measures.Low) },
			func(c *capture) string { return number(c.measures.High - c.measures.Low) }, false},
		{flagUniform, "most uniform, by entropy in bits", func(c *capture) float64 { return float64(c.measures.Entropy) },
			func(c *capture) string { return fmt.Sprintf("%.2f", float64(c.measures.Entropy)/1000) }, false},
		{flagBlurry, "blurriest, by sharpness", func(c *capture) float64 { return float64(c.measures.Sharpness) },
			func(c *capture) string { return number(c.measures.Sharpness) }, false},
		{flagTiny, "tiny", func(c *capture) float64 { return float64(min(c.width, c.height)) }, size, true},
		{flagAspect, "of odd aspect", func(c *capture) float64 { return -ratio(c) }, size, true},
		{flagSize, "of a size that tells the category", func(c *capture) float64 { return -float64(c.width) * float64(c.height) },
			func(c *capture) string { return size(c) + " " + c.category }, true},
		{flagNearDuplicate, "near-duplicates, by correlation; the earlier one is below", func(c *capture) float64 { return -float64(c.similarity) },
			func(c *capture) string { return fmt.Sprintf("%.3f", float64(c.similarity)/1000) }, true},
	}
}

// sheet draws the worst captures of each kind, from their images in dir.
func sheet(captures []*capture, dir string) (*image.RGBA, error) {
	all := kept(captures)
	var rows []contact.Row
	for _, k := range kinds() {
		flagged := 0
		for _, c := range all {
			if c.flagged(k.flag) {
				flagged++
			}
		}
		if k.only && flagged == 0 {
			continue
		}
		row := contact.Row{Title: fmt.Sprintf("%s: %d flagged as %s", k.title, flagged, k.flag)}
		for _, c := range k.worst(all) {
			show := []*capture{c}
			if k.flag == flagNearDuplicate {
				show = append(show, c.near)
			}
			img, err := tile(show, dir)
			if err != nil {
				return nil, err
			}
			label := k.label(c)
			if !k.only && c.flagged(k.flag) {
				label += " flagged"
			}
			row.Tiles = append(row.Tiles, contact.Tile{Picture: img, Label: label + "\n" + fitted(c.path, sheetSide/7)})
		}
		rows = append(rows, row)
	}
	return contact.Draw(rows, sheetColumns, sheetSide), nil
}

// worst returns the captures to show, the worst first and else in order.
func (k kind) worst(all []*capture) []*capture {
	list := slices.Clone(all)
	if k.only {
		list = slices.DeleteFunc(list, func(c *capture) bool { return !c.flagged(k.flag) })
	}
	slices.SortStableFunc(list, func(a, b *capture) int { return cmp.Compare(k.badness(a), k.badness(b)) })
	return list[:min(len(list), sheetColumns)]
}

// tile draws captures, one below the other.
func tile(list []*capture, dir string) (*image.RGBA, error) {
	out := image.NewRGBA(image.Rect(0, 0, sheetSide, len(list)*sheetSide))
	for i, c := range list {
		img, _, err := pixel.ReadFile(filepath.Join(dir, filepath.FromSlash(c.image())), pixel.DefaultLimits())
		if err != nil {
			return nil, fmt.Errorf("draw %s: %w", c.path, err)
		}
		at := image.Rect(0, i*sheetSide, sheetSide, (i+1)*sheetSide)
		draw.Draw(out, at, pixel.Resize(img, sheetSide, sheetSide), image.Point{}, draw.Src)
	}
	return out, nil
}

// fitted returns the last n characters of a path, in ASCII.
func fitted(path string, n int) string {
	name := []rune(path)
	if len(name) > n {
		name = append([]rune("..."), name[len(name)-n+3:]...)
	}
	for i, r := range name {
		if r < ' ' || r > '~' {
			name[i] = '?'
		}
	}
	return string(name)
}
