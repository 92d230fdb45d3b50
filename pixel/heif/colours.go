package heif

import (
	"image"
	"math"
)

// colours is how luma and chroma are to be taken to RGB (ITU-T H.273).
type colours struct {
	primaries, transfer, matrix uint8 // colour_primaries and so on; 2 is unspecified
	full                        bool  // all 256 values are used, not 16 to 235
}

// fromBox reads the property colr of type nclx and tells whether there is one.
func (c *colours) fromBox(ps []property) bool {
	for _, p := range ps {
		if p.name == "colr" && len(p.content) >= 11 && string(p.content[:4]) == "nclx" {
			c.primaries, c.transfer, c.matrix, c.full = p.content[5], p.content[7], p.content[9], p.content[10]&0x80 != 0
			return true
		}
	}
	return false
}

// jpeg tells whether the colours are as in JPEG files, which is what package
// image takes YCbCr for.
func (c colours) jpeg() bool {
	kr, _ := c.weights()
	return c.full && kr == 0.299
}

// weights returns the parts of red and blue in luma.
func (c colours) weights() (kr, kb float64) {
	switch c.matrix {
	case 1:
		return 0.2126, 0.0722
	case 9, 10:
		return 0.2627, 0.0593
	}
	return 0.299, 0.114
}

// rgb converts an image whose colours are not as in JPEG files.
func (c colours) rgb(src *image.YCbCr) *image.RGBA {
	kr, kb := c.weights()
	luma, chroma, black := 1.0, 1.0, int32(0)
	if !c.full {
		luma, chroma, black = 255./219, 255./224, 16
	}
	scaled := func(v float64) int32 { return int32(math.Round(float64(v * (1 << 16)))) }
	y1 := scaled(luma)
	rv, bu := scaled(float64(chroma*2)*(1-kr)), scaled(float64(chroma*2)*(1-kb))
	gv := scaled(float64(float64(chroma*2)*(1-kr)) * kr / (1 - kr - kb))
	gu := scaled(float64(float64(chroma*2)*(1-kb)) * kb / (1 - kr - kb))
	level := func(v int32) uint8 { return uint8(max(0, min(255, (v+1<<15)>>16))) }
	dst := image.NewRGBA(src.Rect)
	for y := range src.Rect.Dy() {
		row := dst.Pix[y*dst.Stride:]
		for x := range src.Rect.Dx() {
			i, j := src.YOffset(x, y), src.COffset(x, y)
			l := (int32(src.Y[i]) - black) * y1
			u, v := int32(src.Cb[j])-128, int32(src.Cr[j])-128
			p := row[4*x : 4*x+4 : 4*x+4]
			p[0], p[1], p[2], p[3] = level(l+rv*v), level(l-gu*u-gv*v), level(l+bu*u), 255
		}
	}
	return dst
}

// grey stretches an image of 16 to 235 to all values.
func (c colours) grey(m *image.Gray) *image.Gray {
	if !c.full {
		for i, v := range m.Pix {
			m.Pix[i] = uint8(max(0, min(255, ((int32(v)-16)*255+109)/219)))
		}
	}
	return m
}
