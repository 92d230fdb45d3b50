package augment

// quantiser rounds a coefficient, which the transform gives times 8, to a
// multiple of step.
type quantiser struct {
	step int32
	inv  uint32 // 2^26 / (8 step), rounded up: exact for what a transform can give
}

const inverseBits = 26

// quantisers returns the tables of luma and chroma, row by row.
// Source: ITU-T T.81, Annex K, scaled by quality as libjpeg does.
func quantisers(quality int) (luma, chroma [64]quantiser) {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	fill := func(to *[64]quantiser, table string) {
		for i := range to {
			step := min(max((int(table[i])*scale+50)/100, 1), 255)
			to[i] = quantiser{int32(step), uint32((1<<inverseBits + 8*step - 1) / (8 * step))}
		}
	}
	fill(&luma, ""+
		"\x10\x0b\x0a\x10\x18\x28\x33\x3d"+
		"\x0c\x0c\x0e\x13\x1a\x3a\x3c\x37"+
		"\x0e\x0d\x10\x18\x28\x39\x45\x38"+
		"\x0e\x11\x16\x1d\x33\x57\x50\x3e"+
		"\x12\x16\x25\x38\x44\x6d\x67\x4d"+
		"\x18\x23\x37\x40\x51\x68\x71\x5c"+
		"\x31\x40\x4e\x57\x67\x79\x78\x65"+
		"\x48\x5c\x5f\x62\x70\x64\x67\x63")
	fill(&chroma, ""+
		"\x11\x12\x18\x2f\x63\x63\x63\x63"+
		"\x12\x15\x1a\x42\x63\x63\x63\x63"+
		"\x18\x1a\x38\x63\x63\x63\x63\x63"+
		"\x2f\x42\x63\x63\x63\x63\x63\x63"+
		"\x63\x63\x63\x63\x63\x63\x63\x63"+
		"\x63\x63\x63\x63\x63\x63\x63\x63"+
		"\x63\x63\x63\x63\x63\x63\x63\x63"+
		"\x63\x63\x63\x63\x63\x63\x63\x63")
	return luma, chroma
}

// round returns the coefficient that is read back for c, which is 8 times one.
func (q *quantiser) round(c int32) int32 {
	sign := c >> 31
	n := uint64(uint32((c ^ sign) - sign + 4*q.step))
	k := int32(n * uint64(q.inv) >> inverseBits)
	return ((k ^ sign) - sign) * q.step
}

// Fractional bits: of the transforms' factors, and of what is between rows and
// columns.
const (
	factorBits = 13
	passBits   = 2
)

// codeBlock does to 8x8 samples what coding and decoding do.
func codeBlock(pix []uint8, stride int, q *[64]quantiser) {
	var b [64]int32
	for y := range 8 {
		p, r := pix[y*stride:][:8], (*[8]int32)(b[8*y:])
		for x := range r {
			r[x] = int32(p[x]) - 128
		}
		forward(r, factorBits-passBits)
	}
	var column [8]int32
	for x := range 8 {
		flat := int32(0)
		for y := range column {
			column[y] = b[8*y+x]
		}
		forward(&column, factorBits+passBits)
		for y := range column {
			column[y] = q[8*y+x].round(column[y])
			if y > 0 {
				flat |= column[y]
			}
		}
		if flat == 0 {
			v := column[0] << passBits
			column = [8]int32{v, v, v, v, v, v, v, v}
		} else {
			backward(&column, factorBits-passBits)
		}
		for y := range column {
			b[8*y+x] = column[y]
		}
	}
	for y := range 8 {
		p, r := pix[y*stride:][:8], (*[8]int32)(b[8*y:])
		backward(r, factorBits+passBits+3)
		for x := range r {
			p[x] = uint8(limit(r[x] + 128))
		}
	}
}

// Factors of the transforms, with factorBits.
// Source: C. Loeffler et al., Practical Fast 1-D DCT Algorithms with 11
// Multiplications, 1989, in the form of libjpeg's jfdctint.c and jidctint.c.
const (
	f0298 = 2446
	f0390 = 3196
	f0541 = 4433
	f0765 = 6270
	f0899 = 7373
	f1175 = 9633
	f1501 = 12299
	f1847 = 15137
	f1961 = 16069
	f2053 = 16819
	f2562 = 20995
	f3072 = 25172
)

// odd is the half of either transform that deals with odd frequencies.
func odd(a, b, c, d int32) (int32, int32, int32, int32) {
	z5 := (a + c + b + d) * f1175
	z1, z2 := (a+d)*-f0899, (b+c)*-f2562
	z3, z4 := (a+c)*-f1961+z5, (b+d)*-f0390+z5
	return a*f0298 + z1 + z3, b*f2053 + z2 + z4, c*f3072 + z2 + z3, d*f1501 + z1 + z4
}

// forward replaces eight samples by their cosine transform times the root of 8,
// of which it drops shift bits.
func forward(v *[8]int32, shift uint) {
	shift &= 31
	half := int32(1) << (shift - 1)
	s0, s1, s2, s3 := v[0]+v[7], v[1]+v[6], v[2]+v[5], v[3]+v[4]
	d0, d1, d2, d3 := v[0]-v[7], v[1]-v[6], v[2]-v[5], v[3]-v[4]
	a, b, c, d := s0+s3, s1+s2, s1-s2, s0-s3
	z := (c+d)*f0541 + half
	d3, d2, d1, d0 = odd(d3, d2, d1, d0)
	*v = [8]int32{
		((a+b)<<factorBits + half) >> shift, (d0 + half) >> shift,
		(z + d*f0765) >> shift, (d1 + half) >> shift,
		((a-b)<<factorBits + half) >> shift, (d2 + half) >> shift,
		(z - c*f1847) >> shift, (d3 + half) >> shift,
	}
}

// backward is the inverse of forward.
func backward(v *[8]int32, shift uint) {
	shift &= 31
	half := int32(1) << (shift - 1)
	z := (v[2] + v[6]) * f0541
	low, high := z+v[2]*f0765, z-v[6]*f1847
	sum, difference := (v[0]+v[4])<<factorBits+half, (v[0]-v[4])<<factorBits+half
	e0, e1, e2, e3 := sum+low, difference+high, difference-high, sum-low
	o0, o1, o2, o3 := odd(v[7], v[5], v[3], v[1])
	*v = [8]int32{
		(e0 + o3) >> shift, (e1 + o2) >> shift, (e2 + o1) >> shift, (e3 + o0) >> shift,
		(e3 - o0) >> shift, (e2 - o1) >> shift, (e1 - o2) >> shift, (e0 - o3) >> shift,
	}
}
