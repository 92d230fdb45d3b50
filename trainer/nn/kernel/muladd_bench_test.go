package kernel

import "testing"

// BenchmarkMulAdd is one image of a 3x3 convolution, 32x32, 16 to 32 channels.
func BenchmarkMulAdd(b *testing.B) {
	const width, channels, outputs = 32, 16, 32
	l := Layout{Outer: 1, Rows: 3, Run: 3 * channels, ARow: (width + 2) * channels, ARun: 1,
		BRow: 3 * channels * outputs, BRun: outputs, BBlock: Lanes, Cols: outputs}
	a, w, c := make([]float32, (width+2)*(width+2)*channels), make([]float32, 9*channels*outputs), make([]float32, width*width*outputs)
	for i := range a {
		a[i] = float32(i%17) / 16
	}
	for i := range w {
		w[i] = float32(i%13-6) / 32
	}
	var in, out []int
	for i := range width * width {
		in = append(in, (i/width*(width+2)+i%width)*channels)
		out = append(out, i*outputs)
	}
	for lv := portable; lv <= best(); lv++ {
		in, out := NewOffsets(in), NewOffsets(out)
		b.Run([...]string{"portable", "avx2", "avx512"}[lv], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mulAdd(lv, c, out, a, in, w, l, false)
			}
			b.ReportMetric(2e-9*float64(width*width*9*channels*outputs)*float64(b.N)/b.Elapsed().Seconds(), "GFLOP/s")
		})
	}
}
