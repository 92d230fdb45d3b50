package report

import (
	"math"
	"strconv"

	"github.com/gesturekit/gesturekit/evaluate"
)

// none stands where there is nothing to count.
const none = "n/a"

// percent writes a proportion with one decimal. 100 % and 0 % are kept for
// what is exactly that.
func percent(p evaluate.Proportion) string {
	v, ok := p.Value()
	switch {
	case !ok:
		return none
	case p.Count == 0 || p.Count == p.Of:
		return strconv.Itoa(int(v*100)) + "\u00a0%"
	}
	return strconv.FormatFloat(min(max(math.Round(v*1000), 1), 999)/10, 'f', 1, 64) + "\u00a0%"
}

// counts writes a proportion as "3 of 4".
func counts(p evaluate.Proportion) string {
	return strconv.Itoa(p.Count) + " of " + strconv.Itoa(p.Of)
}

// share writes a proportion with its counts: "75.0 % (3 of 4)".
func share(p evaluate.Proportion) string {
	if p.Of == 0 {
		return none
	}
	return percent(p) + " (" + counts(p) + ")"
}

// level writes a level of confidence as a whole percentage.
func level(v float64) string { return strconv.Itoa(int(math.Round(100*v))) + " %" }

// ratio writes a proportion with three decimals.
func ratio(p evaluate.Proportion) string {
	if v, ok := p.Value(); ok {
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	return none
}

// area writes a number with three decimals, or that there is none.
func area(v *float64) string {
	if v == nil {
		return none
	}
	return strconv.FormatFloat(*v, 'f', 3, 64)
}

// number writes a number with at most four digits.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// score writes a score or a threshold with three decimals.
func score(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

// scoreName says in words what a threshold is compared with.
func scoreName(s evaluate.Score) string {
	switch s {
	case evaluate.MaxLogit:
		return "the largest logit"
	case evaluate.Energy:
		return "the energy"
	case evaluate.Mahalanobis:
		return "minus the distance to the training images"
	case evaluate.Combined:
		return "the largest logit less the distance to the training images"
	}
	return "the largest probability"
}
