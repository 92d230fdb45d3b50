package neardup

import (
	"image"
	"math"
)

// signature tells which images may be of one photograph, whatever their
// geometry and exposure: two joint histograms over the pixels of a small
// picture, as square roots (Hellinger), so that the dot product is their
// similarity. One is of luminance and of the shares of red and blue, with the
// picture's mean made grey; the other of luminance, luminance around the pixel,
// and gradient. Luminance and gradient count by rank within the picture.
type signature [colourBins + textureBins]uint8

const (
	colourBins  = 4 * 6 * 6
	textureBins = 5 * 5 * 4
)

// newSignature takes a picture of plateSide x plateSide and its luminance.
func newSignature(small *image.RGBA, g []uint8) (s signature) {
	lum := make([]int, len(g))
	for i, v := range g {
		lum[i] = int(v)
	}
	red, blue := shares(small)
	around, slope := blurred(lum), slopes(lum)
	histogram(s[:colourBins], [3]int{4, 6, 6}, ranks(lum, 4), red, blue)
	histogram(s[colourBins:], [3]int{5, 5, 4}, ranks(lum, 5), ranks(around, 5), ranks(slope, 4))
	return s
}

// shares returns the bin, 0..5, of the share of red and blue in each pixel, once
// the channels have been scaled to one mean.
func shares(small *image.RGBA) (red, blue []int) {
	var mean [3]int
	for i, v := range small.Pix {
		if i%4 < 3 {
			mean[i%4] += int(v)
		}
	}
	for c := range mean {
		mean[c] = max(1, mean[c]/(plateSide*plateSide))
	}
	bin := func(part, whole, lo, hi int) int { // of shares lo..hi, in thousandths
		return min(max((1000*part/whole-lo)*6/(hi-lo), 0), 5)
	}
	for p := 0; p < len(small.Pix); p += 4 {
		r := int(small.Pix[p]) * mean[1] * mean[2]
		g := int(small.Pix[p+1]) * mean[0] * mean[2]
		b := int(small.Pix[p+2]) * mean[0] * mean[1]
		all := max(1, r+g+b)
		red, blue = append(red, bin(r, all, 220, 460)), append(blue, bin(b, all, 200, 440))
	}
	return red, blue
}

// ranks returns the quantile, 0..k-1, of each value among all.
func ranks(values []int, k int) []int {
	most := 0
	for _, v := range values {
		most = max(most, v)
	}
	count := make([]int, most+1)
	for _, v := range values {
		count[v]++
	}
	below := 0
	for v, n := range count {
		count[v] = min((2*below+n)*k/(2*len(values)), k-1)
		below += n
	}
	out := make([]int, len(values))
	for i, v := range values {
		out[i] = count[v]
	}
	return out
}

// blurred returns the sums of 5 x 5 pixels, twice.
func blurred(v []int) []int {
	for range 2 {
		for _, step := range []int{1, plateSide} {
			out := make([]int, len(v))
			for i := range v {
				at := i / step % plateSide
				for d := -2; d <= 2; d++ {
					out[i] += v[i+(min(max(at+d, 0), plateSide-1)-at)*step]
				}
			}
			v = out
		}
	}
	for i := range v {
		v[i] /= 125
	}
	return v
}

// slopes returns the squared gradients.
func slopes(v []int) []int {
	out := make([]int, len(v))
	for i := range v {
		for _, step := range []int{1, plateSide} {
			at := i / step % plateSide
			d := v[i+(min(at+1, plateSide-1)-at)*step] - v[i+(max(at-1, 0)-at)*step]
			out[i] += d * d
		}
	}
	return out
}

// histogram counts the pixels by three bins each, smooths the counts, and
// writes their square roots, scaled so that their squares sum to about 127 by
// 127.
func histogram(dst []uint8, bins [3]int, x, y, z []int) {
	counts := make([]int, len(dst))
	for i := range x {
		counts[(x[i]*bins[1]+y[i])*bins[2]+z[i]]++
	}
	step := len(dst)
	for _, n := range bins {
		step /= n
		smooth := make([]int, len(counts))
		for i, c := range counts {
			at := i / step % n
			smooth[i] += 3 * c
			smooth[i+(max(at-1, 0)-at)*step] += c
			smooth[i+(min(at+1, n-1)-at)*step] += c
		}
		counts = smooth
	}
	total := 125 * len(x)
	for i, c := range counts {
		dst[i] = uint8(math.Sqrt(float64(127*127*c)/float64(total)) + 0.5)
	}
}

// shelf is the signatures of four images, a number of each in 16 bits of a word.
// A dot product stays below 1 << 16, so that one multiplication serves all four.
type shelf [len(signature{})]uint64

// shelves packs signatures; the last shelf may be partly empty.
func shelves(all []Image) []shelf {
	out := make([]shelf, (len(all)+3)/4)
	for i := range all {
		for k, v := range all[i].signature {
			out[i/4][k] |= uint64(v) << (16 * (i % 4))
		}
	}
	return out
}

// dots returns the dot products of the signature with each of the four.
func (h *shelf) dots(s *signature) (out [4]uint16) {
	var a, b uint64
	for i := 0; i+1 < len(h); i += 2 {
		a += h[i] * uint64(s[i])
		b += h[i+1] * uint64(s[i+1])
	}
	a += b
	for k := range out {
		out[k] = uint16(a >> (16 * k))
	}
	return out
}
