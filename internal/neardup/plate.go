package neardup

import (
	"image"
	"math"

	"github.com/gesturekit/gesturekit/pixel"
)

// plateSide is the side in pixels of the small grey picture by which images are
// laid over one another. There are coarser ones of half and a quarter of it.
const plateSide = 32

// minContrast is the standard deviation, in grey levels of 255, below which a
// picture has nothing to be recognised by.
const minContrast = 4

// grey returns the luminance of an image in plateSide x plateSide pixels, each
// 0..255, by the weights of Rec. 601.
func grey(small *image.RGBA) []uint8 {
	out := make([]uint8, plateSide*plateSide)
	for i := range out {
		p := small.Pix[4*i:]
		out[i] = uint8((299*int(p[0]) + 587*int(p[1]) + 114*int(p[2]) + 500) / 1000)
	}
	return out
}

func shrink(img *image.RGBA) *image.RGBA { return pixel.Resize(img, plateSide, plateSide) }

// contrast2 returns the variance of grey levels, rounded down.
func contrast2(g []uint8) int {
	sum, squares := 0, 0
	for _, v := range g {
		sum += int(v)
		squares += int(v) * int(v)
	}
	return (squares - sum*sum/len(g)) / len(g)
}

// scene is an image that others are laid over: grey levels less their mean, at
// three sizes, the coarsest first.
type scene [3][]float32

// set fills the scene from the grey picture.
func (s *scene) set(g []uint8) {
	mean := 0
	for _, v := range g {
		mean += int(v)
	}
	mean /= len(g)
	for l := range s {
		if n := plateSide >> (2 - l); len(s[l]) != n*n {
			s[l] = make([]float32, n*n)
		}
	}
	for i, v := range g {
		s[2][i] = float32(int(v) - mean)
	}
	halve(s[1], s[2], plateSide)
	halve(s[0], s[1], plateSide/2)
}

// halve takes the mean of each two by two pixels of an n x n picture.
func halve(dst, src []float32, n int) {
	for i := range dst {
		p := src[2*n*(i/(n/2))+2*(i%(n/2)):]
		dst[i] = (p[0] + p[1] + p[n] + p[n+1]) / 4
	}
}

// plate is one size of an image that is laid over a scene: what the
// inverse-compositional algorithm of Baker and Matthews (Lucas-Kanade 20 Years
// On, 2004) works out once for a template. Places are -1..1 across the picture.
type plate struct {
	n     int
	v     []float32    // grey levels, n x n
	place []float32    // of a pixel's centre, n
	steep [][6]float32 // of the value, by the six parameters
	inv   [6][6]float64
}

// newPlates returns the plates of a scene, the coarsest first.
func newPlates(s *scene) (out [3]*plate) {
	for l := range out {
		out[l] = newPlate(plateSide>>(2-l), s[l])
	}
	return out
}

func newPlate(n int, v []float32) *plate {
	p := &plate{n: n, v: v, place: make([]float32, n), steep: make([][6]float32, n*n)}
	for i := range p.place {
		p.place[i] = float32(2*i+1-n) / float32(n)
	}
	at := func(x, y int) float32 { return v[min(max(y, 0), n-1)*n+min(max(x, 0), n-1)] }
	var h [6][6]float64
	for i := range p.steep {
		x, y := i%n, i/n
		gx := (at(x+1, y) - at(x-1, y)) * float32(n) / 4
		gy := (at(x, y+1) - at(x, y-1)) * float32(n) / 4
		d := [6]float32{gx, p.place[x] * gx, p.place[y] * gx, gy, p.place[x] * gy, p.place[y] * gy}
		p.steep[i] = d
		for j := range 6 {
			for k := range 6 {
				h[j][k] += float64(float64(d[j]) * float64(d[k]))
			}
		}
	}
	p.inv = inverse(h)
	return p
}

// inverse inverts a positive semidefinite matrix, a hundredth added to its
// diagonal (Levenberg), by Gauss and Jordan.
func inverse(a [6][6]float64) (inv [6][6]float64) {
	trace := 0.0
	for i := range 6 {
		trace += a[i][i]
	}
	for i := range 6 {
		a[i][i] += float64(0.01*a[i][i]) + float64(1e-6*trace) + 1e-9
		inv[i][i] = 1
	}
	for i := range 6 {
		d := a[i][i]
		for k := range 6 {
			a[i][k] /= d
			inv[i][k] /= d
		}
		for r := range 6 {
			f := a[r][i]
			if r == i {
				continue
			}
			for k := range 6 {
				a[r][k] -= float64(f * a[i][k])
				inv[r][k] -= float64(f * inv[i][k])
			}
		}
	}
	return inv
}

func root32(x float32) float32 { return float32(math.Sqrt(float64(x))) }
