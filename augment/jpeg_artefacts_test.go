package augment

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

//go:embed testdata/jpeg_libjpeg.json
var libjpegCases []byte

// TestJPEGEqualsLibjpeg compares with what testdata/jpeg_oracle.py found.
func TestJPEGEqualsLibjpeg(t *testing.T) {
	var file struct{ Cases [][4]any }
	if err := json.Unmarshal(libjpegCases, &file); err != nil || len(file.Cases) < 100 {
		t.Fatal(len(file.Cases), err)
	}
	for _, c := range file.Cases {
		w, h := int(c[0].(float64)), int(c[1].(float64))
		src := picture(w, h)
		for y := range h {
			for x := range w {
				if p := src.Pix[src.PixOffset(x, y):]; (x*x+3*y*x+5*y)%97 < 20 {
					p[0], p[1], p[2] = ^p[0], ^p[1], ^p[2]
				}
			}
		}
		got := apply(t, trace(t, "- jpeg: {quality: %v}", c[2]), src)
		var rgb []byte
		for i := 0; i < len(got.Pix); i += 4 {
			rgb = append(rgb, got.Pix[i:i+3]...)
		}
		sum := sha256.Sum256(rgb)
		if d := hex.EncodeToString(sum[:8]); d != c[3] {
			t.Errorf("%dx%d at quality %v: digest %s, libjpeg's is %v", w, h, c[2], d, c[3])
		}
	}
}

// TestJPEGIsNearGosCodec compares the planes with those that image/jpeg decodes
// from what it encodes; chroma is doubled in another way there. A coefficient on
// the edge between two steps may go the other way, so only means are compared.
func TestJPEGIsNearGosCodec(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	var sum, n [3]int
	for quality := 1; quality <= 100; quality++ {
		src := picture(1+r.IntN(90), 1+r.IntN(90))
		var file bytes.Buffer
		if err := jpeg.Encode(&file, src, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		decoded, err := jpeg.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		want := decoded.(*image.YCbCr)
		var p planes
		p.split(src)
		luma, chroma := quantisers(quality)
		p.y.code(&luma)
		p.cb.code(&chroma)
		p.cr.code(&chroma)
		for i, c := range []struct {
			got    plane
			want   []uint8
			stride int
		}{{p.y, want.Y, want.YStride}, {p.cb, want.Cb, want.CStride}, {p.cr, want.Cr, want.CStride}} {
			for y := range c.got.h {
				for x := range c.got.w {
					d := int(c.got.row(y)[x]) - int(c.want[y*c.stride+x])
					sum[i] += max(d, -d)
					n[i]++
				}
			}
		}
	}
	for i := range sum {
		mean := float64(sum[i]) / float64(n[i])
		t.Logf("plane %d: mean difference %.3f levels", i, mean)
		if mean > 1 {
			t.Errorf("plane %d is %.2f levels off", i, mean)
		}
	}
}

// TestQuantiserRoundsExactly compares with division, half away from zero.
func TestQuantiserRoundsExactly(t *testing.T) {
	for quality := 1; quality <= 100; quality++ {
		luma, chroma := quantisers(quality)
		for _, q := range append(luma[:], chroma[:]...) {
			for c := int32(-9000); c <= 9000; c += 7 {
				want := (max(c, -c) + 4*q.step) / (8 * q.step) * q.step
				if c < 0 {
					want = -want
				}
				if got := q.round(c); got != want {
					t.Fatalf("step %d: %d becomes %d, want %d", q.step, c, got, want)
				}
			}
		}
	}
}
