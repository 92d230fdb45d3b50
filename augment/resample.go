package augment

import "image"

// resample sets how the warp reads between pixels: bilinear from the nearest 4,
// or bicubic from the nearest 16 by Keys' cubic with a = -1/2 (Catmull-Rom).
// Source: R. Keys, Cubic convolution interpolation, 1981.
func resample() Op {
	return Op{
		Name: "resample", Doc: "how the warp reads between pixels",
		Params: []Param{{Name: "filter", Choices: []string{"bilinear", "bicubic"}, Doc: "bicubic is sharper and slower, and overshoots at hard edges"}},
	}
}

// cubicBits is the precision of a weight.
const cubicBits = 14

// warpCubic is warp without a table, by the cubic.
func warpCubic(dst, src *image.RGBA, m matrix, b border) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	for y := range h {
		row := dst.Pix[y*dst.Stride:][:4*w]
		for x := 0; len(row) >= 4; x++ {
			sx, sy := m.at(float64(x), float64(y))
			cubicPixel(row, src, quantise(float64(sx*subOne)), quantise(float64(sy*subOne)), b)
			row = row[4:]
		}
	}
}

// cubicPixel writes the pixel of src at (qx, qy), in 1/2048 pixel.
func cubicPixel(dst []byte, src *image.RGBA, qx, qy int, b border) {
	wx, wy := cubicWeights(qx&subMask), cubicWeights(qy&subMask)
	var column [4]int
	for i := range column {
		column[i] = b.index(qx>>subBits+i-1, src.Rect.Dx())
	}
	var red, green, blue int64
	for j, v := range wy {
		y := b.index(qy>>subBits+j-1, src.Rect.Dy())
		for i, u := range wx {
			p := b.pixel(src, column[i], y)
			red += u * v * int64(p&0xff)
			green += u * v * int64(p>>8&0xff)
			blue += u * v * int64(p>>16&0xff)
		}
	}
	dst[0], dst[1], dst[2], dst[3] = cubicLevel(red), cubicLevel(green), cubicLevel(blue), 255
}

func cubicLevel(sum int64) uint8 {
	return uint8(min(max((sum+1<<(2*cubicBits-1))>>(2*cubicBits), 0), 255))
}

// cubicWeights returns the weights of the pixels at -1, 0, 1 and 2 for a place
// of f/2048 between 0 and 1; they sum to 2^cubicBits.
func cubicWeights(f int) [4]int64 {
	const (
		one   = subOne
		shift = 3*subBits + 1 - cubicBits
		half  = 1 << (shift - 1)
	)
	t := int64(f)
	t2, t3 := t*t, t*t*t
	w := [4]int64{
		(2*one*t2 - t3 - one*one*t + half) >> shift, 0,
		(4*one*t2 - 3*t3 + one*one*t + half) >> shift, (t3 - one*t2 + half) >> shift,
	}
	w[1] = 1<<cubicBits - w[0] - w[2] - w[3]
	return w
}
