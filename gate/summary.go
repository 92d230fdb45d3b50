package gate

import (
	"fmt"
	"io"
	"strings"

	"github.com/gesturekit/gesturekit/report"
)

// Summary is what a job has to say about itself.
type Summary struct {
	Failed   error            // why the run ended early, or nil
	Report   *report.Document // nil when there is none
	Baseline *report.Document // nil without one
	Outcomes []Outcome
	Notes    []string // warnings
}

// WriteMarkdown writes the summary as GitHub-flavoured Markdown.
func (s Summary) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("## " + s.heading() + "\n\n")
	if s.Failed != nil {
		b.WriteString("```text\n" + strings.ReplaceAll(s.Failed.Error(), "```", "'''") + "\n```\n\n")
	}
	if len(s.Outcomes) > 0 {
		b.WriteString("| gate | value | interval | want | |\n|:--|--:|--:|--:|:--|\n")
		for _, o := range s.Outcomes {
			verdict := "✅ passed"
			if !o.Passed {
				verdict = "❌ **failed**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", o.Name(), number(o.Value), o.interval(), cell(o.want()), verdict)
		}
		b.WriteString("\n")
	}
	if s.Report != nil {
		s.figures(&b)
	}
	for _, n := range s.Notes {
		b.WriteString("- ⚠️ " + cell(n) + "\n")
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

func (s Summary) heading() string {
	failed := 0
	for _, o := range s.Outcomes {
		if !o.Passed {
			failed++
		}
	}
	switch {
	case s.Failed != nil && s.Report == nil:
		return "gesturekit: the run failed"
	case s.Failed != nil:
		return "gesturekit: the gates could not be checked"
	case failed > 0:
		return fmt.Sprintf("gesturekit: %d of %d gates failed", failed, len(s.Outcomes))
	case len(s.Outcomes) > 0:
		return fmt.Sprintf("gesturekit: all %d gates passed", len(s.Outcomes))
	}
	return "gesturekit: done"
}

// figures writes the numbers of the test, beside the baseline's.
func (s Summary) figures(b *strings.Builder) {
	base := map[string]*float64{}
	head, line := "| figure | value | interval |", "|:--|--:|--:|"
	if s.Baseline != nil {
		head, line = head+" baseline |", line+"--:|"
		for _, f := range Figures(*s.Baseline) {
			base[f.Name] = f.Value
		}
	}
	b.WriteString("<details><summary>" + cell(s.Report.Title) + "</summary>\n\n" + head + "\n" + line + "\n")
	for _, f := range Figures(*s.Report) {
		o := Outcome{Value: f.Value}
		if all := s.Report.Metrics.Intervals; all != nil {
			if i, ok := all.Figures[f.Name]; ok {
				o.Interval = &i
			}
		}
		fmt.Fprintf(b, "| %s | %s | %s |", f.Name, number(f.Value), o.interval())
		if s.Baseline != nil {
			fmt.Fprintf(b, " %s |", number(base[f.Name]))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n</details>\n\n")
}

// cell keeps text from ending a table's cell or being read as markup.
func cell(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "\n", " ", "\r", " ", "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`).Replace(s)
}
