package synth

// tissue says how a part of an arm is coloured and what it melts into.
type tissue uint8

const (
	palmFlesh tissue = iota
	fingerBone
	fingerTip
	thumbBone
	thumbTip
	forearm
	cloth
)

// part is one cone of an arm.
type part struct {
	cone
	tissue tissue
	limb   int  // parts of one limb melt into each other: 0 palm and arm, 1-5 fingers
	dorsal vec  // the way the back of the part looks
	joint  bool // a crease marks its start
}

// build says how one person's hand differs from the average.
type build struct {
	fingers float64 // length of the fingers, about 1
	girth   float64 // thickness of the fingers, about 1
	cuff    float64 // where the sleeve begins, in units below the wrist; above 3 there is none
}

// wristAt is where the forearm begins, in hand coordinates.
func wristAt() vec { return vec{0, -0.44, 0} }

// arm returns the parts of an arm in hand coordinates.
func (p *pose) arm(b build) []part {
	parts := make([]part, 0, 28)
	add := func(t tissue, limb int, a, c vec, ra, rb float64) *part {
		parts = append(parts, part{cone: newCone(a, c, ra, rb), tissue: t, limb: limb, dorsal: vec{0, 0, -1}})
		return &parts[len(parts)-1]
	}
	knuckles := [4]vec{{0.31, 0.38, 0}, {0.10, 0.44, 0}, {-0.11, 0.40, 0}, {-0.30, 0.29, 0}}
	for i, k := range knuckles {
		root := vec{mix(0.15, -0.15, float64(i)/3), -0.40, 0}
		add(palmFlesh, 0, root, k.sub(vec{0, 0.03, 0}), 0.19, 0.148)
	}
	add(palmFlesh, 0, vec{-0.20, -0.30, 0.04}, vec{-0.28, 0.08, 0.03}, 0.175, 0.145)
	p.addForearm(add, b)
	p.addThumb(add, b)
	lengths := [4][3]float64{{0.44, 0.27, 0.19}, {0.49, 0.31, 0.20}, {0.45, 0.29, 0.20}, {0.34, 0.20, 0.17}}
	for i, k := range knuckles {
		girth := b.girth
		if i == 3 {
			girth = float64(girth * 0.86)
		}
		p.fingers[i].add(add, i+1, k, lengths[i], b.fingers, girth)
	}
	return parts
}

type adder func(t tissue, limb int, a, b vec, ra, rb float64) *part

// add adds the three bones of a finger that starts at a knuckle.
func (f finger) add(add adder, limb int, at vec, lengths [3]float64, stretch, girth float64) {
	ss, cs := sincos(f.splay)
	out := vec{ss, cs, 0}
	sw, cw := sincos(f.sideway)
	into := out.cross(vec{0, 0, 1}).scale(sw).add(vec{0, 0, cw})
	radii := [4]float64{0.114, 0.106, 0.097, 0.080}
	angle := 0.0
	for i, l := range lengths {
		angle += f.flex[i]
		s, c := sincos(angle)
		end := at.add(out.scale(c).add(into.scale(s)).scale(float64(l * stretch)))
		t := fingerBone
		if i == 2 {
			t = fingerTip
		}
		bone := add(t, limb, at, end, float64(radii[i]*girth), float64(radii[i+1]*girth))
		bone.dorsal = out.scale(s).sub(into.scale(c))
		bone.joint = i > 0
		at = end
	}
}

// addThumb adds the thumb, its muscle and the web that ties it to the palm.
func (p *pose) addThumb(add adder, b build) {
	at := vec{0.20, -0.33, 0.05}
	lengths := [3]float64{0.44, 0.32, 0.24}
	radii := [4]float64{0.185, 0.125, 0.108, 0.082}
	for i, l := range lengths {
		stretch, girth := b.fingers, b.girth
		t, limb := thumbBone, 5
		if i == 0 {
			stretch, girth, t, limb = 1, 1, palmFlesh, 0
		}
		if i == 2 {
			t = thumbTip
		}
		end := at.add(p.thumb[i].unit().scale(float64(l * stretch)))
		bone := add(t, limb, at, end, float64(radii[i]*girth), float64(radii[i+1]*b.girth))
		bone.joint = i == 2
		if i > 0 {
			bone.dorsal = p.nail.sub(bone.ab.scale(p.nail.dot(bone.ab) / bone.m0)).unit()
		} else {
			add(palmFlesh, 0, at.blend(end, 0.72), vec{0.26, 0.16, 0.02}, 0.12, 0.13)
		}
		at = end
	}
}

// addForearm adds the wrist, the forearm and, if the person wears one, a sleeve.
func (p *pose) addForearm(add adder, b build) {
	const length = 3.4
	s, c := sincos(p.wrist)
	down := vec{s, -c, 0}
	add(forearm, 0, wristAt(), wristAt().add(down.scale(length)), 0.235, 0.34)
	if b.cuff < 3 {
		add(cloth, 6, wristAt().add(down.scale(b.cuff)), wristAt().add(down.scale(length)), 0.315, 0.46)
	}
}
