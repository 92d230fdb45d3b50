package synth

// Hand coordinates: a right hand seen by the camera from its palm side. The
// fingers point along +y, the thumb is on the side of +x, +z leaves the palm
// towards the camera. One unit is about the height of the palm; the middle of
// the palm is the origin.

// finger is how one finger is held, in degrees.
type finger struct {
	splay   float64    // sideways, positive towards the thumb
	flex    [3]float64 // of the three joints, 0 straight, from the knuckle out
	sideway float64    // turns the plane of flexion: 0 into the palm, 90 towards the thumb
}

// pose is a hand shape with the way a category is shown.
type pose struct {
	fingers [4]finger // index, middle, ring, little
	thumb   [3]vec    // direction of the three thumb bones
	nail    vec       // the way the thumb's nail looks
	turn    float64   // in-plane rotation, degrees counter-clockwise
	wrist   float64   // bend of the forearm against the hand, degrees
	centre  vec       // the point of the hand to keep in the picture
}

const idle = "idle"

// Categories returns the names of all gestures, sorted; "idle" shows no hand.
func Categories() []string {
	return []string{
		"call", "ell", "fist", "four", idle, "ok", "palm", "peace", "pinky", "point", "relaxed", "rock", "salute", "three",
		"thumbs_down", "thumbs_up",
	}
}

// poseOf returns how a gesture is held on average, and false for a category
// that has no hand or does not exist.
func poseOf(category string) (pose, bool) {
	p := pose{fingers: [4]finger{curled(3), curled(1), curled(-1), curled(-3)}, thumb: thumbOver(), nail: vec{0.1, 0.2, 1}}
	p.centre = vec{0, 0.45, 0}
	switch category {
	case "fist":
		p.centre.y = 0.1
	case "palm":
		p.fingers = [4]finger{straight(15), straight(4), straight(-8), straight(-22)}
		p.thumb, p.nail = thumbOut(), vec{0.5, -0.2, -0.8}
	case "point":
		p.fingers[0] = straight(3)
	case "peace":
		p.fingers[0], p.fingers[1] = straight(17), straight(-12)
	case "three":
		p.fingers[0], p.fingers[1], p.fingers[2] = straight(17), straight(0), straight(-16)
		p.thumb = thumbAcross()
	case "four":
		p.fingers = [4]finger{straight(14), straight(4), straight(-8), straight(-21)}
		p.thumb = thumbAcross()
	case "ok":
		p.fingers = [4]finger{{splay: 4, flex: [3]float64{38, 72, 42}, sideway: 62}, straight(-2), straight(-11), straight(-22)}
		p.thumb = [3]vec{{0.68, 0.60, 0.38}, {0.74, 0.62, 0.18}, {0.30, 0.95, 0.10}}
		p.nail = vec{0.9, -0.3, 0.1}
	case "ell":
		p.fingers[0] = straight(2)
		p.thumb, p.nail = thumbSide(), vec{0.3, -0.4, -0.9}
	case "pinky":
		p.fingers[3] = straight(-14)
	case "relaxed":
		p.fingers = [4]finger{bent(8, 34), bent(2, 46), bent(-5, 56), bent(-12, 62)}
		p.thumb, p.nail = thumbOut(), vec{0.5, -0.2, -0.8}
	case "salute": // index with middle, ring with little
		p.fingers = [4]finger{straight(14), straight(11), straight(-12), straight(-17)}
		p.thumb, p.nail = thumbOut(), vec{0.5, -0.2, -0.8}
	case "rock":
		p.fingers[0], p.fingers[3] = straight(9), straight(-15)
	case "call":
		p.fingers[3] = straight(-24)
		p.thumb, p.nail = thumbSide(), vec{0.3, -0.4, -0.9}
		p.centre.y = 0.15
	case "thumbs_up":
		p.thumb, p.nail = thumbSide(), vec{0.1, -0.8, 0.5}
		p.turn, p.wrist, p.centre = 90, -18, vec{0.3, 0.05, 0}
	case "thumbs_down":
		p.thumb, p.nail = thumbSide(), vec{0.1, -0.8, 0.5}
		p.turn, p.wrist, p.centre = -90, 4, vec{0.3, 0.05, 0}
	default:
		return pose{}, false
	}
	return p, true
}

func straight(splay float64) finger { return finger{splay: splay, flex: [3]float64{4, 6, 4}} }

// bent is a finger that hangs half closed: degrees at each of its joints.
func bent(splay, degrees float64) finger {
	return finger{splay: splay, flex: [3]float64{degrees, degrees, float64(degrees * 0.6)}}
}

func curled(splay float64) finger { return finger{splay: splay, flex: [3]float64{74, 100, 58}} }

func thumbOver() [3]vec { return [3]vec{{0.50, 0.62, 0.60}, {-0.15, 0.72, 0.65}, {-0.90, 0.40, 0.10}} }
func thumbAcross() [3]vec {
	return [3]vec{{0.40, 0.75, 0.55}, {-0.60, 0.65, 0.45}, {-0.95, 0.25, 0.05}}
}
func thumbOut() [3]vec  { return [3]vec{{0.78, 0.58, 0.20}, {0.75, 0.66, 0.05}, {0.62, 0.78, 0}} }
func thumbSide() [3]vec { return [3]vec{{0.80, 0.50, 0.35}, {0.97, 0.22, 0.08}, {1, 0.05, -0.05}} }
