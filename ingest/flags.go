package ingest

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gesturekit/gesturekit/pipeline"
)

// FlaggedFile is the name of the list of captures that were kept but deserve a
// look: a line "file,flag,detail" each, sorted by file.
const FlaggedFile = "flagged.csv"

// Flags are the limits beyond which a kept capture is flagged. Exposure,
// contrast, blur and entropy are those of the working image, at most 64 pixels a
// side; size and shape are the capture's. 0 turns a check off, 255 does for
// bright.
type Flags struct {
	Dark     int     `yaml:"dark" doc:"dark: 95 % of the channel values lie below this, 0 to 255"`
	Bright   int     `yaml:"bright" doc:"bright: 95 % of the channel values lie above this, 0 to 255"`
	Contrast int     `yaml:"contrast" doc:"low-contrast: the middle 90 % of the channel values span less than this, 0 to 255"`
	Blurry   int     `yaml:"blurry" doc:"blurry: the variance of the Laplacian is less than so many thousandths of the variance of the luminance, 0 to 1000"`
	Entropy  float64 `yaml:"entropy" doc:"near-uniform: the luminances have less entropy than this, 0 to 8 bits"`
	Tiny     int     `yaml:"tiny" doc:"tiny: a side of the capture has fewer pixels, 0 or more"`
	Aspect   float64 `yaml:"aspect" doc:"odd-aspect: the longer side is more than so many times the shorter one, 0 or at least 1"`
	Near     float64 `yaml:"near" doc:"near-duplicate: the correlation with an earlier capture is at least this, 0 to 1"`
	Size     float64 `yaml:"size" doc:"size: the capture's side is more than so many times the median of its category, or less than that part of it, 0 or at least 1"`
	Chance   float64 `yaml:"chance" doc:"size: all captures of this size are of one category, which by chance would be less likely than this, 0 to 1; size alone must not give the category away"`
}

func defaultFlags() Flags {
	return Flags{Dark: 48, Bright: 224, Contrast: 16, Blurry: 4, Entropy: 3, Tiny: 64, Aspect: 3, Near: 0.995, Size: 4, Chance: 0.001}
}

func (f Flags) validate() (errs []error) {
	for _, c := range []struct {
		name        string
		v, from, to float64
	}{
		{"dark", float64(f.Dark), 0, 255}, {"bright", float64(f.Bright), 0, 255}, {"contrast", float64(f.Contrast), 0, 255},
		{"blurry", float64(f.Blurry), 0, 1000}, {"entropy", f.Entropy, 0, 8}, {"near", f.Near, 0, 1}, {"chance", f.Chance, 0, 1},
	} {
		if !(c.v >= c.from && c.v <= c.to) {
			errs = append(errs, fmt.Errorf("ingest.flags.%s is %v, want %v to %v", c.name, c.v, c.from, c.to))
		}
	}
	if f.Tiny < 0 {
		errs = append(errs, fmt.Errorf("ingest.flags.tiny is %d, want 0 or more", f.Tiny))
	}
	for _, c := range []struct {
		name string
		v    float64
	}{{"aspect", f.Aspect}, {"size", f.Size}} {
		if !(c.v == 0 || c.v >= 1) {
			errs = append(errs, fmt.Errorf("ingest.flags.%s is %v, want 0, or 1 or more", c.name, c.v))
		}
	}
	return errs
}

// The flags.
const (
	flagDark          = "dark"
	flagBright        = "bright"
	flagContrast      = "low-contrast"
	flagBlurry        = "blurry"
	flagUniform       = "near-uniform"
	flagTiny          = "tiny"
	flagAspect        = "odd-aspect"
	flagSize          = "size"
	flagNearDuplicate = "near-duplicate"
	flagProfile       = "profile" // the colour profile was passed over
)

// flag is something to be said of a capture that was kept.
type flag struct{ name, detail string }

// flag adds a flag, or a detail to one that is there.
func (c *capture) flag(name, detail string) {
	for i := range c.flags {
		if c.flags[i].name == name {
			c.flags[i].detail += "; " + detail
			return
		}
	}
	c.flags = append(c.flags, flag{name, detail})
}

// flagged reports whether the capture has the flag.
func (c *capture) flagged(name string) bool {
	for _, f := range c.flags {
		if f.name == name {
			return true
		}
	}
	return false
}

// judge flags a kept capture by what is known of it alone.
func (f Flags) judge(c *capture) {
	m := c.measures
	switch {
	case m.High < f.Dark:
		c.flag(flagDark, fmt.Sprintf("95 %% of the values are at most %d", m.High))
	case m.Low > f.Bright:
		c.flag(flagBright, fmt.Sprintf("95 %% of the values are at least %d", m.Low))
	}
	if m.High-m.Low < f.Contrast {
		c.flag(flagContrast, fmt.Sprintf("the middle 90 %% of the values are %d to %d", m.Low, m.High))
	}
	if float64(m.Entropy) < 1000*f.Entropy {
		c.flag(flagUniform, fmt.Sprintf("%.2f bits of entropy", float64(m.Entropy)/1000))
	} else if m.Sharpness < f.Blurry { // what has no structure has no edges either
		c.flag(flagBlurry, fmt.Sprintf("sharpness %d", m.Sharpness))
	}
	if c.colours != "" {
		c.flag(flagProfile, c.colours)
	}
	if min(c.width, c.height) < f.Tiny {
		c.flag(flagTiny, fmt.Sprintf("%dx%d pixels", c.width, c.height))
	}
	if long, short := max(c.width, c.height), min(c.width, c.height); f.Aspect > 0 && float64(long) > f.Aspect*float64(short) {
		c.flag(flagAspect, fmt.Sprintf("%dx%d pixels", c.width, c.height))
	}
}

// flagAll flags the kept captures and says how many there are of each flag.
func (s Stage) flagAll(env pipeline.Env, captures []*capture) error {
	all := kept(captures)
	for _, c := range all {
		s.Options.Flags.judge(c)
	}
	s.Options.Flags.judgeSizes(all)
	if err := s.Options.Flags.judgeNear(all, env.Dir); err != nil {
		return err
	}
	count := map[string]int{}
	for _, c := range all {
		for _, f := range c.flags {
			count[f.name]++
		}
	}
	if len(count) == 0 {
		return nil
	}
	var parts []string
	for _, name := range sortedKeys(count) {
		parts = append(parts, fmt.Sprintf("%d %s", count[name], name))
	}
	env.Warn(fmt.Sprintf("of %d captures kept, some deserve a look (%s): see %s and %s", len(all), strings.Join(parts, ", "),
		filepath.Join(env.Output(env.Name), SheetFile), FlaggedFile))
	return nil
}
