package baseline

// block holds 8x8 coefficients, then 8x8 samples, by rows.
type block [64]int32

// The inverse transform of eight coefficients f0..f7 is (T.81, A.3.3), up to a factor,
//
//	s(k) = f0/√2 + Σ f(n)·cos((2k+1)nπ/16), n = 1..7,
//
// by the signal flow of Loeffler, Ligtenberg and Moschytz (ICASSP 1989): f0, f2, f4
// and f6 make four sums that s(k) and s(7-k) share, f1, f3, f5 and f7 four that they
// have with opposite signs. The points of the numbers, and so the rounding, lie
// where image/jpeg of Go 1.26 has them. Rows are left with 20 bits behind the point.

// The factors, rounded, by how many bits they have behind the point.
const (
	half8, half14  = 181, 11585 // √½
	c6at12, s6at12 = 1108, 2676 // √½·cos 6π/16, √½·sin 6π/16
	c6at18, s6at18 = 70936, 171254
	c3, s3         = 3406, 2276 // cos 3π/16, sin 3π/16, 12 bits
	c1, s1         = 4017, 799  // cos π/16, sin π/16, 12 bits
)

// odd returns what s(0), s(1), s(2) and s(3) have of f1, f3, f5 and f7, and s(7) to
// s(4) with the opposite sign. f3 and f5 come multiplied by √½, and drop bits of the
// first sums are left off.
func odd(f1, f3, f5, f7 int32, drop uint) (o0, o1, o2, o3 int32) {
	sum, difference := f1+f7, f1-f7
	a, b := (sum+f3)>>drop, (sum-f3)>>drop
	c, d := (difference+f5)>>drop, (difference-f5)>>drop
	return c*s3 + a*c3, b*s1 + d*c1, b*c1 - d*s1, c*c3 - a*s3
}

// rows transforms the rows of which has has the bit; all others are zero.
func (b *block) rows(has uint) {
	for y := range 8 {
		if has>>y&1 == 0 {
			continue
		}
		f := b[8*y:][:8:8]
		if f[1]|f[2]|f[3]|f[4]|f[5]|f[6]|f[7] == 0 {
			level := f[0] << 17
			for x := range f {
				f[x] = level
			}
			continue
		}
		mean, change := (f[0]+f[4])<<17, (f[0]-f[4])<<17
		slow, fast := f[2]*s6at18+f[6]*c6at18, f[2]*c6at18-f[6]*s6at18
		o0, o1, o2, o3 := odd(f[1]<<7, f[3]*half8, f[5]*half8, f[7]<<7, 2)
		f[0], f[7] = mean+slow+o0, mean+slow-o0
		f[1], f[6] = change+fast+o1, change+fast-o1
		f[2], f[5] = change-fast+o2, change-fast-o2
		f[3], f[4] = mean-slow+o3, mean-slow-o3
	}
}

// columns transforms the columns behind rows, and rounds to whole samples.
func (b *block) columns() {
	const rounding = 1 << 19 // half of the 20 bits that f0 loses below
	for x := range 8 {
		f0, f2, f4, f6 := b[x]+rounding, b[16+x]>>13, b[32+x], b[48+x]>>13
		mean, change := (f0+f4)>>2, (f0-f4)>>2
		slow, fast := f2*s6at12+f6*c6at12, f2*c6at12-f6*s6at12
		o0, o1, o2, o3 := odd(b[8+x], b[24+x]>>13*half14, b[40+x]>>13*half14, b[56+x], 14)
		b[x], b[56+x] = (mean+slow+o0)>>18, (mean+slow-o0)>>18
		b[8+x], b[48+x] = (change+fast+o1)>>18, (change+fast-o1)>>18
		b[16+x], b[40+x] = (change-fast+o2)>>18, (change-fast-o2)>>18
		b[24+x], b[32+x] = (mean-slow+o3)>>18, (mean-slow-o3)>>18
	}
}
