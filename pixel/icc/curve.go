package icc

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/gesturekit/gesturekit/internal/elementary"
)

// curve is what a tone curve makes of the 256 values: linear light, 0 to 1.
type curve [256]float64

// newCurve reads a tone curve (ICC.1:2022, 10.6 and 10.18).
func newCurve(tag []byte) (*curve, error) {
	if string(tag) == standard {
		return standardCurve()
	}
	return compute(tag)
}

// standard is the curve of sRGB as most writers put it, for Display P3, too.
const standard = "para\x00\x00\x00\x00\x00\x03\x00\x00\x00\x02\x66\x66\x00\x00\xf2\xa7\x00\x00\x0d\x59\x00\x00\x13\xd0\x00\x00\x0a\x5b"

var standardCurve = sync.OnceValues(func() (*curve, error) { return compute([]byte(standard)) })

func compute(tag []byte) (*curve, error) {
	var f func(float64) float64
	var err error
	switch string(tag[:4]) {
	case "curv":
		f, err = sampled(tag)
	case "para":
		f, err = parametric(tag)
	default:
		err = fmt.Errorf("%w: its curve is a %q", ErrUnsupported, tag[:4])
	}
	if err != nil {
		return nil, err
	}
	c := new(curve)
	for v := range c {
		c[v] = max(0, min(1, f(float64(v)/255)))
	}
	return c, nil
}

// sampled is the identity, a power, or a table with lines between its points.
func sampled(tag []byte) (func(float64) float64, error) {
	n := int64(binary.BigEndian.Uint32(tag[8:]))
	if 12+2*n > int64(len(tag)) {
		return nil, fmt.Errorf("%w: a curve of %d points lies outside", ErrBroken, n)
	}
	at := func(i int) float64 { return float64(binary.BigEndian.Uint16(tag[12+2*i:])) }
	switch n {
	case 0:
		return func(x float64) float64 { return x }, nil
	case 1:
		g := at(0) / 256
		if g == 0 {
			return nil, fmt.Errorf("%w: the power of a curve is 0", ErrBroken)
		}
		return func(x float64) float64 { return elementary.Pow(x, g) }, nil
	}
	return func(x float64) float64 {
		x = float64(x * float64(n-1))
		i := min(int(x), int(n)-2)
		return (at(i) + float64((at(i+1)-at(i))*(x-float64(i)))) / 65535
	}, nil
}

// parametric is one of five formulas around a power.
func parametric(tag []byte) (func(float64) float64, error) {
	kind := binary.BigEndian.Uint16(tag[8:])
	counts := [...]int{1, 3, 4, 5, 7}
	if int(kind) >= len(counts) || len(tag) < 12+4*counts[kind] {
		return nil, fmt.Errorf("%w: a formula of kind %d in %d bytes", ErrBroken, kind, len(tag))
	}
	v := [7]float64{1: 1}
	for i := range counts[kind] {
		v[i] = fixed(tag[12+4*i:])
	}
	g, a, b, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	if g <= 0 || a == 0 {
		return nil, fmt.Errorf("%w: the power of a curve is %g, its factor %g", ErrBroken, g, a)
	}
	switch kind {
	case 0:
		d = -1 // the power holds everywhere
	case 1, 2:
		c, d, e, f = 0, -b/a, c, c
	}
	return func(x float64) float64 {
		if x < d {
			return float64(c*x) + f
		}
		return elementary.Pow(max(0, float64(a*x)+b), g) + e
	}, nil
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }
