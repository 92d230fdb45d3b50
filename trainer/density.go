package trainer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gesturekit/gesturekit/evaluate"
)

// errAlike says that there is no covariance.
var errAlike = errors.New("the training images of each category have the same features")

// density describes where in the space of features the training images lie: a
// Gaussian around the mean of each category, all with one covariance, and one
// Gaussian around the mean of all images (Lee et al. 2018). Its distance is the
// difference of the two, the relative Mahalanobis distance of Ren et al. (2021,
// "A simple fix to Mahalanobis distance for improving near-OOD detection").
// The density of an untrained model is zero everywhere, and so are its distances.
type density struct {
	known, features int

	means  []float32 // [known][features], of the images of labels 1..known
	center []float32 // [features], of all images
	// within and total [features][features] whiten: they are the inverses of the
	// lower triangular Cholesky factors of the covariance around the category's
	// mean and around center.
	within, total []float32
	scale         []float32 // [1], from the distance's own unit to that of evaluate.Outputs.Distance
}

func newDensity(known, features int) *density {
	square := features * features
	return &density{
		known: known, features: features,
		means: make([]float32, known*features), center: make([]float32, features),
		within: make([]float32, square), total: make([]float32, square), scale: []float32{1},
	}
}

// tensors returns the density's arrays, by reference.
func (d *density) tensors() []tensor {
	return []tensor{
		{"density.means", []int{d.known, d.features}, d.means},
		{"density.center", []int{d.features}, d.center},
		{"density.within", []int{d.features, d.features}, d.within},
		{"density.total", []int{d.features, d.features}, d.total},
		{"density.scale", []int{1}, d.scale},
	}
}

// distance returns the relative distance of the features to the label, 1..known.
func (d *density) distance(features []float32, label int) float32 {
	near := whitenedNorm(d.within, features, d.means[(label-1)*d.features:][:d.features])
	far := whitenedNorm(d.total, features, d.center)
	return float32(float64(d.scale[0]) * (near - far))
}

// whitenedNorm returns the squared norm of w(x-mean), w being lower triangular.
func whitenedNorm(w, x, mean []float32) float64 {
	n, norm := len(x), 0.0
	for i := range n {
		sum := 0.0
		for j, v := range w[i*n:][:i+1] {
			sum += float64(float64(v) * (float64(x[j]) - float64(mean[j])))
		}
		norm += float64(sum * sum)
	}
	return norm
}

// fit sets everything but the scale by rows of features of training images with
// their categories and labels. Every known label must have a row.
func (d *density) fit(rows [][]float32, categories []string, labels []int) error {
	byCategory, byLabel := map[string]*meanOf{}, make([]meanOf, d.known+1)
	var all meanOf
	for i, row := range rows {
		m := byCategory[categories[i]]
		if m == nil {
			m = &meanOf{}
			byCategory[categories[i]] = m
		}
		m.add(row)
		byLabel[labels[i]].add(row)
		all.add(row)
	}
	for label := 1; label <= d.known; label++ {
		copy(d.means[(label-1)*d.features:], byLabel[label].float32())
	}
	copy(d.center, all.float32())
	within, err := whitening(rows, func(i int) []float32 { return byCategory[categories[i]].float32() })
	if err == nil {
		copy(d.within, within)
		within, err = whitening(rows, func(int) []float32 { return d.center })
	}
	copy(d.total, within)
	return err
}

// meanOf is the mean of the rows added, in float64, rounded to float32.
type meanOf struct {
	sum   []float64
	count int
	mean  []float32
}

func (m *meanOf) add(row []float32) {
	if m.sum == nil {
		m.sum = make([]float64, len(row))
	}
	for i, v := range row {
		m.sum[i] += float64(v)
	}
	m.count++
}

func (m *meanOf) float32() []float32 {
	if m.mean == nil {
		m.mean = make([]float32, len(m.sum))
		for i, v := range m.sum {
			m.mean[i] = float32(v / float64(m.count))
		}
	}
	return m.mean
}

