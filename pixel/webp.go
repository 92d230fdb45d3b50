package pixel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"iter"

	"golang.org/x/image/webp"
)

// decodeWebP decodes a still WebP. Lossy ones have colours of limited range
// (BT.601), which image.YCbCr does not: they are converted here, as libwebp does.
func decodeWebP(r *source) (image.Image, error) {
	img, err := webp.Decode(r)
	if err != nil {
		return nil, err
	}
	switch img := img.(type) {
	case *image.YCbCr:
		return webpRGB(img), nil
	case *image.NYCbCrA:
		out := webpRGB(&img.YCbCr)
		for y := range out.Rect.Dy() {
			for x, a := range img.A[y*img.AStride:][:out.Rect.Dx()] {
				out.Pix[y*out.Stride+4*x+3] = a
			}
		}
		return out, nil
	}
	return img, nil
}

// webpRGB converts 4:2:0 pixels of limited range with the integers of libwebp
// (src/dsp/yuv.h, upsampling.c): chroma interpolated with weights of 9, 3, 3, 1.
func webpRGB(m *image.YCbCr) *image.NRGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	rows, columns := (h+1)/2, (w+1)/2
	us, vs := make([]int32, w), make([]int32, w)
	for y := range h {
		near := y / 2
		far := min(max(near+2*(y%2)-1, 0), rows-1)
		for _, c := range []struct {
			out   []int32
			plane []byte
		}{{us, m.Cb}, {vs, m.Cr}} {
			upsample(c.out, c.plane[near*m.CStride:][:columns], c.plane[far*m.CStride:][:columns])
		}
		luma, row := m.Y[y*m.YStride:][:w], out.Pix[y*out.Stride:]
		for x := range w {
			l, u, v := int32(luma[x])*19077>>8, us[x], vs[x]
			row[4*x] = clip6(l + v*26149>>8 - 14234)
			row[4*x+1] = clip6(l - u*6419>>8 - v*13320>>8 + 8708)
			row[4*x+2] = clip6(l + u*33050>>8 - 17685)
			row[4*x+3] = 255
		}
	}
	return out
}

// upsample interpolates a row of chroma between the nearer and the farther row
// of samples. Of the corner samples of a square, a is the nearest to a pixel and
// d the farthest; rounding is libwebp's.
func upsample(out []int32, near, far []byte) {
	edge := func(i int) int32 { return (3*int32(near[i]) + int32(far[i]) + 2) >> 2 }
	out[0] = edge(0)
	for i := 1; i < len(near); i++ {
		left, right := 2*i-1, 2*i
		out[left] = corner(near[i-1], near[i], far[i-1], far[i])
		if right < len(out) {
			out[right] = corner(near[i], near[i-1], far[i], far[i-1])
		}
	}
	if len(out)%2 == 0 {
		out[len(out)-1] = edge(len(near) - 1)
	}
}

func corner(a, b, c, d byte) int32 {
	a4, b4, c4, d4 := int32(a), int32(b), int32(c), int32(d)
	diagonal := (a4 + b4 + c4 + d4 + 8 + 2*(b4+c4)) >> 3
	return (diagonal + a4) >> 1
}

func clip6(v int32) uint8 { return uint8(min(max(v>>6, 0), 255)) }

// animatedWebP reports whether the file says that it is an animation.
func animatedWebP(data []byte) bool {
	return len(data) > 20 && string(data[:4]) == "RIFF" && string(data[8:16]) == "WEBPVP8X" && data[20]&2 != 0
}

// countWebP returns the number of frames, without decoding any, and at least 1.
// Where the file is cut off there was one more.
func countWebP(data []byte) int {
	n := 0
	if animatedWebP(data) {
		for range webpFrames(data) {
			n++
		}
	}
	return max(n, 1)
}

// webpFrames yields the frames of an animated WebP.
func webpFrames(data []byte) iter.Seq2[frame, error] {
	return func(yield func(frame, error) bool) {
		for c, err := range riffChunks(data) {
			switch {
			case err != nil:
				yield(frame{}, err)
				return
			case c.name != "ANMF":
				continue
			case len(c.payload) < 16:
				yield(frame{}, fmt.Errorf("%w: a frame of %d bytes", ErrBroken, len(c.payload)))
				return
			}
			if !yield(webpFrame(c.payload), nil) {
				return
			}
		}
	}
}

// webpFrame reads an ANMF chunk.
func webpFrame(p []byte) frame {
	u24 := func(at int) int { return int(p[at]) | int(p[at+1])<<8 | int(p[at+2])<<16 }
	x, y, w, h := 2*u24(0), 2*u24(3), 1+u24(6), 1+u24(9)
	f := frame{at: image.Rect(x, y, x+w, y+h), over: p[15]&2 == 0}
	if p[15]&1 != 0 {
		f.dispose = clear
	}
	f.decode = func() (image.Image, error) {
		src := newSource(stillWebP(p[16:], w, h))
		if config, err := webp.DecodeConfig(src); err != nil {
			return nil, src.classify(err)
		} else if config.Width != w || config.Height != h {
			return nil, fmt.Errorf("%w: a picture of %dx%d in a frame of %dx%d", ErrBroken, config.Width, config.Height, w, h)
		}
		src = newSource(src.data)
		img, err := decodeWebP(src)
		if err != nil {
			return nil, src.classify(err)
		}
		return img, nil
	}
	return f
}

// stillWebP makes a file of the picture of a frame.
func stillWebP(chunks []byte, w, h int) []byte {
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	if bytes.HasPrefix(chunks, []byte("ALPH")) {
		const alpha = 1 << 4
		out = append(out, "VP8X\x0a\x00\x00\x00"...)
		out = append(out, alpha, 0, 0, 0, byte(w-1), byte((w-1)>>8), byte((w-1)>>16), byte(h-1), byte((h-1)>>8), byte((h-1)>>16))
	}
	out = append(out, chunks...)
	if len(out)%2 != 0 {
		out = append(out, 0)
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

type riffChunk struct {
	name    string
	payload []byte
}

// riffChunks walks the chunks of a file: name, length, payload, padded to an even
// length. The last that it yields is an error if the file is cut off.
func riffChunks(file []byte) iter.Seq2[riffChunk, error] {
	return func(yield func(riffChunk, error) bool) {
		data := file[12:]
		for len(data) >= 8 {
			n := int64(binary.LittleEndian.Uint32(data[4:]))
			if n > int64(len(data)-8) {
				yield(riffChunk{}, fmt.Errorf("%w: the file ends within a chunk", ErrTruncated))
				return
			}
			if !yield(riffChunk{string(data[:4]), data[8 : 8+n]}, nil) {
				return
			}
			data = data[min(8+n+n&1, int64(len(data))):]
		}
		if says := 8 + int64(binary.LittleEndian.Uint32(file[4:])); says > int64(len(file)) {
			yield(riffChunk{}, fmt.Errorf("%w: it has %d of %d bytes", ErrTruncated, len(file), says))
		}
	}
}
