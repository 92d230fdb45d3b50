package trainer

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/pixel"
)

// Data is what a training learns from and is judged by: every image decoded
// once, 3 bytes a pixel. Up to 1 GiB of train and of validation is kept in
// memory; more in a file that is mapped into it.
type Data struct {
	Labels []string // label names: na, then the K known categories
	Size   int      // width and height of every image, in pixels
	Mean   RGB      // of the training images, by channel, on a scale of 0..1
	Std    RGB      // their standard deviation, above 0

	train, validation images
	meaning           map[string]int // label by category; has no unseen category
}

// RGB is a value for each channel.
type RGB [3]float32

// images are pictures of size x size pixels with their labels.
type images struct {
	size       int
	ids        []string
	categories []string
	labels     []int
	pixels     []uint8 // image after image, row after row, R G B
	store      *store  // of the pixels
}

func (s *images) count() int { return len(s.ids) }

// at returns the pixels of one image.
func (s *images) at(i int) []uint8 {
	n := s.size * s.size * 3
	return s.pixels[i*n : (i+1)*n]
}

// ReadData decodes the images of a training set. Labels are the label names of
// the whole dataset, na first. For the loss ce the unknown images are left
// out, of train and of validation: a baseline on known gestures has none to
// choose by either. All images must be squares of one size, a multiple of 8 from 32 to
// 256 pixels; a known category without a training sample is an error.
//
// Close the data when they are no longer needed.
func ReadData(ctx context.Context, set dataset.TrainingSet, labels []string, loss Loss, env pipeline.Env) (*Data, error) {
	used := func(s *dataset.Sample) bool { return loss.uses(s.Label) }
	train, validation := set.Train().Select(used), set.Validation().Select(used)
	if len(validation.Samples) == 0 {
		return nil, fmt.Errorf("%w: validation has no known sample: add captures of other people or sessions, or raise split.validation", dataset.ErrInvalid)
	}
	if err := checkLabels(train, validation, labels, loss); err != nil {
		return nil, err
	}
	name := env.Image(&train.Samples[0])
	first, _, err := pixel.ReadFile(name, pixel.DefaultLimits())
	if err != nil {
		return nil, err
	}
	d := &Data{Labels: labels, Size: first.Rect.Dx(), meaning: map[string]int{}}
	for _, m := range []dataset.Manifest{set.Train(), set.Validation()} {
		for i := range m.Samples {
			d.meaning[m.Samples[i].Category] = m.Samples[i].Label
		}
	}
	if d.Size != first.Rect.Dy() || d.Size%8 != 0 || d.Size < 32 || d.Size > 256 {
		return nil, fmt.Errorf("%s is %dx%d pixels: want a square whose side is a multiple of 8 from 32 to 256: set ingest.size",
			name, first.Rect.Dx(), first.Rect.Dy())
	}
	total := len(train.Samples) + len(validation.Samples)
	if d.train, err = readImages(ctx, train, d.Size, env, 0, total); err != nil {
		return nil, err
	}
	if d.validation, err = readImages(ctx, validation, d.Size, env, len(train.Samples), total); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.Mean, d.Std = d.train.moments()
	return d, nil
}

// Close gives back the memory of the images and removes their files.
func (d *Data) Close() error { return errors.Join(d.train.close(), d.validation.close()) }

func (s *images) close() error {
	if s.store == nil {
		return nil
	}
	s.pixels = nil
	return s.store.close()
}

// checkLabels fails when a sample's label is out of range or when a known
// category has no training sample.
func checkLabels(train, validation dataset.Manifest, labels []string, loss Loss) error {
	seen := make([]bool, len(labels))
	for _, m := range []dataset.Manifest{train, validation} {
		for i := range m.Samples {
			s := &m.Samples[i]
			if s.Label < 0 || s.Label >= len(labels) {
				return fmt.Errorf("%w: sample %s has label %d, want 0..%d: run the labels stage first", dataset.ErrInvalid, s.ID, s.Label, len(labels)-1)
			}
			seen[s.Label] = seen[s.Label] || s.Role == dataset.Train
		}
	}
	if k := len(labels) - 1; k < 1 || (!loss.HasNA() && k < 2) {
		return fmt.Errorf("%w: %d known categories are too few for the loss %s: want 1 or more, and 2 or more for ce, eos and objectosphere", dataset.ErrInvalid, k, loss)
	}
	for l, name := range labels {
		if l > 0 && !seen[l] {
			return fmt.Errorf("%w: known category %q has no sample in train: add captures of other people or sessions, or change split.validation and split.test", dataset.ErrInvalid, name)
		}
	}
	return nil
}

