package augment

import (
	"image"
	"strconv"

	"github.com/gesturekit/gesturekit/internal/contact"
	"github.com/gesturekit/gesturekit/rng"
)

// Sheet draws a contact sheet of a recipe: a row for each picture, the original
// first and variants beside it; then, on the first picture, a row for each
// strength of each op that the recipe uses, from the least over the value that
// changes nothing to the most, with the values. It is a function of its
// arguments. Without pictures it says so.
func Sheet(r Recipe, key rng.Key, pictures []*image.RGBA) (*image.RGBA, error) {
	s, err := layOut(r, key, pictures)
	if err != nil {
		return nil, err
	}
	return s.draw(), nil
}

// layOut makes the rows of a sheet.
func layOut(r Recipe, key rng.Key, pictures []*image.RGBA) (*sheet, error) {
	var s sheet
	if len(pictures) == 0 {
		s.row("no picture to show")
	}
	for i, p := range pictures {
		s.row("picture " + strconv.Itoa(i+1))
		s.cell(p, "original", nil)
		for k := 1; k < sheetColumns; k++ {
			s.cell(p, "variant "+strconv.Itoa(k), r.Draw(nil, key.WithInt(i).WithInt(k)))
		}
	}
	if len(pictures) > 0 {
		s.ops(pictures[0], r.steps, key)
	}
	return &s, s.err
}

// sheet collects rows of labelled tiles.
type sheet struct {
	titles  []string
	rows    [][]tile
	scratch Scratch
	err     error
}

type tile struct {
	picture *image.RGBA
	label   string
	trace   Trace
}

const (
	sheetColumns = 8
	tileSide     = 128
)

func (s *sheet) row(title string) {
	s.titles = append(s.titles, title)
	s.rows = append(s.rows, nil)
}

// cell adds what t makes of src to the last row, scaled to a tile.
func (s *sheet) cell(src *image.RGBA, label string, t Trace) {
	made := image.NewRGBA(src.Rect)
	if err := t.Apply(made, src, &s.scratch); err != nil {
		s.err = err
		return
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	long := max(w, h)
	small := image.NewRGBA(image.Rect(0, 0, max(1, w*tileSide/long), max(1, h*tileSide/long)))
	if err := Trace(nil).Apply(small, made, &s.scratch); err != nil {
		s.err = err
		return
	}
	last := &s.rows[len(s.rows)-1]
	*last = append(*last, tile{small, label, t})
}

// ops adds the rows of every op below steps.
func (s *sheet) ops(src *image.RGBA, steps []step, key rng.Key) {
	for i := range steps {
		st := &steps[i]
		s.ops(src, st.of, key)
		if st.op == nil {
			continue
		}
		for j := range st.op.Params {
			if p := &st.op.Params[j]; !st.ranges[j].IsPoint() && (p.Strength || j == 0) {
				s.strength(src, st, j, key)
			}
		}
	}
}

// strength adds the row of one parameter. Other strengths stay at their
// identity; parameters that only place or colour the effect are drawn.
func (s *sheet) strength(src *image.RGBA, st *step, j int, key rng.Key) {
	p, r := &st.op.Params[j], st.ranges[j]
	title := st.op.Name + ": " + p.Name
	if p.Unit != "" {
		title += ", " + p.Unit
	}
	s.row(title)
	d := drawn{op: st.op}
	u := source{key: key}
	for i := range d.op.Params {
		if q := &d.op.Params[i]; q.Strength {
			d.v[i] = q.Identity
		} else {
			d.v[i] = q.draw(st.ranges[i], u.value(st.stream, q.Name))
		}
	}
	for k := range sheetColumns - 1 {
		d.v[j] = p.between(r, k, sheetColumns-2)
		if d.op.neutral(&d.v) {
			s.cell(src, "no change", nil)
			continue
		}
		s.cell(src, label(d.v[j]), Trace{d})
	}
}

// label writes a value with three digits, or more rather than an exponent.
func label(v float64) string {
	if v >= 999.5 || v <= -999.5 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// between returns the k-th of n+1 values from r.Lo to r.Hi, the middle one
// replaced by the identity if that lies inside.
func (p *Param) between(r Range, k, n int) float64 {
	half := n / 2
	if inside := p.Strength && r.Lo < p.Identity && p.Identity < r.Hi; inside && k == half {
		return p.Identity
	} else if inside && k < half {
		r, n = Range{r.Lo, p.Identity}, half
	} else if inside {
		r, k, n = Range{p.Identity, r.Hi}, k-half, n-half
	}
	if k == n {
		return r.Hi
	}
	return p.draw(r, float64(k)/float64(n))
}

// draw lays the rows out.
func (s *sheet) draw() *image.RGBA {
	rows := make([]contact.Row, len(s.rows))
	for i, row := range s.rows {
		rows[i].Title = s.titles[i]
		for _, t := range row {
			rows[i].Tiles = append(rows[i].Tiles, contact.Tile{Picture: t.picture, Label: t.label})
		}
	}
	return contact.Draw(rows, sheetColumns, tileSide)
}
