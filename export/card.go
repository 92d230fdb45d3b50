package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/gesturekit/gesturekit/dataset"
)

// writeCard writes the dataset's card, README.md, with the metadata in front
// that Hugging Face reads.
func (c contents) writeCard(w io.Writer) error {
	var b strings.Builder
	c.frontMatter(&b)
	fmt.Fprintf(&b, "\n# %s\n", inline(c.options.Name))
	if c.options.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", c.options.Description)
	}
	c.facts(&b)
	c.table(&b)
	c.split(&b)
	c.quarantine(&b)
	c.auditResult(&b)
	b.WriteString(usage)
	_, err := io.WriteString(w, b.String())
	return err
}

func (c contents) frontMatter(b *strings.Builder) {
	b.WriteString("---\n")
	fmt.Fprintf(b, "pretty_name: %s\n", quote(c.options.Name))
	switch l := c.options.License; {
	case l == "":
	case spdx(l):
		fmt.Fprintf(b, "license: %s\n", strings.ToLower(l))
	default:
		fmt.Fprintf(b, "license: other\nlicense_name: other\nlicense_link: %s\n", quote(l))
	}
	fmt.Fprintf(b, "task_categories:\n- image-classification\nsize_categories:\n- %s\n", sizeCategory(len(c.manifest.Samples)))
	b.WriteString("tags:\n- hand-gestures\n- open-set-recognition\n")
	b.WriteString("configs:\n- config_name: default\n  drop_labels: false\n  metadata_filenames:\n  - " + SamplesFile + "\n  data_files:\n")
	for _, r := range dataset.Roles() {
		fmt.Fprintf(b, "  - split: %s\n    path: %s/**\n", r, r)
	}
	b.WriteString("---\n")
}

// quote writes text as a YAML double-quoted scalar, which JSON's strings are.
func quote(text string) string {
	data, err := json.Marshal(text)
	if err != nil { // not of a string
		return `""`
	}
	return string(data)
}

func spdx(license string) bool { return regexp.MustCompile(`^[A-Za-z0-9.+-]+$`).MatchString(license) }

// sizeCategory is Hugging Face's name for a number of samples.
func sizeCategory(n int) string {
	names := []string{"n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B"}
	i := 0
	for limit := 1000; n >= limit && i < len(names)-1; limit *= 10 {
		i++
	}
	return names[i]
}

