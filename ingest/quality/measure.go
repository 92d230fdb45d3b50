// Package quality measures what may be wrong with a picture and with a
// collection of them, after CleanVision and fastdup: exposure, contrast, blur,
// information, size, shape, and near-duplicates.
//
// All of it is integer arithmetic, so a picture has the same measures on any
// machine. The package judges nothing: thresholds are the caller's.
package quality

import (
	"image"
	"math/bits"

	"github.com/anthonynsimon/bild/histogram"

	"github.com/gesturekit/gesturekit/pixel"
)

// side is the longest side, in pixels, at which pictures are measured, as in
// CleanVision: larger ones are scaled down, so that sharpness means the same of
// pictures of any size.
const side = 64

// Measures are the figures of one picture.
type Measures struct {
	Low, High int  // the 5th and the 95th percentile of the channel values, 0..255
	Sharpness int  // per mille: variance of the Laplacian of luminance over the variance of luminance
	Entropy   int  // thousandths of a bit: Shannon's, of the luminance of the pixels, 0..8000
	Hash      Hash // perceptual hash
}

// Measure measures an opaque picture.
func Measure(img *image.RGBA) Measures {
	if w, h := img.Rect.Dx(), img.Rect.Dy(); max(w, h) > side {
		long := max(w, h)
		img = pixel.Resize(img, max(1, w*side/long), max(1, h*side/long))
	}
	grey := luminance(img)
	var m Measures
	m.Low, m.High = percentiles(img)
	m.Sharpness = sharpness(grey, img.Rect.Dx())
	m.Entropy = entropy(grey)
	m.Hash = hash(img)
	return m
}

// luminance returns that of each pixel by the weights of Rec. 601, 0..255.
func luminance(img *image.RGBA) []uint8 {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := make([]uint8, 0, w*h)
	for y := range h {
		row := img.Pix[y*img.Stride:][:4*w]
		for x := 0; x < len(row); x += 4 {
			out = append(out, uint8((299*int(row[x])+587*int(row[x+1])+114*int(row[x+2])+500)/1000))
		}
	}
	return out
}

// percentiles returns the 5th and 95th percentile of all channel values.
func percentiles(img *image.RGBA) (low, high int) {
	h := histogram.NewRGBAHistogram(img)
	low, high = -1, -1
	sum, total := 0, 3*img.Rect.Dx()*img.Rect.Dy()
	for v := range h.R.Bins {
		sum += h.R.Bins[v] + h.G.Bins[v] + h.B.Bins[v]
		if low < 0 && 20*sum >= total {
			low = v
		}
		if high < 0 && 20*sum >= 19*total {
			high = v
		}
	}
	return low, high
}

// sharpness is the variance of the Laplacian (Pech-Pacheco et al., Diatom
// autofocusing in brightfield microscopy, 2000), with eight neighbours as in
// CleanVision, but over that of the luminance itself, as else a picture of low
// contrast would count as blurred.
func sharpness(grey []uint8, w int) int {
	h := len(grey) / w
	if w < 3 || h < 3 {
		return 0
	}
	var n, sum, squares, lumSum, lumSquares int
	for y := 1; y < h-1; y++ {
		for x := 1; x < w-1; x++ {
			i := y*w + x
			around := 0
			for _, d := range [...]int{-w - 1, -w, -w + 1, -1, 1, w - 1, w, w + 1} {
				around += int(grey[i+d])
			}
			v := int(grey[i])
			d := 8*v - around
			n++
			sum += d
			squares += d * d
			lumSum += v
			lumSquares += v * v
		}
	}
	spread := n*lumSquares - lumSum*lumSum
	return 1000 * (n*squares - sum*sum) / max(1, 64*spread)
}

// entropy returns Shannon's entropy of the values, in thousandths of a bit.
func entropy(grey []uint8) int {
	var bins [256]int
	for _, v := range grey {
		bins[v]++
	}
	sum := 0 // of n log2(n), in 1/65536 bit
	for _, n := range bins {
		if n > 0 {
			sum += n * log2(n)
		}
	}
	return (log2(len(grey)) - sum/len(grey)) * 1000 >> 16
}

// log2 returns the logarithm of n >= 1 in 1/65536, rounded down: its bits come
// out one by one by squaring.
func log2(n int) int {
	whole := bits.Len(uint(n)) - 1
	x := uint64(n) << 31 >> whole // 1 <= x < 2, in 1/2^31
	out := whole
	for range 16 {
		x = x * x >> 31
		out <<= 1
		if x >= 1<<32 {
			x >>= 1
			out |= 1
		}
	}
	return out
}
