package augment

import "github.com/gesturekit/gesturekit/internal/elementary"

// whiteBalance recolours the light from 6500 K, daylight, to that of a black body
// of the given temperature: a light bulb has 2800 K and is warm, blue sky
// 10000 K. It scales the channels of linear light and keeps the luminance of
// grey. It is drawn evenly in 1/kelvin (mired), equal steps of which look equal.
func whiteBalance() Op {
	const daylight = 6500
	return Op{
		Name: "white_balance", Doc: "warmer or cooler light",
		Params: []Param{{Name: "kelvin", Unit: "kelvin", Doc: "colour temperature of the light: below 6500 warmer, above cooler", Strength: true,
			Identity: daylight, Reciprocal: true, Limits: Range{1700, 25000}, Default: Range{5200, 8100}}},
		tone: func(v *values, t *tone) {
			t.light(relightGain(daylight, v[0]))
		},
	}
}

// relightGain returns the gains that turn one light into another, in kelvin.
func relightGain(from, to float64) [3]float64 {
	f, g := blackBody(from), blackBody(to)
	for i := range g {
		g[i] = max(g[i]/f[i], 0)
	}
	return equalLuminance(g)
}

// blackBody returns the linear sRGB of a black body of unit luminance.
// Source: Kim et al., US patent 7024034, cubic splines of the Planckian locus in
// CIE 1931 xy (1667 K to 25000 K); IEC 61966-2-1 for the matrix.
func blackBody(kelvin float64) [3]float64 {
	k := 1000 / kelvin
	x := elementary.Poly(k, 0.240390, 0.2226347, 2.1070379, -3.0258469)
	if k > 1/4. {
		x = elementary.Poly(k, 0.179910, 0.8776956, -0.2343589, -0.2661239)
	}
	var y float64
	switch {
	case k > 1/2.222:
		y = elementary.Poly(x, -0.20219683, 2.18555832, -1.34811020, -1.1063814)
	case k > 1/4.:
		y = elementary.Poly(x, -0.16748867, 2.09137015, -1.37418593, -0.9549476)
	default:
		y = elementary.Poly(x, -0.37001483, 3.75112997, -5.87338670, 3.0817580)
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
