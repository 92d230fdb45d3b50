// Package synth draws raw gesture captures of people who do not exist: the
// data of a run without a folder of one's own, and of the project's tests.
//
// A capture shows a hand with bending fingers before a room, as a cheap webcam
// sees it; it is a right one. Persons differ in skin, hand, sleeve and habit; the sessions of a
// person in room, light, camera and distance; the frames of a session are a
// burst in which only a slow drift moves the hand.
//
// A capture is a pure function of the key, the picture's size and its own
// category, person, session and frame: adding a person, a session, a frame or
// a category changes no other capture. The bytes are the same on every
// architecture and for any number of workers.
package synth

import (
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/rng"
)

// Options says how many captures to draw. Each person shows each category in
// each session for some frames.
type Options struct {
	Persons    int      `yaml:"persons" doc:"people to draw, 1 to 99"`
	Sessions   int      `yaml:"sessions" doc:"sittings of each person, each with its own room and light, 1 to 9"`
	Frames     int      `yaml:"frames" doc:"captures per person, session and category, 1 to 99"`
	Width      int      `yaml:"width" doc:"width of a capture in pixels, 16 to 1920"`
	Height     int      `yaml:"height" doc:"height of a capture in pixels, 16 to 1920; hands are scaled with it"`
	Categories []string `yaml:"categories" doc:"gestures to draw; idle shows none"`
}

// Default returns the options of the embedded data set: 1,728 captures.
func Default() Options {
	return Options{Persons: 18, Sessions: 2, Frames: 3, Width: 160, Height: 120, Categories: Categories()}
}

// Count returns the number of captures.
func (o Options) Count() int { return o.Persons * o.Sessions * o.Frames * len(o.Categories) }

// Validate returns all faults of o at once, or nil.
func (o Options) Validate() error {
	var faults []error
	check := func(name string, v, lo, hi int) {
		if v < lo || v > hi {
			faults = append(faults, fmt.Errorf("synth.%s is %d, want %d to %d", name, v, lo, hi))
		}
	}
	check("persons", o.Persons, 1, 99)
	check("sessions", o.Sessions, 1, 9)
	check("frames", o.Frames, 1, 99)
	check("width", o.Width, 16, 1920)
	check("height", o.Height, 16, 1920)
	if len(o.Categories) == 0 {
		faults = append(faults, errors.New("synth.categories is empty, want one or more"))
	}
	for i, c := range o.Categories {
		if !slices.Contains(Categories(), c) {
			faults = append(faults, fmt.Errorf("synth.categories: %w", unknown(c)))
		} else if slices.Contains(o.Categories[:i], c) {
			faults = append(faults, fmt.Errorf("synth.categories lists %q twice", c))
		}
	}
	return errors.Join(faults...)
}

func unknown(category string) error {
	return fmt.Errorf("unknown category %q, want one of %s", category, strings.Join(Categories(), ", "))
}

// Draw returns one opaque capture of o.Width x o.Height pixels. Persons,
// sessions and frames count from 1 and may exceed those of o; it fails if one
// is below 1, if o is invalid or if there is no such category.
func Draw(key rng.Key, o Options, category string, person, session, frame int) (*image.RGBA, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if !slices.Contains(Categories(), category) {
		return nil, unknown(category)
	}
	if person < 1 || session < 1 || frame < 1 {
		return nil, fmt.Errorf("person %d, session %d, frame %d: want 1 or more", person, session, frame)
	}
	return capture(key, o.Width, o.Height, category, person, session, frame), nil
}

func capture(key rng.Key, width, height int, category string, number, sitting, frame int) *image.RGBA {
	aspect := float64(width) / float64(height)
	who := newPerson(key, number)
	s := newSession(key, who, number, sitting, aspect)
	v := newView(key, who, s, category, number, sitting, frame, aspect)
	c := newCanvas(width, height)
	for _, thing := range s.room {
		c.paint(thing)
	}
	for _, feature := range s.head {
		feature.x, feature.y = feature.x+v.sway.x, feature.y+v.sway.y
		c.paint(feature)
	}
	if category != idle {
		parts := v.pose.arm(who.build)
		turn := v.place(parts)
		p := painter{relief: newRelief(parts, width, height, v.size), who: who, light: s.light, view: v, turn: turn}
		p.over(c)
	}
	noise := key.With("noise").WithInt(number).WithInt(sitting).With(category).WithInt(frame)
	return s.camera.shoot(c, noise.Rand())
}
