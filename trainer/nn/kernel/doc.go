// Package kernel is the arithmetic of the neural engine: one packed
// multiply-add that serves dense layers and all three directions of a
// convolution, and the per-channel passes of batch normalisation.
//
// It promises the same bits everywhere. Every output element is one chain of
// fused multiply-adds (or of rounded additions) in an order that depends on the
// shapes alone; the assembly computes many chains side by side and never splits
// or reorders one. So AVX-512, AVX2 and portable Go agree exactly, a property
// the tests check. Build with the tag purego to leave the assembly out.
//
// Slices are float32, strides are in elements. The functions read and write
// only inside the slices they are given and panic, as an index expression does,
// when a layout points outside them.
package kernel

//go:generate go run ./internal/asm -out asm_amd64.s -stubs asm_amd64.go -pkg kernel
