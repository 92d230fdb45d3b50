package ingest

import (
	"fmt"
	"strings"
	"testing"
)

func FuzzReadTable(f *testing.F) {
	f.Add("path,category,number,person\nDataset/0/a.jpg,0,1118,p000\n")
	f.Add("\ufeffpath;person\r\n\"a;b\";x\r\n")
	f.Add("path\tperson\n\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		g := Default().Groups
		rows, err := readTable(strings.NewReader(text), g)
		if err != nil {
			return
		}
		last := 1
		for _, r := range rows {
			if r.path == "" || r.line <= last || !plain(r.path) || !plain(r.group) || !plain(r.category) {
				t.Errorf("row %+v behind line %d", r, last)
			}
			last = r.line
		}
		captures := &folder{root: t.TempDir(), captures: []*capture{{path: "a"}, {path: "b/c"}}}
		table, missing, err := match(rows, captures, captures.root)
		if err == nil && len(table.rows)+len(missing) > len(rows) {
			t.Errorf("%d rows become %d", len(rows), len(table.rows)+len(missing))
		}
	})
}

func TestNamesStayApart(t *testing.T) {
	sum := func(head string) string { return head + strings.Repeat("0", 64-len(head)) }
	captures := []*capture{
		{category: "a", group: "g", sha256: sum("11111111")},
		{category: "A!", group: "g", sha256: sum("111111112")},
		{category: "b", group: "g", sha256: sum("11111111")},
		{category: "a", group: "g", sha256: sum("22222222222222221")},
		{category: "a", group: "g", sha256: sum("22222222222222223")},
	}
	nameSamples(captures)
	want := []string{"a-g-1111111100000000", "a-g-1111111120000000", "b-g-11111111", "a-g-" + sum("22222222222222221")[:32], "a-g-" + sum("22222222222222223")[:32]}
	for i, c := range captures {
		if c.id != want[i] {
			t.Errorf("%d: ID %q, want %q", i, c.id, want[i])
		}
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"fist": "fist", "Thumbs Up": "thumbs_up", "  a--b__c ": "a_b_c", "拳头": "x", "": "x", "été": "t", "-": "x",
		strings.Repeat("ab ", 30): "ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_ab_a",
	} {
		if got := slug(in); got != want {
			t.Errorf("slug(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestQuotedIsBounded(t *testing.T) {
	var names []string
	for i := range 12 {
		names = append(names, fmt.Sprint(i))
	}
	if got := quoted(names); !strings.HasSuffix(got, `"9" and 2 more`) {
		t.Error(got)
	}
}

// A merged group takes the name of the known one in it, else of the first; two
// known ones stay apart.
func TestMergedGroups(t *testing.T) {
	for name, c := range map[string]struct{ pairs, want string }{
		"first":         {"c-b b-a", "a=a b=a c=a P=P Q=Q"},
		"known":         {"a-P", "a=P b=b c=c P=P Q=Q"},
		"known later":   {"a-b c-a b-Q", "a=Q b=Q c=Q P=P Q=Q"},
		"known earlier": {"Q-c c-a", "a=Q b=b c=Q P=P Q=Q"},
		"two known":     {"a-P b-Q a-b", "a=P b=Q c=c P=P Q=Q"},
		"again":         {"a-b a-b b-c a-c", "a=a b=a c=a P=P Q=Q"},
	} {
		m := merger{first: map[string]int{"a": 0, "P": 1, "b": 2, "Q": 3, "c": 4}, known: map[string]bool{"P": true, "Q": true}, above: map[string]string{}}
		for _, p := range strings.Fields(c.pairs) {
			m.merge(p[:1], p[2:])
		}
		var got []string
		for _, g := range []string{"a", "b", "c", "P", "Q"} {
			got = append(got, g+"="+m.top(g))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
