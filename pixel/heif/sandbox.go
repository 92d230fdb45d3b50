package heif

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// See modules/README.md for what these are and where they come from.
var (
	//go:embed modules/heic.wasm.gz
	heicModule []byte
	//go:embed modules/avif.wasm.gz
	avifModule []byte
)

// module is a decoder, compiled for this processor.
type module struct {
	runtime wazero.Runtime
	code    wazero.CompiledModule
}

var (
	heicDecoder = sync.OnceValues(func() (module, error) { return compile(heicModule) })
	avifDecoder = sync.OnceValues(func() (module, error) { return compile(avifModule) })
)

func compile(packed []byte) (module, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return module{}, err
	}
	code, err := io.ReadAll(r)
	if err != nil {
		return module{}, err
	}
	if code, err = meter(code); err != nil {
		return module{}, err
	}
	ctx := context.Background()
	m := module{runtime: wazero.NewRuntime(ctx)}
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, m.runtime); err != nil {
		return module{}, err
	}
	m.code, err = m.runtime.CompileModule(ctx, code)
	return m, err
}

// sandbox is an instance of a decoder, for one image.
type sandbox struct {
	ctx      context.Context
	instance api.Module
}

// start makes an instance with memory for the file and an image of w x h pixels:
// planes, the tile at work, an RGBA copy and what a decoder keeps beside them
// come to less than 24 bytes a pixel.
func start(k Kind, file, w, h int) (s sandbox, err error) {
	m, err := heicDecoder()
	if k == AVIF {
		m, err = avifDecoder()
	}
	if err != nil {
		return s, fmt.Errorf("start the decoder for %s: %w", k, err)
	}
	most := 64<<20 + 2*uint64(file) + 24*uint64(w)*uint64(h)
	s.ctx = experimental.WithMemoryAllocator(context.Background(), experimental.MemoryAllocatorFunc(func(_, _ uint64) experimental.LinearMemory {
		return &memory{most: most}
	}))
	s.instance, err = m.runtime.InstantiateModule(s.ctx, m.code, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return s, failed(err)
	}
	s.turns().Set(turnsFor(file, w, h))
	return s, nil
}

// turnsFor is how many turns of a loop decoding an image may take: some five
// times what photographs take, of which 10-bit AVIF takes the most, 64 a pixel.
func turnsFor(file, w, h int) uint64 {
	return 100_000_000 + 300*uint64(file) + 300*uint64(w)*uint64(h)
}

func (s sandbox) turns() api.MutableGlobal {
	return s.instance.ExportedGlobal(fuel).(api.MutableGlobal)
}

func (s sandbox) close() { ; _ = s.instance.Close(s.ctx) }

// failed says that a call did not return: the decoder used up its turns, or did
// what it must not do, which a broken file made it do.
func failed(err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return broken("the decoder gave up: %s", first)
}

// memory is what an instance has. It grows up to a limit.
type memory struct {
	bytes []byte
	most  uint64
}

// Reallocate implements experimental.LinearMemory.
func (m *memory) Reallocate(size uint64) []byte {
	switch {
	case size > m.most:
		return nil
	case size > uint64(cap(m.bytes)):
		grown := make([]byte, size, min(m.most, size+size/4))
		copy(grown, m.bytes)
		m.bytes = grown
	}
	m.bytes = m.bytes[:size]
	return m.bytes
}

// Free implements experimental.LinearMemory.
func (m *memory) Free() { m.bytes = nil }

// room allocates in the instance.
func (s sandbox) room(n uint64) (uint32, error) {
	if n > 1<<31 {
		return 0, broken("its image needs %d bytes", n)
	}
	res, err := s.instance.ExportedFunction("malloc").Call(s.ctx, n)
	if err != nil {
		return 0, failed(err)
	}
	if res[0] == 0 {
		return 0, broken("its image needs more memory than its header says")
	}
	return uint32(res[0]), nil
}

// put copies the file into the instance.
func (s sandbox) put(data []byte) (uint32, error) {
	at, err := s.room(uint64(len(data)))
	if err == nil && !s.instance.Memory().Write(at, data) {
		err = broken("the decoder has no room for it")
	}
	return at, err
}

// decode calls the decoder, which returns 0 for a file that it does not read.
func (s sandbox) decode(args ...uint64) error {
	res, err := s.instance.ExportedFunction("decode").Call(s.ctx, args...)
	if err != nil {
		return failed(err)
	}
	if uint32(res[0]) == 0 {
		return broken("the decoder does not read it")
	}
	return nil
}

// numbers reads n numbers of 32 bits.
func (s sandbox) numbers(at uint32, n int) ([]int, error) {
	out := make([]int, n)
	for i := range out {
		v, ok := s.instance.Memory().ReadUint32Le(at + 4*uint32(i))
		if !ok {
			return nil, broken("the decoder gave no size")
		}
		out[i] = int(v)
	}
	return out, nil
}

// take copies out of the instance.
func (s sandbox) take(at uint32, n uint64) ([]byte, error) {
	view, ok := s.instance.Memory().Read(at, uint32(n))
	if !ok {
		return nil, broken("the decoder gave no pixels")
	}
	return bytes.Clone(view), nil
}
