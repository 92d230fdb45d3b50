package neardup

import (
	"fmt"
	"hash/fnv"
	"image"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/rng"
)

// copies is where real augmented copies lie: six of each of 215 photographs of
// hands, mirrored, turned, sheared, moved and zoomed by their authors.
const copies = "../../../shared/data/tz28-aug6"

// readCopies returns the prints of every image and the photograph that it was
// made from. Each image is a group of its own.
func readCopies(t testing.TB) (all []Image, source []int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(copies, "*", "*.jpg"))
	if err != nil || len(files) == 0 {
		t.Skip("the augmented copies are not here")
	}
	slices.Sort(files)
	number := regexp.MustCompile(`_\d+\.jpg$`)
	ids := map[string]int{}
	for i, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := pixel.Decode(data, pixel.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		key := number.ReplaceAllString(filepath.Base(name), "")
		if key == "5_2_0" {
			key = "5_0"
		}
		if _, ok := ids[key]; !ok {
			ids[key] = len(ids)
		}
		source = append(source, ids[key])
		all = append(all, imageOf(i, img))
	}
	return all, source
}

// TestAugmentedCopiesAreFound measures precision and recall on real augmented
// copies. The threshold was chosen on the even photographs; the odd ones tell
// what it is worth. With -v it prints the curve that docs/audit.md shows.
//
// Two photographs, 5_0 and 5_2_0, are one and the same when looked at; they are
// among the even ones and count as one.
func TestAugmentedCopiesAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	all, source := readCopies(t)
	const threshold = 0.985 // the default of audit.threshold and ingest.groups.near
	for _, c := range []struct {
		name string
		half int
	}{{"even", 0}, {"odd", 1}} {
		var some []Image
		var of []int // photographs
		truth := 0
		count := map[int]int{}
		for i := range all {
			if source[i]%2 == c.half {
				some, of = append(some, all[i]), append(of, source[i])
				truth += count[source[i]]
				count[source[i]]++
			}
		}
		right := func(m Match) bool { return of[m.A] == of[m.B] }
		found, err := Search(t.Context(), some, 0.95, 2, quiet)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []float32{0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995} {
			precision, recall := quality(found, at, truth, right)
			t.Logf("%-4s threshold %.3f: precision %.3f, recall %.3f", c.name, at, precision, recall)
			if at == threshold && (precision < 0.99 || recall < 0.78) {
				t.Errorf("%s: precision %.3f and recall %.3f at the default threshold, want 0.99 and 0.78", c.name, precision, recall)
			}
		}
		for _, bits := range []int{0, 4, 8, 12} {
			precision, recall := quality(hashed(some, bits), 0, truth, right)
			t.Logf("%-4s difference hash, up to %d of 64 bits: precision %.3f, recall %.3f", c.name, bits, precision, recall)
		}
	}
}

// quality returns the precision and recall of matches from the threshold on.
func quality(found []Match, threshold float32, truth int, right func(Match) bool) (precision, recall float64) {
	n, hits := 0, 0
	for _, m := range found {
		if m.Similarity >= threshold {
			n++
			if right(m) {
				hits++
			}
		}
	}
	return float64(hits) / float64(max(n, 1)), float64(hits) / float64(truth)
}

// hashed is what is usually done: the pairs whose 64-bit difference hashes
// differ in so many bits at most.
func hashed(all []Image, most int) (out []Match) {
	hashes := make([]uint64, len(all))
	for i := range all {
		for y := range 8 {
			for x := range 8 {
				cell := func(x int) (sum int) { // of 9 x 8
					for v := 4 * y; v < 4*y+4; v++ {
						for u := x * plateSide / 9; u < (x+1)*plateSide/9; u++ {
							sum += int(all[i].grey[v*plateSide+u])
						}
					}
					return sum * 100 / ((x+1)*plateSide/9 - x*plateSide/9)
				}
				hashes[i] <<= 1
				if cell(x) < cell(x+1) {
					hashes[i]++
				}
			}
		}
		for j := range i {
			if bits.OnesCount64(hashes[i]^hashes[j]) <= most {
				out = append(out, Match{i, j, 1})
			}
		}
	}
	return out
}

// scribble draws a picture of blots that depends on the seed, seen through an
// affine map of the place.
func scribble(seed int, gain float64, at func(x, y float64) (float64, float64)) *image.RGBA {
	const side = 64
	type blot struct {
		x, y, near float64
		colour     [3]float64
	}
	var blots [12]blot
	for b := range blots {
		k := rng.New(uint64(seed)).WithInt(b)
		blots[b] = blot{x: (2*k.With("x").Unit() - 1) * 1.2, y: (2*k.With("y").Unit() - 1) * 1.2, near: 0.05 + float64(0.2*k.With("r").Unit())}
		for j := range blots[b].colour {
			blots[b].colour[j] = k.WithInt(j).Unit()
		}
	}
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		x, y := at(float64(i%side)/side*2-1, float64(i/side)/side*2-1)
		var c [3]float64
		for _, b := range blots {
			if dx, dy := x-b.x, y-b.y; float64(dx*dx)+float64(dy*dy) < float64(b.near*(0.5+b.near)) {
				c = b.colour
			}
		}
		for j, v := range c {
			img.Pix[4*i+j] = uint8(40 + float64(gain*150*v))
		}
		img.Pix[4*i+3] = 255
	}
	return img
}

func imageOf(group int, img *image.RGBA) Image {
	i := New(img)
	i.Group = group
	return i
}

func quiet(int, int) {}

