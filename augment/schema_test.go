package augment

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/gesturekit/gesturekit/internal/golden"
)

func TestGeneratedDocs(t *testing.T) {
	golden.Equal(t, "../docs/augment.md", Markdown())
	schema, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "../docs/recipe.schema.json", schema)
}

// TestSchemaAgreesWithParse gives both recipes that one of them might refuse.
func TestSchemaAgreesWithParse(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	good := []string{"[]", "standard", "[rotate]", "[{rotate: }]", "[{p: 0.5, zoom: {factor: 2}}]", "[{one_of: [blur, noise], p: 0.1}]",
		"[{some_of: [blur, {noise: {iso: 3}}], count: [0, 2]}]", "[{border: {mode: constant, level: 1}}]", "[{noise: {seed: [1, 4294967295]}}]"}
	for _, name := range Presets() {
		good = append(good, presetText(name))
	}
	for _, op := range Ops() {
		good = append(good, "- "+op.Name, recipe(t, "- "+op.Name).String())
	}
	bad := []string{"standart", "5", "{rotate: }", "[rotat]", "[one_of]", "[[rotate]]", "[{p: 1}]", "[{rotate: , zoom: }]", "[{rotate: , p: 2}]",
		"[{rotate: 5}]", "[{rotate: {degress: 5}}]", "[{rotate: {degrees: 361}}]", "[{rotate: {degrees: [1]}}]", "[{rotate: {degrees: [1, 2, 3]}}]",
		"[{rotate: {degrees: a}}]", "[{noise: {seed: 1.5}}]", "[{border: {mode: reflekt}}]", "[{one_of: []}]", "[{some_of: [blur]}]",
		"[{one_of: [blur], count: 1}]", "[{one_of: [{blur: {sigma: 1}}]}]"}
	for i, text := range append(good, bad...) {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		_, err := Parse([]byte(text))
		want := i < len(good)
		if got := fits(schema, schema, plain(t, v)); got != want || (err == nil) != want {
			t.Errorf("%s: the schema accepts it: %v, the parser says %v; want both to accept: %v", text, got, err, want)
		}
	}
}

// plain returns a value as JSON decodes it.
func plain(t *testing.T, v any) (out any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fits is as much of a JSON schema validator as the schema needs.
func fits(root, schema map[string]any, v any) bool {
	matching := func(list any) (count int) {
		for _, s := range list.([]any) {
			if fits(root, s.(map[string]any), v) {
				count++
			}
		}
		return count
	}
	members, isObject := v.(map[string]any)
	items, isArray := v.([]any)
	number, isNumber := v.(float64)
	for key, want := range schema {
		ok := true
		switch key {
		case "$ref":
			at := root
			for part := range strings.SplitSeq(strings.TrimPrefix(want.(string), "#/"), "/") {
				at = at[part].(map[string]any)
			}
			ok = fits(root, at, v)
		case "anyOf":
			ok = matching(want) > 0
		case "oneOf":
			ok = matching(want) == 1
		case "enum":
			ok = slices.Contains(want.([]any), v)
		case "type":
			ok = isType(want, v)
		case "minimum":
			ok = !isNumber || number >= want.(float64)
		case "maximum":
			ok = !isNumber || number <= want.(float64)
		case "minItems":
			ok = !isArray || len(items) >= int(want.(float64))
		case "maxItems":
			ok = !isArray || len(items) <= int(want.(float64))
		case "items":
			for _, item := range items {
				ok = ok && fits(root, want.(map[string]any), item)
			}
		case "required":
			ok = !isObject || has(members, want)
		case "dependentRequired":
			for name, needs := range want.(map[string]any) {
				ok = ok && (members[name] == nil || has(members, needs))
			}
		case "properties":
			for name, s := range want.(map[string]any) {
				if m, there := members[name]; there {
					ok = ok && fits(root, s.(map[string]any), m)
				}
			}
		case "additionalProperties":
			for name := range members {
				ok = ok && schema["properties"].(map[string]any)[name] != nil
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func has(members map[string]any, names any) bool {
	for _, name := range names.([]any) {
		if _, there := members[name.(string)]; !there {
			return false
		}
	}
	return true
}

func isType(want, v any) bool {
	if list, several := want.([]any); several {
		return slices.ContainsFunc(list, func(w any) bool { return isType(w, v) })
	}
	switch v := v.(type) {
	case nil:
		return want == "null"
	case string:
		return want == "string"
	case float64:
		return want == "number" || want == "integer" && v == float64(int64(v))
	case []any:
		return want == "array"
	}
	return want == "object"
}
