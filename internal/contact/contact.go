// Package contact lays pictures out on a contact sheet.
package contact

import (
	"image"
	"image/color"
	"image/draw"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Row is a title and the pictures below it.
type Row struct {
	Title string
	Tiles []Tile
}

// Tile is a picture, drawn as it is, and the lines below it.
type Tile struct {
	Picture *image.RGBA
	Label   string // lines are separated by \n
}

const (
	lineHeight = 15
	margin     = 6
)

// Draw lays the rows out on white, in columns of side pixels each.
func Draw(rows []Row, columns, side int) *image.RGBA {
	w, h := margin+columns*(side+margin), margin
	for _, row := range rows {
		h += height(row)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	y := margin
	for _, row := range rows {
		text(img, margin, y, row.Title)
		for j, t := range row.Tiles {
			x := margin + j*(side+margin)
			at := t.Picture.Rect.Add(image.Pt(x, y+lineHeight))
			draw.Draw(img, at, t.Picture, image.Point{}, draw.Src)
			for k, line := range strings.Split(t.Label, "\n") {
				text(img, x, at.Max.Y+k*lineHeight, line)
			}
		}
		y += height(row)
	}
	return img
}

func height(row Row) int {
	h := 0
	for _, t := range row.Tiles {
		h = max(h, t.Picture.Rect.Dy()+(1+strings.Count(t.Label, "\n"))*lineHeight)
	}
	return h + lineHeight + margin
}

// text writes a line whose upper left corner is at (x, y).
func text(img *image.RGBA, x, y int, s string) {
	d := font.Drawer{
		Dst: img, Src: image.NewUniform(color.Gray{0x30}), Face: basicfont.Face7x13,
		Dot: fixed.P(x, y+11),
	}
	d.DrawString(s)
}