// whitening returns the inverse of the Cholesky factor of the rows' covariance
// around their means, shrunk towards a multiple of the identity by the oracle
// approximating shrinkage of Chen et al. (2010, eq. 23, without its terms 2/p, as
// in scikit-learn), which also holds where there are fewer rows than features.
func whitening(rows [][]float32, mean func(row int) []float32) ([]float32, error) {
	p, n := len(rows[0]), float64(len(rows))
	cov := make([]float64, p*p) // the lower triangle
	centered := make([]float64, p)
	for i, row := range rows {
		for j, m := range mean(i) {
			centered[j] = float64(row[j]) - float64(m)
		}
		for j, a := range centered {
			out := cov[j*p:][:j+1]
			for k, b := range centered[:j+1] {
				out[k] += float64(a * b)
			}
		}
	}
	trace, squares := 0.0, 0.0 // of cov and of cov times cov
	for j := range p {
		for k := range j + 1 {
			cov[j*p+k] /= n
			square := float64(cov[j*p+k] * cov[j*p+k])
			if squares += square; k < j {
				squares += square
			} else {
				trace += cov[j*p+k]
			}
		}
	}
	if !(trace > 0) {
		return nil, errAlike
	}
	rho, q := 1.0, float64(p)
	if rest := float64((n + 1) * (squares - float64(trace*trace)/q)); rest > 0 {
		rho = min(1, (squares+float64(trace*trace))/rest)
	}
	for j := range p {
		for k := range j + 1 {
			cov[j*p+k] *= 1 - rho
		}
		cov[j*p+j] += float64(rho * (trace / q))
	}
	if err := cholesky(cov, p); err != nil {
		return nil, err
	}
	return invertLower(cov, p), nil
}

// cholesky turns the lower triangle of a symmetric matrix of p rows into its
// Cholesky factor.
func cholesky(a []float64, p int) error {
	for j := range p {
		for i := j; i < p; i++ {
			sum := a[i*p+j]
			for k, v := range a[i*p:][:j] {
				sum -= float64(v * a[j*p+k])
			}
			if i > j {
				a[i*p+j] = sum / a[j*p+j]
				continue
			}
			if !(sum > 0) || math.IsInf(sum, 1) {
				return fmt.Errorf("the covariance of the features is not positive definite at feature %d", j)
			}
			a[j*p+j] = math.Sqrt(sum)
		}
	}
	return nil
}

// invertLower returns the inverse of a lower triangular matrix of p rows.
func invertLower(l []float64, p int) []float32 {
	inverse := make([]float64, p*p)
	for j := range p {
		inverse[j*p+j] = 1 / l[j*p+j]
		for i := j + 1; i < p; i++ {
			sum := 0.0
			for k := j; k < i; k++ {
				sum -= float64(l[i*p+k] * inverse[k*p+j])
			}
			inverse[i*p+j] = sum / l[i*p+i]
		}
	}
	out := make([]float32, p*p)
	for i, v := range inverse {
		out[i] = float32(v)
	}
	return out
}

// FitDensity describes the features of the training images, as they are without
// augmentation, and scales the distance by the known validation images. It
// belongs behind Fit and before Calibrate.
func (m *Model) FitDensity(ctx context.Context, d *Data, workers int) error {
	p, err := m.NewPredictor(evaluationBatch(d.train.count(), workers), workers)
	if err != nil {
		return err
	}
	defer p.Close()
	var rows [][]float32
	for start := 0; start < d.train.count(); start += p.batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		logits, err := p.logits(&d.train, start)
		if err != nil {
			return err
		}
		count := len(logits) / m.Loss.outputs(len(m.Labels))
		rows = slices.AppendSeq(rows, slices.Chunk(slices.Clone(p.net.Features()[:count*m.net.Features()]), m.net.Features()))
	}
	found := newDensity(m.density.known, m.density.features)
	if err := found.fit(rows, d.train.categories, d.train.labels); err != nil {
		return err
	}
	m.density = found
	outputs, _, err := m.knownOutputs(ctx, d, workers)
	if err != nil {
		return err
	}
	m.density.scale[0] = scaleOf(outputs, m.Loss.HasNA())
	return nil
}

// scaleOf returns the standard deviation of the largest known logits over that
// of the distances, or 1 where that is no number above 0.
func scaleOf(outputs []evaluate.Outputs, hasNA bool) float32 {
	logits, distances := make([]float64, len(outputs)), make([]float64, len(outputs))
	for i, o := range outputs {
		known := o.Logits
		if hasNA {
			known = known[1:]
		}
		logits[i], distances[i] = float64(slices.Max(known)), float64(o.Distance)
	}
	if s := float32(deviation(logits) / deviation(distances)); s > 0 && !math.IsInf(float64(s), 1) {
		return s
	}
	return 1
}

// deviation returns the standard deviation of the values.
func deviation(values []float64) float64 {
	n, mean, sum := float64(len(values)), 0.0, 0.0
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		sum += float64((v - mean) * (v - mean))
	}
	return math.Sqrt(sum / n)
}
