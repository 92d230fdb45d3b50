package augment

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/gesturekit/gesturekit/rng"
)

func TestFaultsNamePlaceAndRemedy(t *testing.T) {
	text := `- rotat: 5
- rotate: {degress: 5, degrees: [5, 1]}
- exposure: {stops: .nan}
- p: 0.5
- rotate: 1
- {rotate: {degrees: 1}, p: 1.5}
- one_of: []
- some_of: [rotate]
- {some_of: [rotate, zoom], count: 3}
- {one_of: [rotate], count: 1}
- noise: {iso: high, seed: 1.5}
- border: {mode: reflekt}
- {rotate: {degrees: 1}, zoom: {factor: 2}}
- zoom: {factor: [0, 1]}
- zoom: {factor: [1, 2, 3]}
- zoom: {factor: {lo: 1}}
- [rotate]
`
	_, err := Parse([]byte(text))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		`line 1, column 3: unknown op "rotat" (did you mean "rotate"?)`,
		`line 2, column 12: rotate: unknown parameter "degress" (did you mean "degrees"?)`,
		`line 2, column 33: rotate: degrees: range [5, 1] is reversed; write [1, 5]`,
		`line 3, column 21: exposure: stops: range [NaN, NaN] holds NaN`,
		`line 4, column 3: the step names no op`,
		`line 5, column 11: rotate: expected its parameters as a mapping; it has degrees`,
		`line 6, column 29: p: 1.5 is outside [0, 1]`,
		`line 7, column 11: one_of has 0 steps`,
		`line 8, column 3: some_of needs count`,
		`line 9, column 36: count 3 must be whole and at most the number of steps, 2`,
		`line 10, column 29: count belongs to some_of only`,
		`line 11, column 16: noise: iso: "high" is not a number`,
		`line 11, column 28: noise: seed: 1.5 must be whole`,
		`line 12, column 18: border: mode: unknown choice "reflekt" (did you mean "reflect"?)`,
		`line 13, column 26: a second op, "zoom"`,
		`line 14, column 18: zoom: factor: [0, 1] is outside [0.0625, 16]`,
		`line 15, column 18: zoom: factor: expected a number or [lo, hi]`,
		`line 16, column 18: zoom: factor: not a number`,
		`line 17, column 3: expected a step`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no fault %q in\n%v", want, err)
		}
	}
}

func TestOtherBadRecipes(t *testing.T) {
	for text, want := range map[string]string{
		"":              "0 documents",
		"[]\n---\n[]\n": "2 documents",
		"standart":      `unknown preset "standart" (did you mean "standard"?)`,
		"a: 1":          "line 1, column 1: expected a list of steps",
		"- [":           "not YAML",
		strings.Repeat("- one_of: [", 1) + strings.Repeat("{one_of: [", 12) + "rotate" + strings.Repeat("]}", 12) + "]": "nested more than 8 deep",
		"- camera: {yaw: 45, pitch: 0, field_of_view: 70}\n- rotate: {degrees: [0, 90]}":                                "line 1, column 1: within its ranges, as in",
		"- camera: {yaw: [0, 60], pitch: 60, roll: 0, field_of_view: 120}":                                              "folds the picture or sends a corner to infinity",
		"- zoom: {factor: 1, factor: 2}": "factor",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestRecipeRoundTrips(t *testing.T) {
	text := `- rotate: {degrees: [-1.5, 2]}
  p: 0.25
- one_of: [blur, {noise: {iso: [0, 100]}}, jpeg]
- some_of: [gamma, cast, cutout]
  count: [1, 2]
- border: {mode: constant, level: 0.5}
`
	r := recipe(t, text)
	asYAML, err := yaml.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := r.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var embedded struct{ Recipe Recipe }
	if err := yaml.Unmarshal([]byte("recipe:\n"+text), &embedded); err != nil {
		t.Fatal(err)
	}
	for _, again := range []Recipe{recipe(t, string(asYAML)), recipe(t, string(asJSON)), embedded.Recipe} {
		if again.String() != r.String() {
			t.Errorf("came back as %s\nwant %s", again, r)
		}
	}
	err = yaml.Unmarshal([]byte("seed: 1\nrecipe:\n- rotate\n- rotat\n"), &embedded)
	if err == nil || !strings.Contains(err.Error(), `line 4, column 3: unknown op "rotat"`) {
		t.Errorf("error %v, want its place in the document", err)
	}
}

func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		r, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.checkPerspective(20000); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if r.Uses("flip") || r.Name() != name || r.IsNone() != (name == "none") {
			t.Errorf("%s: flips, is called %q or is empty", name, r.Name())
		}
		out, err := yaml.Marshal(struct{ Recipe Recipe }{r})
		if err != nil || string(out) != "recipe: "+name+"\n" {
			t.Errorf("%s: written as %q, %v", name, out, err)
		}
	}
}

