package kernel

// channelSum and its neighbours run the assembly over whole blocks of Lanes
// channels and portable Go over the rest.

func channelSum(lv level, sum, x []float32) {
	for lo := vectorSum(lv, sum, x); lo < len(sum); lo += Lanes {
		var acc chains
		out := sum[lo:min(lo+Lanes, len(sum))]
		for p := range len(x) / len(sum) {
			chain := &acc[p%4]
			for j, v := range x[p*len(sum)+lo:][:len(out)] {
				chain[j] += v
			}
		}
		acc.sum(out)
	}
}

func channelSumSquares(lv level, sum, x, mean []float32) {
	for lo := vectorSumSquares(lv, sum, x, mean); lo < len(sum); lo += Lanes {
		var acc chains
		out := sum[lo:min(lo+Lanes, len(sum))]
		m := mean[lo:][:len(out)]
		for p := range len(x) / len(sum) {
			chain := &acc[p%4]
			for j, v := range x[p*len(sum)+lo:][:len(out)] {
				d := v - m[j]
				chain[j] += float32(d * d)
			}
		}
		acc.sum(out)
	}
}

func channelSumProducts(lv level, sum, g, x, mean []float32) {
	for lo := vectorSumProducts(lv, sum, g, x, mean); lo < len(sum); lo += Lanes {
		var acc chains
		out := sum[lo:min(lo+Lanes, len(sum))]
		m := mean[lo:][:len(out)]
		for p := range len(x) / len(sum) {
			chain, gp := &acc[p%4], g[p*len(sum)+lo:][:len(out)]
			for j, v := range x[p*len(sum)+lo:][:len(out)] {
				chain[j] += float32(gp[j] * (v - m[j]))
			}
		}
		acc.sum(out)
	}
}

// chains are the sums over pixels p with p%4 = 0..3 of at most Lanes channels.
type chains [4][Lanes]float32

func (c *chains) sum(out []float32) {
	for j := range out {
		out[j] = (c[0][j] + c[1][j]) + (c[2][j] + c[3][j])
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

func add(lv level, dst, x, y []float32) {
	for i := vectorAdd(lv, dst, x, y); i < len(dst); i++ {
		dst[i] = x[i] + y[i]
	}
}

func gate(lv level, dst, g, y []float32) {
	for i := vectorGate(lv, dst, g, y); i < len(dst); i++ {
		if y[i] > 0 {
			dst[i] = g[i]
		} else {
			dst[i] = 0
		}
	}
}

func maxPixels(lv level, y, x []float32, channels, step int) {
	lo := vectorMaxPixels(lv, y, x, channels, step)
	for p := 0; p < len(y)/channels && lo < channels; p++ {
		yp, xp := y[p*channels:][:channels], x[p*step:][:channels]
		for j := lo; j < channels; j++ {
			if xp[j] > yp[j] {
				yp[j] = xp[j]
			}
		}
	}
}

func routeMax(lv level, dx, left, x, y []float32, channels, step int) {
	lo := vectorRouteMax(lv, dx, left, x, y, channels, step)
	for p := 0; p < len(y)/channels && lo < channels; p++ {
		dp, xp := dx[p*step:][:channels], x[p*step:][:channels]
		lp, yp := left[p*channels:][:channels], y[p*channels:][:channels]
		for j := lo; j < channels; j++ {
			if xp[j] == yp[j] {
				dp[j] += lp[j]
				lp[j] = 0
			}
		}
	}
}
