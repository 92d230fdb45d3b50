package gate

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// Suite is a group of test cases in a JUnit file.
type Suite struct {
	Name  string
	Cases []Case
}

// Case is one test case. It passed unless Failure or Error says otherwise.
type Case struct {
	Name    string
	Seconds float64
	Failure string // what was found and what was wanted
	Error   string // why the case could not be decided
	Skipped bool
	Output  string
}

// suite returns the outcomes as a suite.
func suite(outcomes []Outcome) Suite {
	s := Suite{Name: "gates"}
	for _, o := range outcomes {
		c := Case{Name: o.Name(), Output: o.String()}
		if !o.Passed {
			c.Failure = o.String()
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property,omitempty"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Error   *junitMessage `xml:"error"`
	Skipped *struct{}     `xml:"skipped"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func message(text string) *junitMessage {
	if text == "" {
		return nil
	}
	first, _, _ := strings.Cut(text, "\n")
	return &junitMessage{Message: first, Text: text}
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }

// WriteJUnit writes the stages of a run and the gates as JUnit XML. environment
// says on what they ran, as pairs of name and value.
func WriteJUnit(w io.Writer, stages []Case, outcomes []Outcome, environment [][2]string) error {
	var out junitSuites
	for _, s := range []Suite{{Name: "stages", Cases: stages}, suite(outcomes)} {
		if len(s.Cases) == 0 {
			continue
		}
		x := junitSuite{Name: s.Name, Tests: len(s.Cases)}
		for _, e := range environment {
			x.Properties = append(x.Properties, junitProperty{e[0], e[1]})
		}
		total := 0.0
		for _, c := range s.Cases {
			total += c.Seconds
			j := junitCase{
				Class: "gesturekit." + s.Name, Name: c.Name, Time: seconds(c.Seconds),
				Failure: message(c.Failure), Error: message(c.Error), Output: c.Output,
			}
			switch {
			case c.Failure != "":
				x.Failures++
			case c.Error != "":
				x.Errors++
			case c.Skipped:
				x.Skipped++
				j.Skipped = &struct{}{}
			}
			x.Cases = append(x.Cases, j)
		}
		x.Time = seconds(total)
		out.Tests, out.Failures, out.Errors = out.Tests+x.Tests, out.Failures+x.Failures, out.Errors+x.Errors
		out.Suites = append(out.Suites, x)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