func TestAddedStepMovesNoOtherDraw(t *testing.T) {
	key := rng.New(5)
	alone := recipe(t, "- exposure\n- rotate: {degrees: [-9, 9]}").Draw(nil, key)
	among := recipe(t, "- noise\n- one_of: [zoom]\n- exposure\n- cutout\n- rotate: {degrees: [-9, 9]}").Draw(nil, key)
	if got, want := (Trace{among[2], among[4]}).String(), alone.String(); got != want {
		t.Errorf("drew %s, want %s", got, want)
	}
	twice := recipe(t, "- rotate\n- rotate").Draw(nil, key)
	if twice[0].v == twice[1].v {
		t.Error("two uses of an op draw the same")
	}
}

func TestChoices(t *testing.T) {
	r := recipe(t, `
- {one_of: [rotate, zoom, shear]}
- {some_of: [gamma, exposure, white_balance, noise], count: [1, 3]}
- {vignette: {stops: 1}, p: 0.25}
`)
	const n = 4000
	count, lengths := map[string]int{}, map[int]int{}
	for i := range n {
		tr := r.Draw(nil, rng.New(9).WithInt(i))
		some := 0
		for _, d := range tr {
			count[d.op.Name]++
			if d.op.warp == nil && d.op.Name != "vignette" {
				some++
			}
		}
		lengths[some]++
	}
	near := func(name string, got int, share float64) {
		if f := float64(got) / n; f < share-0.03 || f > share+0.03 {
			t.Errorf("%s in %.3f of the draws, want about %.3f", name, f, share)
		}
	}
	for _, name := range []string{"rotate", "zoom", "shear"} {
		near(name, count[name], 1./3)
	}
	for _, name := range []string{"gamma", "exposure", "white_balance", "noise"} {
		near(name, count[name], 0.5)
	}
	for k := 1; k <= 3; k++ {
		near("count", lengths[k], 1./3)
	}
	near("vignette", count["vignette"], 0.25)
}

func TestDrawsStayInRange(t *testing.T) {
	for _, op := range Ops() {
		r := recipe(t, "- "+op.Name)
		for i := range 200 {
			for _, d := range r.Draw(nil, rng.New(2).WithInt(i)) {
				for j, p := range op.Params {
					if v := d.v[j]; p.Choices == nil && (v < p.Default.Lo || v > p.Default.Hi || p.Integer && v != float64(int64(v))) {
						t.Fatalf("%s: %s drawn as %v from %v", op.Name, p.Name, v, p.Default)
					}
				}
			}
		}
	}
}

func TestTraceLeavesNothingOpen(t *testing.T) {
	for _, text := range []string{"[rotate]", "- {rotate: {degrees: 1}, p: 0.5}", "- one_of: [rotate]", "- rotate: {degrees: [1, 2]}", "standard", "x"} {
		if _, err := ParseTrace([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "read trace: ") {
			t.Errorf("%q: error %v", text, err)
		}
	}
	if tr := trace(t, "[]"); len(tr) != 0 {
		t.Errorf("[] is %s", tr)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Presets() {
		f.Add(presetText(name))
	}
	f.Add("- rotate: {degrees: [-.inf, 0x10]}\n  p: .nan\n")
	f.Add("- &a rotate\n- *a\n- <<: {rotate: 1}\n- !!str zoom\n- ? [a]\n  : b\n")
	f.Add("[{\"noise\": {\"iso\": 1e2, \"seed\": 4294967295}}]")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parse([]byte(text))
		if err != nil {
			return
		}
		again, err := parse([]byte(r.String()))
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q reads as %s, which reads as %s, %v", text, r, again, err)
		}
		tr := r.Draw(nil, rng.New(1))
		replay, err := ParseTrace([]byte(tr.String()))
		if err != nil || replay.String() != tr.String() {
			t.Fatalf("trace %s reads as %s, %v", tr, replay, err)
		}
		src := picture(9, 7)
		_ = tr.Apply(picture(9, 7), src, nil) // may fold, must not panic
	})
}
