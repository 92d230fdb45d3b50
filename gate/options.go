// Package gate holds a report to bounds, so that a build can fail on a model
// that got worse, and writes the outcome for CI systems: JUnit XML, a Markdown
// summary and GitHub annotations.
//
// Everything here is a function of a report and the settings: no clock, no
// environment, no file.
package gate

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Options are the gates. A figure without a bound has none. The names of the
// figures are those of evaluate.Figure and of this package's counts.
type Options struct {
	OverallAccuracy     Bound `yaml:"overall_accuracy" doc:"bound on the share of all test images that come out right, such as \">= 0.9\""`
	KnownAccuracy       Bound `yaml:"known_accuracy" doc:"bound on the share of known test images named right, with the threshold"`
	KnownOnlyAccuracy   Bound `yaml:"known_only_accuracy" doc:"bound on the same share without the threshold"`
	NARecall            Bound `yaml:"na_recall" doc:"bound on the share of unknown and unseen test images that are rejected"`
	UnknownRecall       Bound `yaml:"unknown_recall" doc:"bound on the share of unknown test images that are rejected"`
	UnseenRecall        Bound `yaml:"unseen_recall" doc:"bound on the share of unseen test images that are rejected"`
	NAPrecision         Bound `yaml:"na_precision" doc:"bound on the share of rejected test images that were to be rejected"`
	OpenMacroF1         Bound `yaml:"open_macro_f1" doc:"bound on the mean F1 of the known labels"`
	WorstLabelRecall    Bound `yaml:"worst_label_recall" doc:"bound on the lowest recall of a known label"`
	WorstGroupAccuracy  Bound `yaml:"worst_group_accuracy" doc:"bound on the lowest overall accuracy of a person or session of the test"`
	ECE                 Bound `yaml:"ece" doc:"bound on the expected calibration error over all test images, such as \"<= 0.1\""`
	ECEKnown            Bound `yaml:"ece_known" doc:"bound on the expected calibration error over the known test images"`
	AUROCUnknown        Bound `yaml:"auroc_unknown" doc:"bound on the area under the ROC curve, known against unknown"`
	AUPRInUnknown       Bound `yaml:"aupr_in_unknown" doc:"bound on the average precision of known among known and unknown"`
	AUPROutUnknown      Bound `yaml:"aupr_out_unknown" doc:"bound on the average precision of unknown among known and unknown"`
	FPRAt95Unknown      Bound `yaml:"fpr_at_95_unknown" doc:"bound on the share of unknown accepted where 95 % of known are"`
	OSCRAreaUnknown     Bound `yaml:"oscr_area_unknown" doc:"bound on the area under the OSCR curve, known against unknown"`
	CCRAt1In1000Unknown Bound `yaml:"ccr_at_1_in_1000_unknown" doc:"bound on the share of known named right where at most 1 in 1000 of unknown is accepted"`
	CCRAt1In100Unknown  Bound `yaml:"ccr_at_1_in_100_unknown" doc:"bound on the share of known named right where at most 1 in 100 of unknown is accepted"`
	CCRAt1In10Unknown   Bound `yaml:"ccr_at_1_in_10_unknown" doc:"bound on the share of known named right where at most 1 in 10 of unknown is accepted"`
	AUROCUnseen         Bound `yaml:"auroc_unseen" doc:"bound on the area under the ROC curve, known against unseen"`
	AUPRInUnseen        Bound `yaml:"aupr_in_unseen" doc:"bound on the average precision of known among known and unseen"`
	AUPROutUnseen       Bound `yaml:"aupr_out_unseen" doc:"bound on the average precision of unseen among known and unseen"`
	FPRAt95Unseen       Bound `yaml:"fpr_at_95_unseen" doc:"bound on the share of unseen accepted where 95 % of known are"`
	OSCRAreaUnseen      Bound `yaml:"oscr_area_unseen" doc:"bound on the area under the OSCR curve, known against unseen"`
	CCRAt1In1000Unseen  Bound `yaml:"ccr_at_1_in_1000_unseen" doc:"bound on the share of known named right where at most 1 in 1000 of unseen is accepted"`
	CCRAt1In100Unseen   Bound `yaml:"ccr_at_1_in_100_unseen" doc:"bound on the share of known named right where at most 1 in 100 of unseen is accepted"`
	CCRAt1In10Unseen    Bound `yaml:"ccr_at_1_in_10_unseen" doc:"bound on the share of known named right where at most 1 in 10 of unseen is accepted"`
	AUROCAll            Bound `yaml:"auroc_all" doc:"bound on the area under the ROC curve, known against unknown and unseen"`
	AUPRInAll           Bound `yaml:"aupr_in_all" doc:"bound on the average precision of known among all"`
	AUPROutAll          Bound `yaml:"aupr_out_all" doc:"bound on the average precision of unknown and unseen among all"`
	FPRAt95All          Bound `yaml:"fpr_at_95_all" doc:"bound on the share of unknown and unseen accepted where 95 % of known are"`
	OSCRAreaAll         Bound `yaml:"oscr_area_all" doc:"bound on the area under the OSCR curve, known against unknown and unseen"`
	CCRAt1In1000All     Bound `yaml:"ccr_at_1_in_1000_all" doc:"bound on the share of known named right where at most 1 in 1000 of unknown and unseen is accepted"`
	CCRAt1In100All      Bound `yaml:"ccr_at_1_in_100_all" doc:"bound on the share of known named right where at most 1 in 100 of unknown and unseen is accepted"`
	CCRAt1In10All       Bound `yaml:"ccr_at_1_in_10_all" doc:"bound on the share of known named right where at most 1 in 10 of unknown and unseen is accepted"`

	TrainSamples      Bound `yaml:"train_samples" doc:"bound on the captures in train of the known or unknown category that has fewest, such as \">= 50\""`
	ValidationSamples Bound `yaml:"validation_samples" doc:"bound on the captures in validation of the known or unknown category that has fewest"`
	TestSamples       Bound `yaml:"test_samples" doc:"bound on the captures in test of the category that has fewest"`
	TrainGroups       Bound `yaml:"train_groups" doc:"bound on the number of people or sessions in train"`
	ValidationGroups  Bound `yaml:"validation_groups" doc:"bound on the number of people or sessions in validation"`
	TestGroups        Bound `yaml:"test_groups" doc:"bound on the number of people or sessions in test"`

	Baseline  string   `yaml:"baseline" path:"file" doc:"report.json of an earlier run, which the figures of gates.compare must not fall behind"`
	Compare   []string `yaml:"compare" doc:"figures that are compared with the baseline"`
	Tolerance float64  `yaml:"tolerance" doc:"by how much a figure may be worse than the baseline's, 0..1"`
}

