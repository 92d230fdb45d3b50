package audit

import (
	"fmt"
	"image"
	"image/draw"
	"path/filepath"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/internal/contact"
	"github.com/gesturekit/gesturekit/pixel"
)

const (
	sheetPairs   = 60  // pairs on a sheet
	sheetColumns = 3   // pairs side by side
	sheetSide    = 144 // of an image, pixels
	sheetGap     = 2   // between the two of a pair
)

// sheet draws the gravest pairs, or returns nil if there are none. A pair has
// the number of its line in FindingsFile.
func (r Result) sheet() (*image.RGBA, error) {
	at := index(r.folder.Manifest)
	var tiles []contact.Tile
	for i, f := range r.Findings {
		if f.B == "" || len(tiles) == sheetPairs {
			continue
		}
		a, b := at[f.A], at[f.B]
		img, err := beside(r.folder.Root, a, b)
		if err != nil {
			return nil, err
		}
		tiles = append(tiles, contact.Tile{Picture: img, Label: fmt.Sprintf("%d %s\n%s, %s",
			i+1, f.what(), contrast(a.Category, b.Category), contrast(string(a.Role), string(b.Role)))})
	}
	if len(tiles) == 0 {
		return nil, nil
	}
	return layOut(tiles, sheetColumns, 2*sheetSide+sheetGap), nil
}

// layOut puts the tiles into rows.
func layOut(tiles []contact.Tile, columns, side int) *image.RGBA {
	var rows []contact.Row
	for some := range slices.Chunk(tiles, columns) {
		rows = append(rows, contact.Row{Tiles: some})
	}
	return contact.Draw(rows, columns, side)
}

func contrast(a, b string) string {
	if a == b {
		return a
	}
	return a + " | " + b
}

// beside draws two samples side by side.
func beside(root string, samples ...*dataset.Sample) (*image.RGBA, error) {
	n := len(samples)
	out := image.NewRGBA(image.Rect(0, 0, n*sheetSide+(n-1)*sheetGap, sheetSide))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	for i, s := range samples {
		img, _, err := pixel.ReadFile(filepath.Join(root, filepath.FromSlash(s.Path)), pixel.DefaultLimits())
		if err != nil {
			return nil, err
		}
		small := pixel.Square(img, sheetSide, pixel.Pad)
		draw.Draw(out, small.Rect.Add(image.Pt(i*(sheetSide+sheetGap), 0)), small, image.Point{}, draw.Src)
	}
	return out, nil
}
