package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/headless"
	"github.com/gesturekit/gesturekit/report"
)

// browse opens the report of f in headless Chromium.
func browse(t *testing.T, f *fixture) *headless.Page {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	file := filepath.Join(t.TempDir(), "report.html")
	f.must(t, os.WriteFile(file, run(t, f, report.Default(), 2)[report.HTMLFile], 0o644))
	p := headless.Open(t, file)
	p.Do(chromedp.WaitVisible(chromedp.ID("explore-controls")))
	return p
}

// move sets the slider as a hand does, to a thousandth of its range.
func move(p *headless.Page, thousandths int) {
	headless.Eval[bool](p, fmt.Sprintf(`(s => {
		s.value = "%d";
		return s.dispatchEvent(new Event("input", {bubbles: true}));
	})(document.getElementById("explore-threshold"))`, thousandths))
}

// choose takes a score, as a hand does.
func choose(p *headless.Page, s evaluate.Score) {
	headless.Eval[bool](p, fmt.Sprintf(`(s => {
		s.value = [...s.options].find(o => o.text.split(" ")[0] === %q).value;
		return s.dispatchEvent(new Event("change", {bubbles: true}));
	})(document.getElementById("explore-score"))`, s))
}

// matrices are the matrices of the page, by name and row; the last column is the
// share that is right.
func matrices(p *headless.Page) map[string]map[string][]string {
	return headless.Eval[map[string]map[string][]string](p, `Object.fromEntries([...document.querySelectorAll("[data-matrix]")].map(
		m => [m.dataset.matrix, Object.fromEntries([...m.tBodies[0].rows].map(
			r => [r.cells[0].textContent, [...r.cells].slice(1).map(c => c.textContent)]))]))`)
}

// counted are the same matrices by the rules of package evaluate.
func counted(t *testing.T, f *fixture, r evaluate.Rule) map[string]map[string][]string {
	t.Helper()
	counts := map[string]map[string][]int{"known": {}, "all": {}, "others": {}}
	right := map[string]map[string]int{"known": {}, "all": {}, "others": {}}
	add := func(matrix, row string, label, target int) {
		if counts[matrix][row] == nil {
			counts[matrix][row] = make([]int, len(f.labels()))
		}
		counts[matrix][row][label]++
		right[matrix][row] = target
	}
	for _, l := range decided(t, f, r) {
		target := f.labels()[l.Target]
		add("all", target, l.Label, l.Target)
		if l.Kind == evaluate.Known {
			add("known", target, l.Argmax, l.Target)
		} else {
			add("others", string(l.Kind)+" · "+l.Category, l.Label, evaluate.NA)
		}
	}
	out := map[string]map[string][]string{}
	for matrix, rows := range counts {
		out[matrix] = map[string][]string{}
		for row, list := range rows {
			sum, cells := 0, []string{}
			for i, n := range list {
				sum += n
				if matrix != "known" || i > 0 || f.hasNA {
					cells = append(cells, fmt.Sprint(n))
				}
			}
			share := strconv.FormatFloat(100*float64(list[right[matrix][row]])/float64(sum), 'f', 1, 64)
			out[matrix][row] = append(cells, strings.TrimSuffix(share, ".0")+"\u00a0%")
		}
	}
	return out
}

// decided are the test's lines, decided by the rule.
func decided(t *testing.T, f *fixture, r evaluate.Rule) []evaluate.Prediction {
	t.Helper()
	r.HasNA = f.hasNA
	var out []evaluate.Prediction
	for _, l := range f.predictions {
		if l.Role == "test" {
			d, err := r.Decide(l.Outputs)
			f.must(t, err)
			l.Decision = d
			out = append(out, l)
		}
	}
	return out
}

// trim takes the ".0" off whole percentages, which the page keeps where they are
// rounded.
func trim(all map[string]map[string][]string) map[string]map[string][]string {
	for _, rows := range all {
		for _, cells := range rows {
			last := &cells[len(cells)-1]
			*last = strings.Replace(*last, ".0\u00a0", "\u00a0", 1)
		}
	}
	return all
}

