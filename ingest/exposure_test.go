package ingest

import "testing"

func TestFlags(t *testing.T) {
	f := Default().Flags
	bins := func(at ...int) []int {
		b := make([]int, 256)
		for _, v := range at {
			b[v] += 10
		}
		return b
	}
	for name, c := range map[string]struct {
		bins []int
		want string
	}{
		"dark":      {bins(0, 3, 20), "dark"},
		"bright":    {bins(230, 240, 255), "bright"},
		"flat":      {bins(100, 105, 110), "flat"},
		"good":      {bins(10, 100, 200), ""},
		"one value": {bins(128), "flat"},
	} {
		low, high := percentiles(c.bins, c.bins, c.bins)
		if flag, _ := f.of(low, high); flag != c.want {
			t.Errorf("%s: percentiles %d and %d give %q, want %q", name, low, high, flag, c.want)
		}
	}
	tail := bins(200)
	tail[5] = 0
	for i := range 100 {
		tail[i%2]++ // 100 values at 0 and 1 against 10 at 200: more than 5 % lie at 200
	}
	if low, high := percentiles(tail); low != 0 || high != 200 {
		t.Errorf("percentiles are %d and %d, want 0 and 200", low, high)
	}
	if flag, _ := (Flags{Bright: 255}).of(0, 0); flag != "" {
		t.Errorf("limits that flag none flag %q", flag)
	}
}
