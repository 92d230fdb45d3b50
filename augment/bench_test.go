package augment

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
)

// BenchmarkApply draws and applies recipes as the trainer does.
func BenchmarkApply(b *testing.B) {
	for _, size := range [][2]int{{64, 64}, {224, 224}, {1280, 720}} {
		src := picture(size[0], size[1])
		dst := image.NewRGBA(src.Rect)
		for _, text := range []string{
			"[camera]", "[rotate]", "[exposure]", "[white_balance]", "[gradient]", "[noise]", "[blur: {sigma: 0.004}]", "[camera, exposure]",
			"light", "standard", "strong", "fastai",
		} {
			r := recipe(b, text)
			b.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], strings.ReplaceAll(strings.Trim(text, "[]"), " ", "")), func(b *testing.B) {
				var s Scratch
				var tr Trace
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					tr = r.Draw(tr[:0], rng.New(1).WithInt(i%64))
					if err := tr.Apply(dst, src, &s); err != nil {
						b.Fatal(err)
					}
					i++
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "img/s")
			})
		}
	}
}