// ends are the ends of the slider: those of the scores, or 0 and 1.
func ends(lines []evaluate.Prediction) (low, high float64) {
	var outcomes []evaluate.Outcome
	for _, l := range lines {
		outcomes = append(outcomes, l.Outcome)
	}
	low, high = evaluate.ScoreRange(outcomes)
	for _, l := range lines {
		low, high = min(low, l.Score), max(high, l.Score)
	}
	return low, high
}

// TestPageAgreesWithGo moves the slider under every score and compares the page's
// matrices and numbers with those that Go computes.
func TestPageAgreesWithGo(t *testing.T) {
	for name, f := range map[string]*fixture{"with a column for na": standard(), "without": shapes()["softmax"]} {
		t.Run(name, func(t *testing.T) {
			p := browse(t, f)
			if diff := cmp.Diff(counted(t, f, evaluate.Rule{Threshold: f.threshold}), trim(matrices(p))); diff != "" {
				t.Errorf("in force, the matrices differ (-Go +page):\n%s", diff)
			}
			for _, s := range evaluate.Scores() {
				choose(p, s)
				low, high := ends(decided(t, f, evaluate.Rule{Score: s}))
				var before map[string]map[string][]string
				for _, at := range []int{0, 450, 800, 990} {
					move(p, at)
					rule := evaluate.Rule{Score: s, Threshold: low + float64((high-low)*float64(at)/1000)}
					got := trim(matrices(p))
					if diff := cmp.Diff(counted(t, f, rule), got); diff != "" {
						t.Fatalf("%s at %d: the matrices differ (-Go +page):\n%s", s, at, diff)
					}
					if text, want := headless.Eval[string](p, `document.getElementById("explore-value").textContent`), numbers(decided(t, f, rule), rule.Threshold); text != want {
						t.Errorf("%s at %d: the page says %q, want %q", s, at, text, want)
					}
					if cmp.Equal(got, before) {
						t.Errorf("%s at %d: the matrices are the same as before", s, at)
					}
					before = got
				}
			}
		})
	}
}

// numbers is the line of text above the matrices.
func numbers(lines []evaluate.Prediction, threshold float64) string {
	right, all := map[evaluate.Kind]int{}, map[evaluate.Kind]int{}
	sum := 0
	for _, l := range lines {
		all[l.Kind]++
		if l.Label == l.Target {
			right[l.Kind]++
			sum++
		}
	}
	var parts []string
	for _, k := range evaluate.Kinds() {
		parts = append(parts, fmt.Sprintf("%s %d of %d", k, right[k], all[k]))
	}
	return fmt.Sprintf("At %.3f: %d of %d right, %s", threshold, sum, len(lines), strings.Join(parts, ", "))
}

// TestHistogramsFollowTheThreshold: without a move the bars are those that the page
// came with; at any threshold they count what the rule gives, kind by kind.
func TestHistogramsFollowTheThreshold(t *testing.T) {
	f := standard()
	page := run(t, standard(), report.Default(), 2)[report.HTMLFile]
	bars := regexp.MustCompile(`<title>(score .*?)</title>`)
	var came []string
	for _, m := range bars.FindAllSubmatch(page, -1) {
		came = append(came, string(m[1]))
	}
	p := browse(t, f)
	text := func() []string {
		return headless.Eval[[]string](p, `[...document.querySelectorAll("[data-chart=histogram] .rect title")].map(e => e.textContent)`)
	}
	if diff := cmp.Diff(came, text()); diff != "" || len(came) < 20 {
		t.Errorf("%d bars differ (-page +script):\n%s", len(came), diff)
	}
	for _, s := range []evaluate.Score{evaluate.Energy, evaluate.MaxProbability} {
		choose(p, s)
		low, high := ends(decided(t, f, evaluate.Rule{Score: s}))
		for _, at := range []int{0, 450, 990} {
			move(p, at)
			right, all := map[evaluate.Kind]int{}, map[evaluate.Kind]int{}
			for _, l := range decided(t, f, evaluate.Rule{Score: s, Threshold: low + float64((high-low)*float64(at)/1000)}) {
				all[l.Kind]++
				if l.Correct() {
					right[l.Kind]++
				}
			}
			got := headless.Eval[[]string](p, `[...document.querySelectorAll(".view:not([hidden]) [data-chart=histogram]")].map(svg => {
				const [low, high, from, to] = svg.dataset.y.split(" ").map(Number);
				const count = name => [...svg.querySelectorAll(".rect." + name)].reduce((n, r) => n + r.getAttribute("height") * (high - low) / (from - to), 0);
				return svg.getAttribute("aria-label") + " / " + Math.round(count("right")) + " " + Math.round(count("wrong"));
			})`)
			var want []string
			for _, k := range evaluate.Kinds() {
				wrong := all[k] - right[k]
				want = append(want, fmt.Sprintf("Scores of %d %s test images: %d predicted right, %d wrong / %d %d", all[k], k, right[k], wrong, right[k], wrong))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s at %d: the bars differ (-Go +page):\n%s", s, at, diff)
			}
		}
	}
}

