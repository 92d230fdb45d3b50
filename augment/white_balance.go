package augment

// whiteBalance recolours the light from daylight (6504 K, 153.75 mired) to the
// black body that lies the given number of mired away: positive is warmer, +180
// a light bulb, -50 blue sky. Luminance of grey is kept. Mired (10^6 / kelvin)
// are used because equal steps look equal.
func whiteBalance() Op {
	return Op{
		Name: "white_balance", Doc: "warmer or cooler light",
		Params: []Param{{Name: "mired", Unit: "mired", Doc: "shift of the colour temperature, warmer above 0", Strength: true,
			Limits: Range{-100, 350}, Default: Range{-30, 40}}},
		tone: func(v *values, t *tone) {
			const daylight = 1e6 / 6504.
			from, to := blackBody(daylight), blackBody(daylight+v[0])
			for i := range to {
				to[i] = max(to[i]/from[i], 0)
			}
			t.light(equalLuminance(to))
		},
	}
}

// blackBody returns the linear sRGB of a black body of unit luminance.
// Source: Kim et al., US patent 7024034, cubic splines of the Planckian locus in
// CIE 1931 xy (1667 K to 25000 K); IEC 61966-2-1 for the matrix.
func blackBody(mired float64) [3]float64 {
	k := mired / 1000 // 10^3 / kelvin
	x := poly(k, 0.240390, 0.2226347, 2.1070379, -3.0258469)
	if k > 1/4. {
		x = poly(k, 0.179910, 0.8776956, -0.2343589, -0.2661239)
	}
	var y float64
	switch {
	case k > 1/2.222:
		y = poly(x, -0.20219683, 2.18555832, -1.34811020, -1.1063814)
	case k > 1/4.:
		y = poly(x, -0.16748867, 2.09137015, -1.37418593, -0.9549476)
	default:
		y = poly(x, -0.37001483, 3.75112997, -5.87338670, 3.0817580)
	}
	cx, cz := x/y, (1-x-y)/y
	return [3]float64{
		float64(3.2404542*cx) - 1.5371385 - float64(0.4985314*cz),
		float64(-0.9692660*cx) + 1.8760108 + float64(0.0415560*cz),
		float64(0.0556434*cx) - 0.2040259 + float64(1.0572252*cz),
	}
}

// equalLuminance scales a gain so that it keeps the luminance of grey.
func equalLuminance(g [3]float64) [3]float64 {
	y := float64(0.2126*g[0]) + float64(0.7152*g[1]) + float64(0.0722*g[2])
	return [3]float64{g[0] / y, g[1] / y, g[2] / y}
}
