package trainer

import (
	"fmt"
	"image"
	"testing"

	"github.com/gesturekit/gesturekit/rng"
)

// BenchmarkOutputs is the time from pictures to scores, a batch each turn: with
// a batch of 1, the latency of a single picture.
func BenchmarkOutputs(b *testing.B) {
	d := &Data{Labels: []string{"na", "a", "b", "c"}, Size: 64, Std: RGB{1, 1, 1}}
	for _, arch := range []string{"tiny", "slim-resnet"} {
		for _, batch := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/batch%d", arch, batch), func(b *testing.B) {
				o := Default()
				o.Arch = arch
				m, err := New(d, o, rng.New(1))
				if err != nil {
					b.Fatal(err)
				}
				p, err := m.NewPredictor(batch, 1)
				if err != nil {
					b.Fatal(err)
				}
				defer p.Close()
				pictures := make([]*image.RGBA, batch)
				for i := range pictures {
					pictures[i] = image.NewRGBA(image.Rect(0, 0, d.Size, d.Size))
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := p.Outputs(pictures); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