// TestPointsFollowTheThreshold: where there is no column for na, the points stand
// on the curves, and they move along them.
func TestPointsFollowTheThreshold(t *testing.T) {
	p := browse(t, shapes()["softmax"])
	for _, s := range []evaluate.Score{evaluate.MaxProbability, evaluate.Energy} {
		choose(p, s)
		before := ""
		for _, at := range []int{100, 500, 700, 900} {
			move(p, at)
			off := headless.Eval[[]string](p, `[...document.querySelectorAll(".view:not([hidden]) [data-chart]:not([data-chart=histogram]) circle")].map(c => {
				const curve = c.parentNode.querySelector("path." + c.classList[1]), n = curve.getTotalLength();
				let best = Infinity;
				for (let i = 0; i <= 2000; i++) {
					const p = curve.getPointAtLength(n * i / 2000);
					best = Math.min(best, Math.hypot(p.x - c.getAttribute("cx"), p.y - c.getAttribute("cy")));
				}
				return best < 3 ? "" : c.parentNode.dataset.chart + " " + c.dataset.of + " is off by " + best;
			}).filter(t => t !== "")`)
			if len(off) > 0 {
				t.Errorf("%s at %d: %q", s, at, off)
			}
			now := headless.Eval[string](p, `[...document.querySelectorAll(".view:not([hidden]) circle, .view:not([hidden]) .moving")].map(
				e => e.getAttribute("cx") + " " + e.getAttribute("cy") + " " + e.getAttribute("x1")).join()`)
			if now == before || strings.Count(now, ",") != 4+2+2+1+3-1 || strings.Contains(now, "NaN") {
				t.Errorf("%s at %d: the points and lines are at %s, before at %s", s, at, now, before)
			}
			before = now
		}
	}
}

// TestCountOpensImages opens the images behind a count of each matrix, by mouse and
// by keyboard, and closes them.
func TestCountOpensImages(t *testing.T) {
	f := standard()
	p := browse(t, f)
	move(p, 450)
	want := counted(t, f, evaluate.Rule{Threshold: 0.45})
	first := f.known[0]
	for _, c := range []struct {
		matrix, row string
		column      int
	}{{"known", first, 1}, {"all", "na", 1}, {"others", "unseen · " + f.unseen[0], 1}} {
		button := fmt.Sprintf(`document.querySelector("[data-matrix=%s] tr[data-row='%s']").cells[%d].querySelector("button")`, c.matrix, c.row, c.column+1)
		n := want[c.matrix][c.row][c.column]
		for _, key := range []string{"", "\r", " "} {
			press := func() {
				if key == "" {
					headless.Eval[bool](p, button+".click(), true")
					return
				}
				headless.Eval[bool](p, button+".focus(), true")
				p.Do(chromedp.KeyEvent(key))
			}
			press()
			// An image that cannot be decoded fails the promise.
			images := headless.Eval[int](p, `Promise.all([...document.querySelectorAll("[aria-live] img")].map(i => i.decode())).then(l => l.length)`)
			text := headless.Eval[string](p, `document.querySelector("[aria-live] p").textContent`)
			if fmt.Sprint(images) != n || !strings.HasPrefix(text, c.row+" predicted as "+first+": "+n+" image") {
				t.Errorf("%+v by %q: %d images under %q; want %s", c, key, images, text, n)
			}
			if name := headless.Eval[string](p, button+".getAttribute('aria-label')"); !strings.HasPrefix(name, c.row+" predicted as "+first+": "+n+" of ") {
				t.Errorf("a screen reader hears %q", name)
			}
			press()
			if left := headless.Eval[int](p, `document.querySelectorAll("[aria-live] img, [aria-pressed=true]").length`); left != 0 {
				t.Errorf("%+v by %q: %d images or buttons stay open", c, key, left)
			}
		}
	}
}

