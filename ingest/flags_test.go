package ingest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/ingest/quality"
)

// names returns the flags of a capture.
func (c *capture) names() string {
	var out []string
	for _, f := range c.flags {
		out = append(out, f.name)
	}
	return strings.Join(out, " ")
}

func TestFlagsOfOneCapture(t *testing.T) {
	good := capture{width: 640, height: 480, measures: quality.Measures{Low: 20, High: 200, Sharpness: 50, Entropy: 7000}}
	for want, spoil := range map[string]func(*capture){
		"":                                 func(*capture) {},
		"dark":                             func(c *capture) { c.measures.Low, c.measures.High = 2, 47 },
		"bright":                           func(c *capture) { c.measures.Low, c.measures.High = 225, 255 },
		"low-contrast":                     func(c *capture) { c.measures.Low, c.measures.High = 100, 115 },
		"bright low-contrast near-uniform": func(c *capture) { c.measures = quality.Measures{Low: 250, High: 255, Entropy: 2999} },
		"blurry":                           func(c *capture) { c.measures.Sharpness = 3 },
		"near-uniform":                     func(c *capture) { c.measures.Sharpness, c.measures.Entropy = 0, 100 },
		"tiny":                             func(c *capture) { c.width, c.height = 80, 63 },
		"odd-aspect":                       func(c *capture) { c.width, c.height = 301, 100 },
		"tiny odd-aspect":                  func(c *capture) { c.width, c.height = 20, 61 },
	} {
		c := good
		spoil(&c)
		if defaultFlags().judge(&c); c.names() != want {
			t.Errorf("got %q, want %q", c.names(), want)
		}
		c.flags = nil
		if (Flags{Bright: 255}).judge(&c); c.names() != "" {
			t.Errorf("limits that flag none flag %q", c.names())
		}
	}
}

func TestFlagsOfSizes(t *testing.T) {
	some := func(n int, category string, w, h int) (out []*capture) {
		for range n {
			out = append(out, &capture{category: category, width: w, height: h})
		}
		return out
	}
	for name, c := range map[string]struct {
		captures [][]*capture
		want     map[string]int // by category
	}{
		"one size":            {[][]*capture{some(50, "a", 640, 480), some(50, "b", 640, 480)}, nil},
		"one far off":         {[][]*capture{some(50, "a", 100, 100), some(50, "b", 100, 100), some(3, "b", 3024, 3024)}, map[string]int{"b": 3}},
		"a size a category":   {[][]*capture{some(50, "a", 640, 480), some(50, "b", 640, 360)}, map[string]int{"a": 50, "b": 50}},
		"two, by chance":      {[][]*capture{some(50, "a", 640, 480), some(50, "b", 640, 480), some(2, "b", 640, 360)}, nil},
		"one category only":   {[][]*capture{some(50, "a", 640, 480), some(50, "a", 640, 360)}, nil},
		"every size once":     {[][]*capture{some(1, "a", 640, 480), some(1, "a", 650, 480), some(1, "b", 660, 480), some(1, "b", 670, 480)}, nil},
		"upright and on side": {[][]*capture{some(30, "a", 480, 640), some(30, "a", 640, 480), some(30, "b", 640, 480)}, map[string]int{"a": 30}},
	} {
		var all []*capture
		for _, list := range c.captures {
			all = append(all, list...)
		}
		defaultFlags().judgeSizes(all)
		got := map[string]int{}
		for _, x := range all {
			if x.flagged(flagSize) {
				got[x.category]++
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: flagged %v, want %v", name, got, c.want)
		}
	}
}

func TestFlagsValidate(t *testing.T) {
	if errs := defaultFlags().validate(); errs != nil {
		t.Error(errs)
	}
	bad := Flags{Dark: -1, Bright: 256, Contrast: 300, Blurry: 1001, Entropy: 9, Tiny: -1, Aspect: 0.5, Near: 1.5, Size: 0.1, Chance: 2}
	if errs := bad.validate(); len(errs) != 10 {
		t.Errorf("%d faults, want 10: %v", len(errs), errs)
	}
}