// readImages decodes the images of m, each into its place.
func readImages(ctx context.Context, m dataset.Manifest, size int, env pipeline.Env, done, total int) (images, error) {
	s, err := newStore(env.Dir, int64(len(m.Samples))*imageBytes(size), mapAbove)
	if err != nil {
		return images{}, err
	}
	out, err := decodeImages(ctx, s, m, size, env, done, total)
	if err == nil {
		err = s.seal()
	}
	if err != nil {
		return images{}, errors.Join(err, s.close())
	}
	out.pixels = s.bytes
	return out, nil
}

// imageBytes returns what an image takes.
func imageBytes(size int) int64 { return int64(size) * int64(size) * 3 }

func decodeImages(ctx context.Context, to *store, m dataset.Manifest, size int, env pipeline.Env, done, total int) (images, error) {
	n := len(m.Samples)
	out := images{size: size, ids: make([]string, n), categories: make([]string, n), labels: make([]int, n), store: to}
	at := make([]int, n)
	for i := range at {
		at[i] = i
	}
	for chunk := range slices.Chunk(at, chunkSize) {
		_, err := pipeline.Each(ctx, env.Workers, chunk, func(_ context.Context, i int) (struct{}, error) {
			s := &m.Samples[i]
			out.ids[i], out.categories[i], out.labels[i] = s.ID, s.Category, s.Label
			img, err := readSquare(env.Image(s), size)
			if err != nil {
				return struct{}{}, err
			}
			pixels := make([]uint8, imageBytes(size))
			pack(pixels, img)
			return struct{}{}, to.put(pixels, int64(i)*imageBytes(size))
		})
		if err != nil {
			return images{}, err
		}
		done += len(chunk)
		env.Report(done, total, "images")
	}
	return out, nil
}

// chunkSize is how many images are decoded between two reports.
const chunkSize = 256

// pack copies the pixels of img, without alpha, to dst.
func pack(dst []uint8, img *image.RGBA) {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:]
		for x := range img.Rect.Dx() {
			copy(dst[:3], row[4*x:])
			dst = dst[3:]
		}
	}
}

// unpack is the inverse of pack for an image without gaps between rows.
func unpack(img *image.RGBA, src []uint8) {
	for p := 0; p+4 <= len(img.Pix); p += 4 {
		copy(img.Pix[p:p+3], src)
		img.Pix[p+3] = 255
		src = src[3:]
	}
}

// moments returns mean and standard deviation by channel, from whole sums. The
// deviation is at least half a level of 255, so that images of one colour can
// be divided by it.
func (s *images) moments() (mean, std RGB) {
	var sum, squares [3]uint64
	for i, v := range s.pixels {
		sum[i%3] += uint64(v)
		squares[i%3] += uint64(v) * uint64(v)
	}
	n := float64(len(s.pixels) / 3)
	for c := range 3 {
		m := float64(sum[c]) / n
		variance := max(0.25, float64(squares[c])/n-float64(m*m))
		mean[c], std[c] = float32(m/255), float32(math.Sqrt(variance)/255)
	}
	return mean, std
}

// normaliser maps channel values 0..255 to what the network is fed:
// (v/255 - mean) / std.
type normaliser [3][256]float32

func newNormaliser(mean, std RGB) *normaliser {
	n := new(normaliser)
	for c := range n {
		for v := range n[c] {
			n[c][v] = float32((float64(v)/255 - float64(mean[c])) / float64(std[c]))
		}
	}
	return n
}

// apply normalises pixels of step bytes each, 3 (RGB) or 4 (RGBA), into dst.
func (n *normaliser) apply(dst []float32, pixels []uint8, step int) {
	for len(dst) >= 3 {
		dst[0], dst[1], dst[2] = n[0][pixels[0]], n[1][pixels[1]], n[2][pixels[2]]
		dst, pixels = dst[3:], pixels[step:]
	}
}
