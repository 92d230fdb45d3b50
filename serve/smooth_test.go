package serve

import (
	"fmt"
	"testing"
)

func TestSteady(t *testing.T) {
	for _, c := range []struct {
		need, of int
		labels   []int
		want     int
	}{
		{1, 1, []int{1, 2}, 2},
		{1, 1, []int{1, 0}, 0},
		{1, 1, nil, 0},
		{3, 5, []int{1, 1}, 0},
		{3, 5, []int{1, 1, 1}, 1},
		{3, 5, []int{1, 1, 1, 0, 0}, 1},
		{3, 5, []int{1, 1, 1, 0, 0, 0}, 0}, // the first is too old
		{3, 5, []int{1, 0, 1, 2, 1}, 1},    // a single other frame changes nothing
		{3, 5, []int{0, 0, 0, 0, 0}, 0},
		{2, 5, []int{1, 1, 2, 2, 0}, 2}, // equal votes: the later
		{2, 5, []int{2, 2, 1, 1, 2}, 2}, // more votes
	} {
		if got := (Smoothing{c.need, c.of}).steady(c.labels); got != c.want {
			t.Errorf("%d of %d, %v: got %d, want %d", c.need, c.of, c.labels, got, c.want)
		}
	}
	for _, s := range []Smoothing{{0, 1}, {2, 1}, {1, 0}, {1, 61}, {-1, 5}} {
		if s.Validate() == nil {
			t.Errorf("%v is valid", s)
		}
	}
}

func TestMailboxKeepsTheNewest(t *testing.T) {
	b := newMailbox()
	for i := range 5 {
		b.putFrame([]byte{byte(i)})
	}
	for i := range 2 * maxSettings {
		b.putSettings([]byte(fmt.Sprint(i)))
	}
	<-b.full
	m := b.take()
	if m.number != 5 || m.dropped != 4 || m.frame[0] != 4 || len(m.settings) != maxSettings || string(m.settings[maxSettings-1]) != "15" {
		t.Errorf("got %+v", m)
	}
	if m := b.take(); m.frame != nil || m.settings != nil || len(b.full) != 0 {
		t.Errorf("then %+v", m)
	}
}
