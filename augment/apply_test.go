package augment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"math"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
)

// TestBytesArePinned notices any change of what a recipe makes: every dataset
// made so far would come out otherwise. If a change is meant, raise the number
// in Stage.Version and write the new digest here.
func TestBytesArePinned(t *testing.T) {
	h := sha256.New()
	for _, name := range Presets() {
		r, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 24 {
			src := picture(45+i, 36)
			tr := r.Draw(nil, rng.New(1).With(name).WithInt(i))
			h.Write(apply(t, tr, src).Pix)
			small := image.NewRGBA(image.Rect(0, 0, 12, 10))
			if err := tr.Apply(small, src, nil); err != nil {
				t.Fatal(err)
			}
			h.Write(small.Pix)
		}
	}
	const want = "1094814f24abdad8518dc1db636a6be6"
	if got := hex.EncodeToString(h.Sum(nil)[:16]); got != want {
		t.Errorf("digest of the presets is %s, was %s", got, want)
	}
}

func TestOnlinePathAllocatesNothing(t *testing.T) {
	src := picture(64, 64)
	dst := image.NewRGBA(src.Rect)
	for _, name := range Presets() {
		r, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		var s Scratch
		var tr Trace
		key, epoch := rng.New(1), 0
		work := func() {
			tr = r.Draw(tr[:0], key.WithInt(epoch%50))
			if err := tr.Apply(dst, src, &s); err != nil {
				t.Fatal(err)
			}
			epoch++
		}
		for range 50 {
			work()
		}
		if n := testing.AllocsPerRun(100, work); n > 0 {
			t.Errorf("%s: %v allocations per picture", name, n)
		}
	}
}

func TestScratchLeavesNoTrace(t *testing.T) {
	r, err := Preset("strong")
	if err != nil {
		t.Fatal(err)
	}
	var s Scratch
	for i := range 60 {
		size := sizes()[i%len(sizes())]
		src := picture(size.X, size.Y)
		tr := r.Draw(nil, rng.New(4).WithInt(i))
		got := image.NewRGBA(src.Rect)
		if err := tr.Apply(got, src, &s); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Pix, apply(t, tr, src).Pix) {
			t.Fatalf("%s on %v: a used scratch gives other bytes than a new one", tr, size)
		}
	}
}