// Default returns the settings of a run that sets none: no gate.
func Default() Options {
	return Options{Compare: []string{"overall_accuracy", "known_accuracy", "unknown_recall", "unseen_recall"}, Tolerance: 0.01}
}

// bounded is a figure's name and bound.
type bounded struct {
	name  string
	bound Bound
}

// bounds lists the bounds of o in order, those of no effect too.
func (o Options) bounds() []bounded {
	var out []bounded
	v := reflect.ValueOf(o)
	for i := range v.NumField() {
		if b, ok := v.Field(i).Interface().(Bound); ok {
			out = append(out, bounded{v.Type().Field(i).Tag.Get("yaml"), b})
		}
	}
	return out
}

// Set tells whether there is any gate.
func (o Options) Set() bool {
	return o.Baseline != "" || slices.ContainsFunc(o.bounds(), func(b bounded) bool { return b.bound.Operator != "" })
}

// isCount tells a figure that counts from one that is a rate.
func isCount(name string) bool {
	return strings.HasSuffix(name, "_samples") || strings.HasSuffix(name, "_groups")
}

// Validate reports every setting out of its range.
func (o Options) Validate() error {
	var errs []error
	var names []string
	for _, b := range o.bounds() {
		if l := b.bound.Limit; !isCount(b.name) && !(l >= 0 && l <= 1) {
			errs = append(errs, fmt.Errorf("gates.%s is %q, want a bound from 0 to 1, for it is a rate", b.name, b.bound))
		} else if l < 0 {
			errs = append(errs, fmt.Errorf("gates.%s is %q, want a bound from 0, for it is a count", b.name, b.bound))
		}
		if !isCount(b.name) {
			names = append(names, b.name)
		}
	}
	if !(o.Tolerance >= 0 && o.Tolerance <= 1) {
		errs = append(errs, fmt.Errorf("gates.tolerance is %v, want a number from 0 to 1", o.Tolerance))
	}
	for _, name := range o.Compare {
		if !slices.Contains(names, name) {
			errs = append(errs, fmt.Errorf("gates.compare has %q, want any of %s", name, strings.Join(names, ", ")))
		}
	}
	if o.Baseline != "" && len(o.Compare) == 0 {
		errs = append(errs, errors.New("gates.compare is empty: want the figures to compare with gates.baseline"))
	}
	return errors.Join(errs...)
}
