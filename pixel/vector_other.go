//go:build !amd64 || purego

package pixel

func (f *filter) pack() {}

func (f *filter) scaleVector([]uint16, []byte) bool { return false }

func scaleColumnsVector([]byte, []uint16, []uint32) int { return 0 }
