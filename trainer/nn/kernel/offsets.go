package kernel

// Offsets lists where rows begin in an operand of MulAdd.
type Offsets struct {
	at   []int
	most []int // the largest so far
}

// NewOffsets returns the offsets at, which it keeps and which are not negative.
func NewOffsets(at []int) Offsets {
	o := Offsets{at, make([]int, len(at))}
	largest := 0
	for i, x := range at {
		if x < 0 {
			panic("kernel: an offset is negative")
		}
		largest = max(largest, x)
		o.most[i] = largest
	}
	return o
}

// First returns the first n offsets.
func (o Offsets) First(n int) Offsets { return Offsets{o.at[:n], o.most[:n]} }

// last returns the largest offset.
func (o Offsets) last() int { return o.most[len(o.most)-1] }