// inline makes text fit into a line and a cell of a Markdown table.
func inline(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

func (c contents) facts(b *strings.Builder) {
	b.WriteString("\n")
	for _, f := range []struct{ what, text string }{
		{"Licence", c.options.License}, {"Creator", c.options.Creator}, {"Address", c.options.URL},
		{"Published", c.options.Published}, {"Version", c.options.Release},
	} {
		if f.text != "" {
			fmt.Fprintf(b, "- %s: %s\n", f.what, inline(f.text))
		}
	}
	if c.options.License == "" {
		b.WriteString("- Licence: none was given\n")
	}
	fmt.Fprintf(b, "- Labels, in the order of a model's outputs (`labels.txt`): %s\n", inline(strings.Join(c.labels, ", ")))
}

// count is a row of the card's table: samples by role, and the augmented ones of train.
type count struct {
	category  string
	partition dataset.Partition
	label     string
	roles     map[dataset.Role]int
	augmented int
}

// table writes categories by roles, known first, and the groups of each role.
func (c contents) table(b *strings.Builder) {
	var rows []*count
	at, groups := map[string]*count{}, map[dataset.Role]map[string]bool{}
	all := &count{category: "**all**", roles: map[dataset.Role]int{}}
	for _, r := range dataset.Roles() {
		groups[r] = map[string]bool{}
	}
	for i := range c.manifest.Samples {
		s := &c.manifest.Samples[i]
		row := at[s.Category]
		if row == nil {
			row = &count{inline(s.Category), s.Partition, inline(c.labels[s.Label]), map[dataset.Role]int{}, 0}
			at[s.Category], rows = row, append(rows, row)
		}
		groups[s.Role][s.Group] = true
		for _, row := range []*count{row, all} {
			row.roles[s.Role]++
			if s.Parent != "" {
				row.augmented++
			}
		}
	}
	order := dataset.Partitions()
	slices.SortFunc(rows, func(a, b *count) int {
		return cmp.Or(slices.Index(order, a.partition)-slices.Index(order, b.partition), strings.Compare(a.category, b.category))
	})
	b.WriteString("\n## Samples\n\n| category | partition | label | train | of these augmented | validation | test |\n|---|---|---|---:|---:|---:|---:|\n")
	for _, r := range append(rows, all) {
		fmt.Fprintf(b, "| %s | %s | %s | %d | %d | %d | %d |\n", r.category, r.partition, r.label,
			r.roles[dataset.Train], r.augmented, r.roles[dataset.Validation], r.roles[dataset.Test])
	}
	fmt.Fprintf(b, "| groups (persons or sessions) | | | %d | | %d | %d |\n",
		len(groups[dataset.Train]), len(groups[dataset.Validation]), len(groups[dataset.Test]))
	b.WriteString("\nKnown categories have a label each. Unknown ones are trained as `na`, no known gesture. Unseen ones are in\n" +
		"the test only, where the right answer is `na`; `manifest.csv` tells them from unknown ones.\n" +
		"No group is in two roles.\n")
}

// split says what was asked of the split and what came out.
func (c contents) split(b *strings.Builder) {
	b.WriteString("\n## Split\n\n")
	for _, line := range c.lock.Report() {
		fmt.Fprintf(b, "- %s\n", inline(line))
	}
	b.WriteString("\n`split.lock.json` records how the roles were dealt.\n")
}

// quarantine counts what was set aside, by reason.
func (c contents) quarantine(b *strings.Builder) {
	n, reasons := map[string]int{}, []string{}
	for _, a := range c.aside {
		if n[a.reason]++; n[a.reason] == 1 {
			reasons = append(reasons, a.reason)
		}
	}
	slices.Sort(reasons)
	b.WriteString("\n## Set aside\n\n")
	if len(c.aside) == 0 {
		b.WriteString("Nothing.\n")
		return
	}
	for _, r := range reasons {
		fmt.Fprintf(b, "- %d %s\n", n[r], inline(r))
	}
	b.WriteString("\n`quarantine.csv` says why of each.\n")
}

// auditResult says what the audit found, or that there was none.
func (c contents) auditResult(b *strings.Builder) {
	b.WriteString("\n## Audit\n\n")
	if c.audit == nil {
		b.WriteString("Not audited: `gesturekit audit` looks for copies in two roles and under two categories.\n")
		return
	}
	word := "passed"
	if !c.audit.Passed {
		word = "**not passed**"
	}
	fmt.Fprintf(b, "`gesturekit audit` of %d samples, unused ones included: %s.\n\n", c.audit.Samples, word)
	b.WriteString("| check | level | faults | leaks | conflicts | duplicates |\n|---|---|---:|---:|---:|---:|\n")
	for _, n := range c.audit.Checks {
		fmt.Fprintf(b, "| %s | %s | %d | %d | %d | %d |\n", inline(string(n.Check)), inline(string(n.Level)), n.Faults, n.Leaks, n.Conflicts, n.Duplicates)
	}
	b.WriteString("\n`audit.json` has every finding.\n")
}

// usage tells how to load the folder.
const usage = "\n## Loading\n\n" +
	"    torchvision.datasets.ImageFolder(\"train\")              # numbers the folders by name: see below\n" +
	"    datasets.load_dataset(\".\")                             # Hugging Face, with every column\n" +
	"    keras.utils.image_dataset_from_directory(\"train\", class_names=[...])\n" +
	"    ImageDataLoaders.from_csv(\".\", \"labels.csv\", valid_col=\"is_valid\")   # fastai: train and validation\n" +
	"    mlcroissant.Dataset(\"croissant.json\").records(\"samples\")\n\n" +
	"Loaders that number folders number them by name. The order of a model's outputs is that of `labels.txt`, with\n" +
	"`na` as 0; translate by name. `checksums.sha256` is for `sha256sum --check`, and `gesturekit verify` checks all else too.\n"
