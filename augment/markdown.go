package augment

import (
	"bytes"
	"fmt"
	"strings"
)

// Markdown returns docs/augment.md: the recipe language, every op with its
// parameters, and the presets.
func Markdown() []byte {
	var b bytes.Buffer
	b.WriteString(markdownHead)
	family := ""
	for _, op := range Ops() {
		if f := op.family(); f != family {
			family = f
			fmt.Fprintf(&b, "\n## %s\n", family)
		}
		op.markdown(&b)
	}
	b.WriteString("\n## Presets\n")
	for _, name := range Presets() {
		fmt.Fprintf(&b, "\n`%s`:\n\n```yaml\n%s\n```\n", name, strings.TrimSpace(presetText(name)))
	}
	return b.Bytes()
}

const markdownHead = "# Augmentation\n\nGenerated from the code by `make docs`. A recipe, `augment.recipe`, is the name of a preset or a list of steps:\n\n" +
	"```yaml\n" + `- rotate: {degrees: [-10, 10]}    # an op; a parameter left out is drawn from its default
  p: 0.5                          # probability of the step, 1 if left out
- vignette                        # an op with its defaults
- one_of: [blur, noise]           # one of the steps, each as likely; its own p follows
- some_of: [gamma, cast, cutout]  # so many of the steps, in the order written
  count: [1, 2]
` + "```\n\n" + `A value is a number, or a range that each picture draws its own number from: evenly, or where the table says
log, evenly in the logarithm, so that half is as likely as double; where it says reciprocal, evenly in 1/value. What was drawn is the picture's trace, in
the same language; ` + "`gesturekit replay`" + ` makes the picture from it again and ` + "`gesturekit preview`" + ` shows a recipe.
All geometry is one resampling before everything else; the other ops follow in the order written. Pixel (x, y) is a point, the
centre of its square; angles and lengths count from the middle of the picture, ((w-1)/2, (h-1)/2). A recipe is refused when draws of it
fold the picture or shrink a corner more than 16 times as much as the middle. An op does
nothing when each of its strengths, the parameters with an entry under "no change", has that value. Lengths
are fractions of the picture, so that a recipe means the same at every size. Editors read
[recipe.schema.json](recipe.schema.json).
`

func (o *Op) family() string {
	switch {
	case o.tone != nil:
		return "Tone: each value by itself"
	case o.light != nil:
		return "Light: a gain of linear light, by place"
	case o.paint != nil:
		return "Optics, sensor and file"
	}
	return "Geometry"
}

func (o *Op) markdown(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n### %s\n\n%s.\n\n| parameter | unit | accepted | default | no change | meaning |\n|---|---|---|---|---|---|\n",
		o.Name, strings.ToUpper(o.Doc[:1])+o.Doc[1:])
	for i := range o.Params {
		p := &o.Params[i]
		accepted, usual, same := p.Limits.String(), p.Default.String(), ""
		if p.Choices != nil {
			accepted, usual = strings.Join(p.Choices, ", "), p.Choices[int(p.Default.Lo)]
		}
		if p.Strength {
			same = Point(p.Identity).String()
		}
		if p.Log {
			accepted += ", log"
		}
		if p.Reciprocal {
			accepted += ", reciprocal"
		}
		if p.Integer {
			accepted += ", whole"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s |\n", p.Name, p.Unit, accepted, usual, same, p.Doc)
	}
}
