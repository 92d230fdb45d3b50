package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func rowsOf(rows []row) (out []string) {
	for _, r := range rows {
		out = append(out, r.path+"|"+r.group+"|"+r.category)
	}
	return out
}

func TestReadLines(t *testing.T) {
	g := Groups{Path: "file", Group: "who", Category: "shows"}
	rows, err := readRows("a.jsonl", strings.NewReader("\ufeff{\"file\": \"a.jpg\", \"who\": 7, \"shows\": \"fist\", \"box\": [1]}\r\n\n{\"file\": \" b.jpg \", \"who\": \"bob\", \"shows\": null}"), g)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.jpg|7|fist", "b.jpg|bob|"}, rowsOf(rows)); diff != "" || rows[1].line != 3 {
		t.Errorf("%s; line %d, want 3", diff, rows[1].line)
	}
	for in, want := range map[string]string{
		"": "it is empty", "{\"file\": \"a\"}\n": `line 1: no key "who": name the right one in ingest.groups.group`,
		"{\"who\": \"a\"}\n": `line 1: no key "file"`, "\n[1]\n": "line 2: want a JSON object", "{\"file\": \"a\"": "line 1: want a JSON object",
		"{\"file\": \"a\", \"who\": [1]}\n":                        `line 1: key "who": want text or a number`,
		"{\"file\": \"\", \"who\": \"a\"}\n":                       `line 1: "file" is empty`,
		"{\"file\": \"a\\u0007\", \"who\": \"a\"}\n":               "control characters",
		"{\"file\": \"a\", \"who\": \"a\"} {}\n":                   "something stands behind it",
		"{\"file\": \"a\", \"who\": \"a\", \"shows\": {}}\n":       `key "shows"`,
		"{\"file\": \"\", \"who\": \"a\"}\n{\"file\": \"\"}\n{}\n": `line 3: no key "file"`,
	} {
		if _, err := readRows("a.jsonl", strings.NewReader(in), g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
}

func TestReadHaGRID(t *testing.T) {
	const ann = `{"00a": {"bboxes": [[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]], "labels": ["no_gesture", "like"], "user_id": "u1", "leading_conf": 1.0},
		"00b": {"labels": ["no_gesture"], "user_id": 2}, "00c": {"labels": ["like", "like"], "user_id": "u1"},
		"00d": {"labels": ["like", "ok"], "user_id": "u1"}, "00e": {"user_id": "u1"}, "00f": {"labels": ["like"]}}`
	rows, err := readRows("like.json", strings.NewReader(ann), Groups{})
	if err != nil {
		t.Fatal(err)
	}
	f := &folder{captures: []*capture{{path: "like/00a.jpg"}, {path: "no_gesture/00b.png"}}}
	if err := byStem(rows, f); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"like/00a.jpg|u1|like", "no_gesture/00b.png|2|no_gesture", "00c|u1|like", "00d|u1|", "00e|u1|", "00f||like"}, rowsOf(rows)); diff != "" {
		t.Error(diff)
	}
	for i, want := range []string{3: `its hands show ["like" "ok"]: want one gesture besides no_gesture`, 4: "it has no labels", 5: ""} {
		if !strings.HasPrefix(rows[i].doubt, want) || (want == "") != (rows[i].doubt == "") {
			t.Errorf("row %d: doubt %q, want %q", i, rows[i].doubt, want)
		}
	}
	f.captures = append(f.captures, &capture{path: "palm/00c.jpg"}, &capture{path: "like/00c.jpg"})
	rows[2].path = "00c"
	if err := byStem(rows, f); err == nil || !strings.Contains(err.Error(), `image "00c" may be any of`) {
		t.Errorf("two captures of one name: %v", err)
	}
	for in, want := range map[string]string{
		"": "byte 0: want HaGRID's annotations", "{}": "it lists no image", "[]": "want HaGRID's", `{"a": 1}`: "want HaGRID's",
		`{"a": {"labels": ["like"], "user_id": []}}`:           `image "a": user_id: want text or a number`,
		`{"a": {"labels": ["like"], "user_id": "u"}} {"b": 1}`: "something stands behind",
		`{"": {"labels": ["like"], "user_id": "u"}}`:           "is empty",
	} {
		if _, err := readRows("a.json", strings.NewReader(in), Groups{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
}

func FuzzReadRows(f *testing.F) {
	f.Add("a.jsonl", "{\"path\": \"a.jpg\", \"person\": 7, \"category\": \"fist\"}\n")
	f.Add("a.json", `{"a": {"labels": ["like", "no_gesture"], "user_id": "u"}}`)
	f.Add("a.csv", "path;person\na.jpg;7\n")
	g := Default().Groups
	f.Fuzz(func(t *testing.T, name, text string) {
		rows, err := readRows(name, strings.NewReader(text), g)
		if err != nil {
			return
		}
		for _, r := range rows {
			if err := r.check("path"); err != nil {
				t.Errorf("%q: a row that may not be: %+v: %v", text, r, err)
			}
		}
	})
}
