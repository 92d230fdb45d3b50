package augment

import (
	"fmt"
	"image"
	"testing"
)

// BenchmarkOp applies each op alone, every parameter at the end of its default.
func BenchmarkOp(b *testing.B) {
	for _, size := range [][2]int{{224, 224}, {1280, 720}} {
		src := picture(size[0], size[1])
		dst := image.NewRGBA(src.Rect)
		for _, op := range Ops() {
			d := drawn{op: &op}
			for i, p := range op.Params {
				d.v[i] = p.Default.Hi
			}
			t := Trace{d}
			if op.Name == "resample" {
				t = trace(b, "- resample: {filter: bicubic}\n- rotate: {degrees: 7}")
			}
			b.Run(fmt.Sprintf("%s/%dx%d", op.Name, size[0], size[1]), func(b *testing.B) {
				var s Scratch
				for b.Loop() {
					if err := t.Apply(dst, src, &s); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/op")
			})
		}
	}
}
