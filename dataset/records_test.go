package dataset

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
)

func FuzzRecordsReadAsEncodingCSV(f *testing.F) {
	for _, in := range []string{
		"", "a,b\n", "a,b\r\n\r\n1,2\r\n", "a,b\n1\n", "a,b\n1,\"x\ny\"\n3,4", "a\r", "a,b\n1,2\r", "\ufeffa\n", "a,b\n1,x\"y\n", "a\n\n\n\"b", "a,b\n\"\"\"\",2\n5\n",
		"a,b\n1,2\n3,\"4\n\"\n5,6", "a,b\n1,2\n3", "\n\n", strings.Repeat("x", bufferSize+9) + ",b\n1,2\n",
	} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		want := csv.NewReader(strings.NewReader(strings.TrimPrefix(in, "\ufeff")))
		got := newRecords(strings.NewReader(in))
		for {
			row, wantErr := want.Read()
			mine, err := got.read()
			if (err == nil) != (wantErr == nil) || err == io.EOF != (wantErr == io.EOF) {
				t.Fatalf("got %v, want %v", err, wantErr)
			}
			if err != nil {
				if err != io.EOF && err.Error() != wantErr.Error() {
					t.Errorf("got %v, want %v", err, wantErr)
				}
				return
			}
			if !slices.Equal(row, mine) {
				t.Fatalf("got %q, want %q", mine, row)
			}
			if line, _ := want.FieldPos(0); line != got.line {
				t.Errorf("%q: line %d, want %d", row, got.line, line)
			}
		}
	})
}

func FuzzAppendRecordQuotesAsEncodingCSV(f *testing.F) {
	for _, in := range []string{"", `\.`, " a", "a b", "a,b", "a\"b", "\u00a0x", "\r", "é"} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var want strings.Builder
		w := csv.NewWriter(&want)
		if err := w.Write([]string{"x", in}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if got := string(appendRecord([]byte("before"), []string{"x", in})); got != "before"+want.String() {
			t.Errorf("got %q, want %q", got, want.String())
		}
	})
}
