package kernel

// channelSum and its neighbours run the assembly over whole blocks of Lanes
// channels and portable Go over the rest.

func channelSum(lv level, sum, x []float32) {
	for lo := vectorSum(lv, sum, x); lo < len(sum); lo += Lanes {
		fold(sum, lo, len(x)/len(sum), func(acc *[Lanes]float32, p, w int) {
			for j, v := range x[p*len(sum)+lo:][:w] {
				acc[j] += v
			}
		})
	}
}

func channelSumSquares(lv level, sum, x, mean []float32) {
	for lo := vectorSumSquares(lv, sum, x, mean); lo < len(sum); lo += Lanes {
		fold(sum, lo, len(x)/len(sum), func(acc *[Lanes]float32, p, w int) {
			m := mean[lo:][:w]
			for j, v := range x[p*len(sum)+lo:][:w] {
				d := v - m[j]
				acc[j] += float32(d * d)
			}
		})
	}
}

func channelSumProducts(lv level, sum, g, x, mean []float32) {
	for lo := vectorSumProducts(lv, sum, g, x, mean); lo < len(sum); lo += Lanes {
		fold(sum, lo, len(x)/len(sum), func(acc *[Lanes]float32, p, w int) {
			m, gp := mean[lo:][:w], g[p*len(sum)+lo:][:w]
			for j, v := range x[p*len(sum)+lo:][:w] {
				acc[j] += float32(gp[j] * (v - m[j]))
			}
		})
	}
}

// fold adds w = at most Lanes channels from lo over all pixels in four chains.
func fold(sum []float32, lo, pixels int, add func(acc *[Lanes]float32, p, w int)) {
	var acc [4][Lanes]float32
	out := sum[lo:min(lo+Lanes, len(sum))]
	for p := range pixels {
		add(&acc[p%4], p, len(out))
	}
	for j := range out {
		out[j] = (acc[0][j] + acc[1][j]) + (acc[2][j] + acc[3][j])
	}
}

func channelAffine(lv level, y, x, scale, shift []float32, relu bool) {
	c := len(scale)
	lo := vectorAffine(lv, y, x, scale, shift, relu)
	for p := 0; p < len(x) && lo < c; p += c {
		xp, yp := x[p:][:c], y[p:][:c]
		for j := lo; j < c; j++ {
			v := float32(xp[j]*scale[j]) + shift[j]
			if relu && !(v > 0) {
				v = 0
			}
			yp[j] = v
		}
	}
}

func channelAffineAdd(lv level, y, x, skip, scale, shift []float32) {
	c := len(scale)
	lo := vectorAffineAdd(lv, y, x, skip, scale, shift)
	for p := 0; p < len(x) && lo < c; p += c {
		xp, yp, sp := x[p:][:c], y[p:][:c], skip[p:][:c]
		for j := lo; j < c; j++ {
			v := float32(xp[j]*scale[j]) + shift[j] + sp[j]
			if !(v > 0) {
				v = 0
			}
			yp[j] = v
		}
	}
}

func channelCombine(lv level, y, g, x, mean, a, b, d []float32) {
	c := len(mean)
	lo := vectorCombine(lv, y, g, x, mean, a, b, d)
	for p := 0; p < len(x) && lo < c; p += c {
		xp, yp, gp := x[p:][:c], y[p:][:c], g[p:][:c]
		for j := lo; j < c; j++ {
			yp[j] = float32(gp[j]*a[j]) + float32((xp[j]-mean[j])*b[j]) + d[j]
		}
	}
}
