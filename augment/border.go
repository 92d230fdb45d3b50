package augment

import (
	"encoding/binary"
	"image"
)

// border says what lies outside the source picture.
type border struct {
	mode  int
	level uint64 // 0..255, grey of the constant border
}

const (
	borderReflect = iota
	borderReplicate
	borderConstant
)

// borderOp sets what the warp shows outside the source: reflect mirrors the
// picture about its outermost pixels (OpenCV's reflect-101), replicate repeats
// them, constant is a grey of the given level.
func borderOp() Op {
	return Op{
		Name: "border", Doc: "what the warp shows outside the picture",
		Params: []Param{
			{Name: "mode", Choices: []string{"reflect", "replicate", "constant"}, Doc: "outside the picture"},
			{Name: "level", Unit: "encoded value", Limits: Range{0, 1}, Default: Point(0), Doc: "grey of the constant border"},
		},
	}
}

func borderOf(v *values) border {
	return border{int(v[0]), uint64(float64(v[1]*255) + 0.5)}
}

// index returns the index in [0, n) that stands for i, or -1 for the constant.
func (b border) index(i, n int) int {
	switch {
	case uint(i) < uint(n):
		return i
	case b.mode == borderConstant:
		return -1
	case b.mode == borderReplicate || n == 1:
		return min(max(i, 0), n-1)
	}
	period := 2 * (n - 1)
	i %= period
	if i < 0 {
		i += period
	}
	return min(i, period-i)
}

// pixel returns the pixel of src at an index of each axis.
func (b border) pixel(src *image.RGBA, x, y int) uint64 {
	if x < 0 || y < 0 {
		return b.level * 0x010101
	}
	return uint64(binary.LittleEndian.Uint32(src.Pix[y*src.Stride+4*x:]))
}
