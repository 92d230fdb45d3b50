//go:build !amd64 || purego

package augment

import "image"

// hasVector reports whether there is vector code for this processor.
func hasVector() bool { return false }

// run is never reached: lanes are off.
func (l *lanes) run(_ *byte, _, groups int, _ bool) int { return groups }

// vector is apply for whole groups; it returns how many pixels it replaced.
func (t *table) vector([]byte) int { return 0 }

func cubicVector(dst []byte, src *image.RGBA, at []int, part []uint32, t *cubicTable) {}

func sumVector(row []byte, words []uint64, taps []twoTaps) {}

func spreadVector(words []uint64, row []byte) int { return 0 }