// scribbles returns, of each of n pictures, the picture itself and copies:
// darker, mirrored, turned, moved, enlarged.
func scribbles(n int) (all []Image) {
	for seed := range n {
		for _, c := range []struct {
			gain float64
			at   func(x, y float64) (float64, float64)
		}{
			{1, func(x, y float64) (float64, float64) { return x, y }},
			{0.6, func(x, y float64) (float64, float64) { return x, y }},
			{1, func(x, y float64) (float64, float64) { return -x, y }},
			{1, func(x, y float64) (float64, float64) {
				return float64(0.906*x) - float64(0.423*y), float64(0.423*x) + float64(0.906*y)
			}},
			{0.8, func(x, y float64) (float64, float64) { return 0.2 - x, y + 0.15 }},
			{1, func(x, y float64) (float64, float64) { return float64(0.8*x) + float64(0.1*y), 0.85 * y }},
		} {
			all = append(all, imageOf(len(all), scribble(seed, c.gain, c.at)))
		}
	}
	return all
}

func TestCopiesOfDrawnPicturesAreFound(t *testing.T) {
	all := scribbles(6)
	found, err := Search(t.Context(), all, 0.97, 1, quiet)
	if err != nil {
		t.Fatal(err)
	}
	same := func(m Match) bool { return m.A/6 == m.B/6 }
	if precision, recall := quality(found, 0, 6*15, same); precision < 1 || recall < 0.9 {
		t.Errorf("precision %.3f, recall %.3f, want 1 and 0.9", precision, recall)
	}
	again, err := Search(t.Context(), all, 0.97, 9, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(found, again) {
		t.Error("the number of workers changes the result")
	}
	for i := range all {
		all[i].Group = i / 6
	}
	if found, err = Search(t.Context(), all, 0.97, 2, quiet); err != nil || len(found) > 0 {
		t.Errorf("pairs within a group were looked for: %v, %v", found, err)
	}
	for i := range all {
		all[i].Group, all[i].Settled = i, i > 2
	}
	if found, err = Search(t.Context(), all, 0.97, 2, quiet); err != nil || len(found) == 0 || slices.ContainsFunc(found, func(m Match) bool { return m.A > 2 }) {
		t.Errorf("settled images were compared, or others not: %v, %v", found, err)
	}
}

// TestCorrelationsArePinned guards the bits on which findings rest, on every
// architecture.
func TestCorrelationsArePinned(t *testing.T) {
	all := scribbles(2)
	w := newAligner()
	h := fnv.New64a()
	packed := shelves(all)
	for i := range all {
		var a, b scene
		a.set(all[i].grey)
		p := newPlates(&a)
		for j := range all {
			b.set(all[j].grey)
			fmt.Fprintf(h, "%08x %d\n", math.Float32bits(w.similarity(p, &b)), packed[j/4].dots(&all[i].signature)[j%4])
		}
	}
	if got, want := h.Sum64(), uint64(0xfab7ff6548acdb2a); got != want {
		t.Errorf("digest %#x, want %#x", got, want)
	}
}

// TestHostilePictures takes what has nothing to align.
func TestHostilePictures(t *testing.T) {
	var all []Image
	for i, draw := range []func(x, y int) uint8{
		func(x, y int) uint8 { return 0 },
		func(x, y int) uint8 { return 255 },
		func(x, y int) uint8 { return uint8(x / 2 % 2 * 255) },
		func(x, y int) uint8 { return uint8(4 * x) },
		func(x, y int) uint8 { return uint8(x*x*y + y*7) },
	} {
		img := image.NewRGBA(image.Rect(0, 0, 64, 64))
		for p := range 64 * 64 {
			v := draw(p%64, p/64)
			copy(img.Pix[4*p:], []uint8{v, v, v, 255})
		}
		all = append(all, imageOf(i, img))
	}
	found, err := Search(t.Context(), all, 0.5, 1, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		if m.Similarity > 1.001 || m.Similarity != m.Similarity {
			t.Errorf("correlation %v of %d and %d", m.Similarity, m.A, m.B)
		}
	}
	for i := range all {
		if flat := i < 2; all[i].Flat() != flat {
			t.Errorf("picture %d: flat is %v, want %v", i, all[i].Flat(), flat)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	all := scribbles(100)
	for b.Loop() {
		if _, err := Search(b.Context(), all, 0.985, 1, quiet); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N)/float64(len(all))*10000, "s/10k-images")
}

// BenchmarkCandidates is the part whose work grows with the square.
func BenchmarkCandidates(b *testing.B) {
	all := scribbles(1)
	for len(all) < 10000 {
		all = append(all, all[:6]...)
	}
	for i := range all {
		all[i].Group = i
	}
	packed := shelves(all)
	for b.Loop() {
		candidatesOf(all, packed, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N)*10000, "s/10k-images")
}

// TestDotsFit shows that four dot products do not run into one another.
func TestDotsFit(t *testing.T) {
	for _, img := range []*image.RGBA{scribble(1, 1, func(x, y float64) (float64, float64) { return x, y }), image.NewRGBA(image.Rect(0, 0, 9, 9))} {
		p := imageOf(0, img)
		sum := 0
		for _, v := range p.signature {
			sum += int(v) * int(v)
		}
		if sum < 20000 || sum > 40000 {
			t.Errorf("a signature's square is %d, want about 2 x 127 x 127", sum)
		}
		for k, d := range shelves([]Image{p, {}, p, {}})[0].dots(&p.signature) {
			if want := (1 - k%2) * sum; int(d) != want {
				t.Errorf("dot product %d is %d, want %d", k, d, want)
			}
		}
	}
}