// TestAddressAndReset: an address opens the page at a threshold, and a button
// leads back.
func TestAddressAndReset(t *testing.T) {
	p := browse(t, standard())
	value := func() string { return headless.Eval[string](p, `document.getElementById("explore-value").textContent`) }
	inForce := value()
	headless.Eval[bool](p, `new Promise(done => { addEventListener("hashchange", () => done(true)); location.hash = "#threshold=0.875"; })`)
	if v := value(); !strings.HasPrefix(v, "At 0.875: ") {
		t.Errorf("the page says %q", v)
	}
	choose(p, evaluate.Energy)
	if v := value(); !strings.HasPrefix(v, "At 3.250: ") { // as calibrated
		t.Errorf("the page says %q", v)
	}
	headless.Eval[bool](p, `document.getElementById("explore-reset").click(), true`)
	if v := value(); v != inForce {
		t.Errorf("the page says %q, want %q", v, inForce)
	}
}

// TestScreenReadersAreTold: all that can be used, every picture and every table has
// a name, and the parts of the page are where they are looked for.
func TestScreenReadersAreTold(t *testing.T) {
	p := browse(t, standard())
	named := map[string]int{}
	for _, h := range p.Heard() {
		switch h.Role {
		case "button", "combobox", "slider", "image", "table", "region", "heading", "DisclosureTriangle", "columnheader", "rowheader":
			if h.Name == "" {
				t.Errorf("a %s without a name, after %v", h.Role, named)
			}
		}
		named[h.Role]++
	}
	for role, least := range map[string]int{
		"main": 1, "banner": 1, "contentinfo": 1, "slider": 1, "combobox": 1, "status": 1, "button": 30, "image": 35, "table": 8, "heading": 20, "rowheader": 50, "columnheader": 40,
	} {
		if named[role] < least {
			t.Errorf("%d of role %s, want %d: %v", named[role], role, least, named)
		}
	}
	heard := p.Heard()
	for _, want := range []headless.Heard{
		{Role: "slider", Name: "threshold"}, {Role: "combobox", Name: "score"}, {Role: "table", Name: "All test images, with the threshold"}, {Role: "image", Name: "Accuracy and recall of na over the threshold"},
		{Role: "button", Name: "na predicted as five: 3 of 70, show the images"},
	} {
		if !slices.Contains(heard, want) {
			t.Errorf("there is no %s named %q", want.Role, want.Name)
		}
	}
}

// TestCountsCanBeRead: on every shade of the matrices text has a contrast of 4.5,
// which WCAG 2 asks of small text (level AA), by its formula.
func TestCountsCanBeRead(t *testing.T) {
	p := browse(t, standard())
	for _, scheme := range []string{"light", "dark"} {
		for _, medium := range []string{"screen", "print"} {
			p.Media(scheme, medium)
			for _, at := range []int{0, 400, 600, 700, 800, 1000} {
				move(p, at)
				worst := headless.Eval[[]float64](p, `(() => {
					const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
					const light = colour => {
						canvas.fillStyle = colour;
						canvas.fillRect(0, 0, 1, 1);
						const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
						return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
					};
					const cells = [...document.querySelectorAll("[data-matrix] td:not(.share)")];
					return [cells.length, Math.min(...cells.map(td => {
						const a = light(getComputedStyle(td.querySelector("button") ?? td).color), b = light(getComputedStyle(td).backgroundColor);
						return Math.max(a, b) / Math.min(a, b);
					}))];
				})()`)
				if worst[0] < 120 || worst[1] < 4.5 {
					t.Errorf("%s, %s, at %d: the least contrast in %v counts is %.2f, want 4.5", scheme, medium, at, worst[0], worst[1])
				}
			}
		}
	}
}

// TestNothingIsCutOff; REPORT_DIR=dir keeps the pictures.
func TestNothingIsCutOff(t *testing.T) {
	for _, name := range []string{"standard", "many labels"} {
		t.Run(name, func(t *testing.T) {
			browse(t, shapes()[name]).Fits(os.Getenv("REPORT_DIR"), strings.ReplaceAll(name, " ", "-"))
		})
	}
}
