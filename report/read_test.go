package report_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gesturekit/gesturekit/report"
)

func TestReadDocument(t *testing.T) {
	good := run(t, standard(), report.Default(), 2)[report.JSONFile]
	d, err := report.ReadDocument(bytes.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := d.Write(&again); err != nil || !bytes.Equal(again.Bytes(), good) {
		t.Errorf("%v, or read and written it differs: %s", err, cmp.Diff(string(good), again.String()))
	}
	replace := func(old, new string) string {
		out := strings.Replace(string(good), old, new, 1)
		if out == string(good) {
			t.Fatalf("there is no %s", old)
		}
		return out
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":              {"", "not JSON of a report: EOF"},
		"cut":                {string(good[:len(good)/2]), "not JSON of a report: unexpected EOF"},
		"list":               {"[]", "not JSON of a report"},
		"two":                {string(good) + "{}", "something behind the report"},
		"later schema":       {replace(`"schema": 1`, `"schema": 2`), "schema 2, want 1: make the report again"},
		"no schema":          {replace(`"schema": 1,`, ``), "schema 0, want 1"},
		"schema as text":     {replace(`"schema": 1`, `"schema": "1"`), "not JSON of a report"},
		"schema of metrics":  {replace(`"schema": 3`, `"schema": 4`), "metrics: invalid input: schema 4, want 3"},
		"threshold above":    {replace(`"threshold": 0.4`, `"threshold": 1.5`), "threshold 1.5: want a number in [0, 1]"},
		"threshold below":    {replace(`"threshold": 0.4`, `"threshold": -0.1`), "threshold -0.1: want a number in [0, 1]"},
		"threshold NaN":      {replace(`"threshold": 0.4`, `"threshold": NaN`), "invalid character 'N'"},
		"unknown score":      {replace(`"score": ""`, `"score": "odds"`), `score "odds": want max-probability`},
		"category missing":   {replace("\"five\",\n", "\n"), "test: the matrices do not fit 6 labels"},
		"matrix without row": {replace(`"confusion_all": [`, `"confusion_all": [[],`), "test: the matrices do not fit 7 labels"},
		"more than all":      {replace(`"count": 138`, `"count": 155`), "155 out of 154: want 0 <= count <= of"},
	} {
		got, err := report.ReadDocument(strings.NewReader(c.text))
		if !errors.Is(err, report.ErrDocument) || !strings.Contains(err.Error(), c.want) || got.Schema != 0 {
			t.Errorf("%s: got %v, want ErrDocument with %q, and no document", name, err, c.want)
		}
	}
}
