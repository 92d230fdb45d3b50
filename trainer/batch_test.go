package trainer

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"github.com/gesturekit/gesturekit/pipeline"
	"github.com/gesturekit/gesturekit/rng"
)

// numbered is a set of n black images of 32 pixels with labels 0..3.
func numbered(n int) *Data {
	d := &Data{Labels: []string{"na", "a", "b", "c"}, Size: 32, Std: RGB{1, 1, 1}}
	d.train = images{size: 32, pixels: make([]uint8, n*32*32*3)}
	for i := range n {
		d.train.ids = append(d.train.ids, fmt.Sprint(i))
		d.train.labels = append(d.train.labels, i%4)
		d.train.categories = append(d.train.categories, d.Labels[i%4])
		d.train.at(i)[0] = uint8(i)
	}
	return d
}

// order returns the images of an epoch batch by batch, by their first value.
func order(t *testing.T, l *loader, epoch int) [][]int {
	t.Helper()
	var out [][]int
	for b, err := range l.epoch(context.Background(), epoch) {
		if err != nil {
			t.Fatal(err)
		}
		var batch []int
		for i := range l.size {
			at := int(b.images[i*32*32*3]*255 + 0.5)
			batch = append(batch, at)
			want := make([]float32, 4)
			BCEWithNA.row(want, at%4, 0)
			if got := b.targets[i*4:][:4]; !slices.Equal(got, want) {
				t.Errorf("image %d has target %v, want %v", at, got, want)
			}
		}
		out = append(out, batch)
	}
	return out
}

func TestEveryImageIsInAnEpoch(t *testing.T) {
	o := Options{Loss: BCEWithNA, Batch: 8}
	for _, n := range []int{1, 5, 8, 9, 16, 23} {
		l := newLoader(numbered(n), o, Augmentation{}, pipeline.Env{Key: rng.New(1), Workers: 3})
		first := order(t, l, 1)
		if len(first) != l.steps() || l.size != min(n, 8) {
			t.Errorf("%d images: %d batches of %d", n, len(first), l.size)
		}
		var all []int
		for _, b := range first {
			if once := slices.Compact(slices.Sorted(slices.Values(b))); len(once) != len(b) {
				t.Errorf("%d images: a batch has one twice: %v", n, b)
			}
			all = append(all, b...)
		}
		if got := slices.Compact(slices.Sorted(slices.Values(all))); len(got) != n {
			t.Errorf("%d images: an epoch has only %v", n, got)
		}
		if again := order(t, l, 1); !slices.EqualFunc(first, again, slices.Equal) {
			t.Errorf("%d images: epoch 1 comes out otherwise the second time", n)
		}
		if n > 8 && slices.EqualFunc(first, order(t, l, 2), slices.Equal) {
			t.Errorf("%d images: epoch 2 has the order of epoch 1", n)
		}
	}
}

func TestAugmentDrawsByEpochAndSample(t *testing.T) {
	seen := map[uint64]string{}
	a := Augmentation{New: func() Augment {
		return func(dst, src *image.RGBA, category string, key rng.Key) (string, error) {
			copy(dst.Pix, src.Pix)
			seen[key.Uint64()] = fmt.Sprint(src.Pix[0])
			if src.Pix[3] != 255 {
				t.Error("the source is not opaque")
			}
			return category, nil
		}
	}}
	l := newLoader(numbered(16), Options{Loss: BCEWithNA, Batch: 8}, a, pipeline.Env{Key: rng.New(1), Workers: 1})
	order(t, l, 1)
	order(t, l, 2)
	if len(seen) != 32 {
		t.Errorf("%d draws for 2 epochs of 16 images", len(seen))
	}
}

func TestEpochEndsEarly(t *testing.T) {
	failing := Augmentation{New: func() Augment {
		return func(_, src *image.RGBA, category string, _ rng.Key) (string, error) {
			if src.Pix[0] == 5 {
				return "", errors.New("no light")
			}
			return category, nil
		}
	}}
	o, env := Options{Loss: BCEWithNA, Batch: 2}, pipeline.Env{Key: rng.New(1), Workers: 2}
	l := newLoader(numbered(9), o, failing, env)
	var err error
	for _, err = range l.epoch(context.Background(), 1) {
	}
	if err == nil || !strings.Contains(err.Error(), "augment sample 5: no light") {
		t.Errorf("error %v", err)
	}
	l = newLoader(numbered(9), o, Augmentation{}, env)
	for range l.epoch(context.Background(), 1) {
		break
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	for _, err = range l.epoch(ctx, 1) {
		cancel()
		n++
	}
	if !errors.Is(err, context.Canceled) || n > 3 {
		t.Errorf("cancelled: error %v after %d batches", err, n)
	}
	if got := len(order(t, l, 1)); got != 5 {
		t.Errorf("%d batches after a break and a cancel, want 5", got)
	}
}

func TestMirrorImagesTakeTheirOwnLabel(t *testing.T) {
	to := map[string]string{"a": "b", "b": "a", "c": "idle"}
	mirror := Augmentation{New: func() Augment {
		return func(dst, src *image.RGBA, category string, key rng.Key) (string, error) {
			copy(dst.Pix, src.Pix)
			if m, ok := to[category]; ok && key.Uint64()%2 == 0 {
				dst.Pix[1] = 255
				category = m
			}
			return category, nil
		}
	}}
	d, env := numbered(64), pipeline.Env{Key: rng.New(1), Workers: 3}
	d.meaning = map[string]int{"na": 0, "a": 1, "b": 2, "c": 3, "idle": 0}
	l, flips := newLoader(d, Options{Loss: BCEWithNA, Batch: 8}, mirror, env), 0
	for b, err := range l.epoch(context.Background(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range l.size {
			pixel, want := b.images[i*32*32*3:], make([]float32, 4)
			label := int(pixel[0]*255+0.5) % 4
			if pixel[1] > 0.5 {
				flips++
				label = []int{0, 2, 1, 0}[label]
			}
			BCEWithNA.row(want, label, 0)
			if got := b.targets[i*4:][:4]; !slices.Equal(got, want) || b.terms[i].Weight != 1 {
				t.Errorf("target %v, want %v", got, want)
			}
		}
	}
	if flips < 10 {
		t.Errorf("%d of 64 are flipped", flips)
	}
	delete(d.meaning, "idle")
	var err error
	for _, err = range newLoader(d, Options{Loss: BCEWithNA, Batch: 8}, mirror, env).epoch(context.Background(), 1) {
	}
	if err == nil || !strings.Contains(err.Error(), `its mirror image is "idle", of which training has no sample`) {
		t.Errorf("error %v", err)
	}
}

func TestMirrorImagesThatTheLossHasNoUseForDoNotCount(t *testing.T) {
	l := newLoader(numbered(8), Options{Loss: CE, Batch: 8}, Augmentation{}, pipeline.Env{Key: rng.New(1), Workers: 1})
	b := <-l.free
	b.targets[0], b.terms[0].Weight = 9, 9
	l.aim(b, 0, 0)
	if b.targets[0] != 0 || b.terms[0].Weight != 0 {
		t.Errorf("target %v, term %+v", b.targets[:3], b.terms[0])
	}
}