func TestBadPictures(t *testing.T) {
	good := picture(4, 4)
	moved := image.NewRGBA(image.Rect(1, 1, 5, 5))
	short := &image.RGBA{Pix: make([]uint8, 10), Stride: 16, Rect: image.Rect(0, 0, 4, 4)}
	for _, c := range []struct {
		dst, src *image.RGBA
		want     string
	}{
		{nil, good, "destination is empty"},
		{good, image.NewRGBA(image.Rectangle{}), "source is empty"},
		{good, moved, "source starts at (1,1)"},
		{short, good, "destination has 10 bytes"},
		{good, good, "the same picture"},
		{nil, nil, "source is empty"},
	} {
		if err := (Trace)(nil).Apply(c.dst, c.src, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestFoldIsRefused(t *testing.T) {
	tr := trace(t, "- camera: {yaw: 60, pitch: 60, roll: 0, field_of_view: 120}")
	err := tr.Apply(image.NewRGBA(image.Rect(0, 0, 8, 8)), picture(8, 8), nil)
	if err == nil || !strings.Contains(err.Error(), "folds the picture") {
		t.Errorf("error %v", err)
	}
}

// TestWarpIsOne checks that ops in one trace equal their product, not one warp
// after another, and that tone in between does not part them.
func TestWarpIsOne(t *testing.T) {
	src := picture(40, 40)
	there := trace(t, "- rotate: {degrees: 45}\n- zoom: {factor: 2}\n- zoom: {factor: 0.5}\n- rotate: {degrees: -45}")
	if worst, _, _ := compare(apply(t, there, src), src); worst > 1 {
		t.Errorf("there and back is %d levels off", worst)
	}
	a := trace(t, "- rotate: {degrees: 7}\n- exposure: {stops: 0.5}\n- shear: {x: 5, y: 0}")
	b := trace(t, "- rotate: {degrees: 7}\n- shear: {x: 5, y: 0}\n- exposure: {stops: 0.5}")
	if !bytes.Equal(apply(t, a, src).Pix, apply(t, b, src).Pix) {
		t.Error("tone between two geometric ops changes the result")
	}
}

func TestBorders(t *testing.T) {
	src := picture(5, 4)
	for mode, want := range map[string][]int{
		"reflect": {2, 1, 0, 1, 2, 3, 4, 3, 2}, "replicate": {0, 0, 0, 1, 2, 3, 4, 4, 4},
	} {
		b := borderOf(&trace(t, "- border: {mode: %s}", mode)[0].v)
		for i, w := range want {
			if got := b.index(i-2, 5); got != w {
				t.Errorf("%s: index %d is %d, want %d", mode, i-2, got, w)
			}
		}
	}
	got := apply(t, trace(t, "- border: {mode: constant, level: 1}\n- translate: {x: 1, y: 0}"), src)
	if p := got.Pix[got.PixOffset(1, 1):]; p[0] != 255 || p[1] != 255 || p[2] != 255 {
		t.Errorf("outside the picture is %v, want white", p[:3])
	}
}

// TestResize compares shrinking with the mean of each box and checks that
// growing keeps corners.
func TestResize(t *testing.T) {
	src := picture(60, 40)
	small := image.NewRGBA(image.Rect(0, 0, 12, 5))
	if err := (Trace)(nil).Apply(small, src, nil); err != nil {
		t.Fatal(err)
	}
	for y := range 5 {
		for x := range 12 {
			for c := range 3 {
				sum := 0
				for i := range 40 {
					sum += int(src.Pix[src.PixOffset(5*x+i%5, 8*y+i/5)+c])
				}
				if got, want := int(small.Pix[small.PixOffset(x, y)+c]), (sum+20)/40; got != want {
					t.Fatalf("(%d,%d) channel %d is %d, want the mean %d", x, y, c, got, want)
				}
			}
		}
	}
	large := image.NewRGBA(image.Rect(0, 0, 180, 120))
	if err := (Trace)(nil).Apply(large, src, nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(large.Pix[large.PixOffset(1, 1):][:4], src.Pix[:4]) {
		t.Error("the middle of the first pixel moved")
	}
}

// TestFusedToneRoundsOnce undoes an op by its inverse.
func TestFusedToneRoundsOnce(t *testing.T) {
	src := picture(40, 30)
	for _, text := range []string{
		"- gamma: {power: 3}\n- gamma: {power: 0.3333333333333333}",
		"- exposure: {stops: -4}\n- exposure: {stops: 4}",
		"- brightness_contrast: {brightness: 0.9, contrast: 3}\n- brightness_contrast: {brightness: -0.3, contrast: 0.3333333333333333}",
		"- gradient: {stops: 3, degrees: 30}\n- gradient: {stops: 3, degrees: 210}",
	} {
		if worst, _, _ := compare(apply(t, trace(t, "%s", text), src), src); worst > 0 {
			t.Errorf("%s: %d levels off", text, worst)
		}
	}
}

func TestExposureIsLinearLight(t *testing.T) {
	for level := range 256 {
		src := image.NewRGBA(image.Rect(0, 0, 1, 1))
		copy(src.Pix, []uint8{uint8(level), uint8(level), uint8(level), 255})
		for _, stops := range []float64{-2, -0.5, 0.7, 1} {
			got := apply(t, trace(t, "- exposure: {stops: %v}", stops), src).Pix[0]
			l := math.Exp2(stops) * math.Pow(float64(level)/255/12.92, 1)
			if level > 10 {
				l = math.Exp2(stops) * math.Pow((float64(level)/255+0.055)/1.055, 2.4)
			}
			want := min(1, 12.92*l)
			if l > 0.0031308 {
				want = min(1, 1.055*math.Pow(l, 1/2.4)-0.055)
			}
			if math.Abs(float64(got)-255*want) > 0.51 {
				t.Errorf("level %d at %v stops is %d, want %.2f", level, stops, got, 255*want)
			}
		}
	}
}

func TestColourKeepsLuminance(t *testing.T) {
	for kelvin := 1700.; kelvin <= 25000; kelvin += 100 {
		g := relightGain(6500, kelvin)
		if warm := g[0] > g[2]; kelvin != 6500 && warm != (kelvin < 6500) || kelvin == 6500 && g != [3]float64{1, 1, 1} {
			t.Errorf("%v K: gains %.3f", kelvin, g)
		}
		if y := 0.2126*g[0] + 0.7152*g[1] + 0.0722*g[2]; math.Abs(y-1) > 1e-12 {
			t.Errorf("%v K: luminance of grey times %v", kelvin, y)
		}
	}
}

// TestBlackBody compares the chromaticity in CIE 1931 xy with the Planckian locus
// as Planck's law and the colour matching functions give it.
// Source: G. Wyszecki and W. S. Stiles, Color Science, table 1(3.11).
func TestBlackBody(t *testing.T) {
	for _, c := range []struct{ kelvin, x, y float64 }{
		{2000, 0.5267, 0.4133}, {3000, 0.4369, 0.4041}, {5000, 0.3451, 0.3516}, {6500, 0.3135, 0.3237}, {10000, 0.2807, 0.2884},
	} {
		g := blackBody(c.kelvin)
		x := 0.4124564*g[0] + 0.3575761*g[1] + 0.1804375*g[2]
		y := 0.2126729*g[0] + 0.7151522*g[1] + 0.0721750*g[2]
		z := 0.0193339*g[0] + 0.1191920*g[1] + 0.9503041*g[2]
		if sum := x + y + z; math.Abs(x/sum-c.x) > 0.001 || math.Abs(y/sum-c.y) > 0.001 {
			t.Errorf("%v K is at (%.4f, %.4f), want (%.4f, %.4f)", c.kelvin, x/sum, y/sum, c.x, c.y)
		}
	}
}

// TestKelvinIsDrawnInMired: half of the draws lie on either side of the mean mired.
func TestKelvinIsDrawnInMired(t *testing.T) {
	op := whiteBalance()
	if got := op.Params[0].draw(Range{2000, 10000}, 0.5); math.Abs(got-1e6/300) > 1e-6 {
		t.Errorf("halfway from 500 to 100 mired is %v K, want 3333.3", got)
	}
}

func TestNoiseStatistics(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 128, 128))
	for i := range src.Pix {
		src.Pix[i] = 128
	}
	for i := 3; i < len(src.Pix); i += 4 {
		src.Pix[i] = 255
	}
	got := apply(t, trace(t, "- noise: {iso: 400, seed: 7}"), src)
	var sum, squares, n float64
	for i, v := range got.Pix {
		if i%4 != 3 {
			l := decodeSRGB(float64(v) / 255)
			sum, squares, n = sum+l, squares+l*l, n+1
		}
	}
	mean := sum / n
	sd, level := math.Sqrt(squares/n-mean*mean), decodeSRGB(128./255)
	if want := math.Sqrt(level*1250+9) / 1250; math.Abs(sd/want-1) > 0.03 || math.Abs(mean/level-1) > 0.01 {
		t.Errorf("mean %.4f, deviation %.5f; want %.4f, %.5f", mean, sd, level, want)
	}
	if bytes.Equal(got.Pix, apply(t, trace(t, "- noise: {iso: 400, seed: 8}"), src).Pix) {
		t.Error("two seeds give the same noise")
	}
}

func TestSineAndCosine(t *testing.T) {
	worst := 0.0
	for i := -3000; i <= 3000; i++ {
		x := float64(i) / 7
		s, c := sincos(x)
		worst = max(worst, math.Abs(s-math.Sin(x*math.Pi/180)), math.Abs(c-math.Cos(x*math.Pi/180)))
	}
	if worst > 2e-14 {
		t.Errorf("off by %g", worst)
	}
	for q, want := range [][2]float64{{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {0, 1}} {
		if s, c := sincos(90 * float64(q)); s != want[0] || c != want[1] {
			t.Errorf("sincos(%d) = %v, %v", 90*q, s, c)
		}
	}
}
