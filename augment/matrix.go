package augment

import "fmt"

// matrix is a homography of the plane, row-major: it takes a point of the
// output picture to the point of the source picture seen there.
//
// Ops build it in the unit frame: origin in the middle of the picture, x to the
// right, y down, and half the longer side (from pixel centre to pixel centre)
// as the unit. The corners are at (±extent.x, ±extent.y).
type matrix [9]float64

// extent is half the width and half the height in the unit frame; the larger is 1.
type extent struct{ x, y float64 }

// mul returns the matrix that applies n first and m to its result.
func (m matrix) mul(n matrix) (p matrix) {
	for i := range 3 {
		for j := range 3 {
			p[3*i+j] = float64(m[3*i]*n[j]) + float64(m[3*i+1]*n[3+j]) + float64(m[3*i+2]*n[6+j])
		}
	}
	return p
}

// inverse returns the inverse up to scale, which a homography does not have.
func (m matrix) inverse() matrix {
	minor := func(a, b, c, d int) float64 { return float64(m[a]*m[d]) - float64(m[b]*m[c]) }
	return matrix{
		minor(4, 5, 7, 8), minor(2, 1, 8, 7), minor(1, 2, 4, 5),
		minor(5, 3, 8, 6), minor(0, 2, 6, 8), minor(2, 0, 5, 3),
		minor(3, 4, 6, 7), minor(1, 0, 7, 6), minor(0, 1, 3, 4),
	}
}

// depth returns the homogeneous coordinate of the point seen at (x, y).
func (m matrix) depth(x, y float64) float64 {
	return float64(m[6]*x) + float64(m[7]*y) + m[8]
}

// at returns the source point seen at (x, y).
func (m matrix) at(x, y float64) (float64, float64) {
	inv := 1 / m.depth(x, y)
	return float64((float64(m[0]*x) + float64(m[1]*y) + m[2]) * inv),
		float64((float64(m[3]*x) + float64(m[4]*y) + m[5]) * inv)
}

// scaled returns diag(x, y, 1).
func scaled(x, y float64) matrix { return matrix{x, 0, 0, 0, y, 0, 0, 0, 1} }

// shifted returns the matrix that adds (x, y).
func shifted(x, y float64) matrix { return matrix{1, 0, x, 0, 1, y, 0, 0, 1} }

// quad returns the homography that takes the corners of the picture, in the
// order top left, top right, bottom right, bottom left, to the points c.
// Source: P. Heckbert, Fundamentals of Texture Mapping and Image Warping, 1989.
func quad(e extent, c [4][2]float64) matrix {
	sx := c[0][0] - c[1][0] + c[2][0] - c[3][0]
	sy := c[0][1] - c[1][1] + c[2][1] - c[3][1]
	ax, ay := c[1][0]-c[2][0], c[1][1]-c[2][1]
	bx, by := c[3][0]-c[2][0], c[3][1]-c[2][1]
	det := float64(ax*by) - float64(bx*ay)
	g := (float64(sx*by) - float64(bx*sy)) / det
	h := (float64(ax*sy) - float64(sx*ay)) / det
	unit := matrix{
		c[1][0] - c[0][0] + float64(g*c[1][0]), c[3][0] - c[0][0] + float64(h*c[3][0]), c[0][0],
		c[1][1] - c[0][1] + float64(g*c[1][1]), c[3][1] - c[0][1] + float64(h*c[3][1]), c[0][1],
		g, h, 1,
	}
	return unit.mul(matrix{0.5 / e.x, 0, 0.5, 0, 0.5 / e.y, 0.5, 0, 0, 1})
}

// minDepth is the least depth of a corner relative to the middle. Below it the
// picture is nearly edge-on there; at zero the corner is at infinity, and
// beyond that the picture folds.
const minDepth = 1.0 / 16

// normalised returns m with depth 1 in the middle of a rectangle with opposite
// corners (x0, y0) and (x1, y1), or an error if a corner is too near infinity.
func (m matrix) normalised(x0, y0, x1, y1 float64) (matrix, error) {
	mid := m.depth((x0+x1)/2, (y0+y1)/2)
	least := min(m.depth(x0, y0)/mid, m.depth(x1, y0)/mid, m.depth(x0, y1)/mid, m.depth(x1, y1)/mid)
	if !(least >= minDepth) { // also when mid is 0 or NaN
		return m, fmt.Errorf("the perspective folds the picture or sends a corner to infinity: "+
			"a corner has %.3g of the depth of the middle, least allowed %v; reduce camera, perspective or warp", least, minDepth)
	}
	for i := range m {
		m[i] /= mid
	}
	return m, nil
}
