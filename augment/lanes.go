package augment

import "image"

//go:generate go run ./internal/asm -out asm_amd64.s -stubs asm_amd64.go -pkg augment

// group is how many pixels the vector code makes at once.
const group = 8

// lanes is the work of one row as the vector code reads it: numbers are repeated
// for each pixel of a group. The generator has the offsets of the fields.
type lanes struct {
	x, y, z, dx, dy, dz [group / 2]float64

	stride, limit, level           [group]uint32
	lastX, lastY, periodX, periodY [group]uint32
	pix                            *byte
	table                          *table
	mode                           uint64

	on bool // the vector code serves this source; else it is left alone
}

// init prepares for a source if vector code may be used and can address it:
// offsets and coordinates in 32 bits, and at least two pixels along each axis.
func (l *lanes) init(vector bool, src *image.RGBA, b border, t *table) {
	const side, size = 1 << 19, 1 << 31
	w, h := src.Rect.Dx(), src.Rect.Dy()
	l.on = vector && min(w, h) >= 2 && max(w, h) < side && uint64(src.Stride) < size && uint64(src.Stride)*uint64(h) < size
	if !l.on {
		return
	}
	l.stride, l.limit = repeat(src.Stride), repeat((h-2)*src.Stride+4*(w-2))
	l.lastX, l.lastY = repeat(w-1), repeat(h-1)
	l.periodX, l.periodY = repeat(2*(w-1)), repeat(2*(h-1))
	l.level = repeat(int(b.level * 0x010101))
	l.pix, l.table, l.mode = &src.Pix[0], t, uint64(b.mode)
	_ = src.Pix[(h-1)*src.Stride+4*w-1] // the vector code reads up to here
}

func repeat(v int) (r [group]uint32) {
	for i := range r {
		r[i] = uint32(v)
	}
	return r
}

// follow prepares for a row.
func (l *lanes) follow(r ray) {
	for i := range l.x {
		l.x[i], l.y[i], l.z[i], l.dx[i], l.dy[i], l.dz[i] = r.x, r.y, r.z, r.dx, r.dy, r.dz
	}
}

// fill writes n pixels of a row from pixel i on and returns how many: all, or
// those before a group that it leaves to portable code. Unless edge is set, all
// their neighbours must be inside the source. What follows them in the row, up
// to a whole group, is undefined.
func (l *lanes) fill(row []byte, i, n int, edge bool) int {
	if !l.on || n == 0 {
		return 0
	}
	p := row[4*i:]
	groups := min((n+group-1)/group, len(p)/(4*group))
	if groups > 0 {
		left := l.run(&p[0], i, groups, edge)
		if done := group * (groups - left); left > 0 || done >= n {
			return min(done, n)
		}
	}
	var few [4 * group]byte // the row ends within the last group
	done := group * groups
	if l.run(&few[0], i+done, 1, edge) > 0 {
		return done
	}
	copy(p[4*done:4*n], few[:])
	return n
}
