package augment

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
)

// jpegArtefacts compresses the picture as JPEG with 4:2:0 chroma and decodes it,
// by image/jpeg. It is the one op that allocates.
func jpegArtefacts() Op {
	return Op{
		Name: "jpeg", Doc: "blocks and blurred colour of compression",
		Params: []Param{{Name: "quality", Doc: "1 worst, 100 best", Integer: true, Limits: Range{1, 100}, Default: Range{40, 90}}},
		paint: func(v *values, img *image.RGBA, s *Scratch) error {
			s.buffer.Reset()
			if err := jpeg.Encode(&s.buffer, img, &jpeg.Options{Quality: int(v[0])}); err != nil {
				return err
			}
			decoded, err := jpeg.Decode(bytes.NewReader(s.buffer.Bytes()))
			if err != nil {
				return err
			}
			// image/draw converts YCbCr to RGBA in integers
			draw.Draw(img, img.Rect, decoded, image.Point{}, draw.Src)
			return nil
		},
	}
}
