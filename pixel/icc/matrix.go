package icc

import (
	"bytes"
	"fmt"
	"math"
	"sync"

	"github.com/gesturekit/gesturekit/internal/elementary"
)

// fine is the scale, as a power of two, of the sums of linear light, and steps
// that of the table which encodes them. Near black a step is a fifth of a level.
const fine, steps = 24, 14

// encoded returns the table that takes linear light, scaled by 1<<steps, to the
// values of sRGB.
var encoded = sync.OnceValue(func() *[1<<steps + 1]uint8 {
	t := new([1<<steps + 1]uint8)
	for i := range t {
		t[i] = uint8(float64(255*gamma(float64(i)/(1<<steps))) + 0.5)
	}
	return t
})

// gamma is the transfer function of sRGB (IEC 61966-2-1), from linear light.
func gamma(l float64) float64 {
	if l <= 0.0031308 {
		return float64(12.92 * l)
	}
	return float64(1.055*elementary.Pow(l, 1/2.4)) - 0.055
}

// index rounds a sum of linear light to its place in the table.
func index(sum int32) int32 {
	return max(0, min(1<<steps, (sum+1<<(fine-steps-1))>>(fine-steps)))
}

// fromXYZ takes colours of the connection space, XYZ under D50, to linear sRGB:
// the inverse of the colorants of sRGB, adapted from D65 by Bradford's method.
func fromXYZ() [3][3]float64 {
	return [3][3]float64{
		{3.1338561, -1.6168667, -0.4906146},
		{-0.9787684, 1.9161415, 0.0334540},
		{0.0719453, -0.2289914, 1.4052427},
	}
}

// matrix makes the transform of an RGB profile with colorants and curves.
func (p profile) matrix() (*Transform, error) {
	if pcs := p.text(20); pcs != "XYZ " {
		return nil, fmt.Errorf("%w: it leads to %q, want XYZ", ErrUnsupported, pcs)
	}
	var curves [3]*curve
	var toXYZ [3][3]float64
	var last []byte
	for i, c := range []string{"r", "g", "b"} {
		xyz, err := p.tag(c + "XYZ")
		if err != nil {
			return nil, err
		}
		if string(xyz[:4]) != "XYZ " || len(xyz) < 20 {
			return nil, fmt.Errorf("%w: the colorant %sXYZ is a %q of %d bytes", ErrBroken, c, xyz[:4], len(xyz))
		}
		for j := range 3 {
			toXYZ[j][i] = fixed(xyz[8+4*j:])
		}
		trc, err := p.tag(c + "TRC")
		if err != nil {
			return nil, err
		}
		if i > 0 && bytes.Equal(trc, last) {
			curves[i] = curves[i-1]
		} else if curves[i], err = newCurve(trc); err != nil {
			return nil, err
		}
		last = trc
	}
	return combine(curves, product(fromXYZ(), toXYZ))
}

// DisplayP3 returns the transform of an image that is in Display P3 without a
// profile.
func DisplayP3() *Transform {
	c, err := standardCurve()
	if err != nil {
		return nil
	}
	t, err := combine([3]*curve{c, c, c}, product(fromXYZ(), [3][3]float64{
		{0.515102, 0.291965, 0.157153},
		{0.241182, 0.692236, 0.066582},
		{-0.001049, 0.041882, 0.784378},
	}))
	if err != nil {
		return nil
	}
	return t
}

// combine makes the transform of three curves and the matrix from the linear
// light of the profile to that of sRGB.
func combine(curves [3]*curve, m [3][3]float64) (*Transform, error) {
	same := true
	for i, row := range m {
		sum := 0.0
		for j, v := range row {
			sum += math.Abs(v)
			if i == j {
				v--
			}
			same = same && math.Abs(v) < 0.005
		}
		if sum > 32 { // ProPhoto, the widest in use, has 3.6
			return nil, fmt.Errorf("%w: its colorants are out of any range", ErrBroken)
		}
	}
	if same && curves[0].isGamma() && curves[1].isGamma() && curves[2].isGamma() {
		return nil, nil
	}
	t := &Transform{rgb: new([3][256][4]int32)}
	for c, curve := range curves {
		for v, l := range curve {
			for k := range 3 {
				t.rgb[c][v][k] = int32(math.Floor(float64(float64(m[k][c]*l)*(1<<fine)) + 0.5))
			}
		}
	}
	return t, nil
}

// isGamma tells a curve that is that of sRGB to within half a level.
func (c *curve) isGamma() bool {
	for v, l := range c {
		if math.Abs(float64(255*gamma(l))-float64(v)) > 0.5 {
			return false
		}
	}
	return true
}

func product(a, b [3][3]float64) (out [3][3]float64) {
	for i := range 3 {
		for j := range 3 {
			out[i][j] = float64(a[i][0]*b[0][j]) + float64(a[i][1]*b[1][j]) + float64(a[i][2]*b[2][j])
		}
	}
	return out
}

// greyscale makes the transform of a grey profile.
func (p profile) greyscale() (*Transform, error) {
	if pcs := p.text(20); pcs != "XYZ " {
		return nil, fmt.Errorf("%w: it leads to %q, want XYZ", ErrUnsupported, pcs)
	}
	trc, err := p.tag("kTRC")
	if err != nil {
		return nil, err
	}
	c, err := newCurve(trc)
	if err != nil || c.isGamma() {
		return nil, err
	}
	t := &Transform{grey: new([256]uint8)}
	for v, l := range c {
		t.grey[v] = uint8(float64(255*gamma(l)) + 0.5)
	}
	return t, nil
}
