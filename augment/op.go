package augment

import (
	"image"
	"math"

	"github.com/gesturekit/gesturekit/internal/elementary"
)

// Op is one kind of change: its name in a recipe, its parameters and what they
// do to a picture. Ops lists them all.
type Op struct {
	Name   string
	Doc    string // one line: what it imitates
	Params []Param

	// Exactly one is set; none for border and resample, which steer the warp.
	warp  func(v *values, e extent) matrix                              // geometry
	tone  func(v *values, t *tone)                                      // pointwise
	light func(v *values, e extent, y float64, x0, dx float64, g gains) // spatial gain of one row
	paint func(v *values, img *image.RGBA, s *Scratch) error            // anything else, in place
}

// Param is a parameter of an Op.
type Param struct {
	Name       string
	Unit       string
	Doc        string
	Limits     Range    // values accepted
	Default    Range    // what a recipe that leaves the parameter out draws from
	Identity   float64  // for Strength: the value that changes nothing
	Strength   bool     // the op does nothing when every strength is at its identity
	Log        bool     // drawn evenly in the logarithm: half is as likely as double
	Reciprocal bool     // drawn evenly in 1/value
	Integer    bool     // drawn from the whole numbers of the range, ends included
	Choices    []string // a name instead of a number; its value is the index
}

// values are the drawn parameters of an op, in the order of Params.
type values [10]float64

// Ops returns every op, by family: geometry, tone, light, the rest.
func Ops() []Op {
	return []Op{
		rotate(), zoom(), shear(), translate(), crop(), flip(), perspective(), camera(), symmetricWarp(), borderOp(), resample(),
		exposure(), gamma(), brightnessContrast(), logitLighting(), whiteBalance(), cast(),
		gradient(), pointLight(), vignette(), shadow(),
		noise(), blur(), motionBlur(), cutout(), jpegArtefacts(),
	}
}

// neutral reports whether v changes nothing.
func (o *Op) neutral(v *values) bool {
	has := false
	for i, p := range o.Params {
		if p.Strength {
			if v[i] != p.Identity {
				return false
			}
			has = true
		}
	}
	return has
}

// draw returns the value at u in [0, 1) of the way through r.
func (p *Param) draw(r Range, u float64) float64 {
	switch {
	case r.IsPoint():
		return r.Lo
	case p.Integer:
		return min(r.Lo+math.Floor(u*(r.Hi-r.Lo+1)), r.Hi)
	case p.Log:
		return min(max(elementary.Exp2(lerp(elementary.Log2(r.Lo), elementary.Log2(r.Hi), u)), r.Lo), r.Hi)
	case p.Reciprocal:
		return min(max(1/lerp(1/r.Lo, 1/r.Hi, u), r.Lo), r.Hi)
	}
	return min(lerp(r.Lo, r.Hi, u), r.Hi)
}
