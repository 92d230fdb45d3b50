package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/internal/golden"
	"github.com/gesturekit/gesturekit/report"
)

const schemaFile = "../docs/report.schema.json"

// TestSchemaIsGenerated keeps the JSON schema of report.json in step with the Go
// types and their comments; -update rewrites it.
func TestSchemaIsGenerated(t *testing.T) {
	g := generator{defs: map[string]any{}, types: map[string]reflect.Type{}, comments: map[string]string{}}
	g.read(t, "../report")
	g.read(t, "../evaluate")
	g.read(t, "../audit")
	root := g.object(t, reflect.TypeFor[report.Document]())
	root["$schema"], root["title"], root["$defs"] = "https://json-schema.org/draft/2020-12/schema", "gesturekit report.json", g.defs
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, schemaFile, b.Bytes())
}

func TestReportsFitTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	fits := func(data []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	for name, f := range shapes() {
		if err := fits(run(t, f, report.Default(), 2)[report.JSONFile]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := document(t, run(t, standard(), report.Default(), 2))
	d.Environment = &report.Environment{Stages: []report.StageTiming{{Stage: "train"}}}
	var told bytes.Buffer
	if err := errors.Join(d.Write(&told), fits(told.Bytes())); err != nil {
		t.Error(err)
	}
	good := told.Bytes()
	for old, bad := range map[string]string{
		`"schema": 1`: `"schema": 2`, `"schema": 3`: `"schema": 4`, `"partition": "known"`: `"partition": "new"`,
		`"best_epoch"`: `"best"`, `"threshold": 0.4`: `"threshold": "0.4"`, `"negatives"`: `"negative"`,
		`"workers": 0`: `"workers": "0"`, `"images_per_second"`: `"rate"`,
	} {
		spoilt := bytes.Replace(good, []byte(old), []byte(bad), 1)
		if bytes.Equal(spoilt, good) || fits(spoilt) == nil {
			t.Errorf("%s in place of %s fits the schema, or is not there", bad, old)
		}
	}
}

// generator makes a JSON schema of what encoding/json writes of Go types.
type generator struct {
	defs     map[string]any
	types    map[string]reflect.Type // of the definitions
	comments map[string]string       // by type, and by type.field
}

// read collects the comments on the types of a package and on their fields.
func (g generator) read(t *testing.T, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	text := func(groups ...*ast.CommentGroup) string {
		for _, c := range groups {
			if c != nil {
				return strings.Join(strings.Fields(c.Text()), " ")
			}
		}
		return ""
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			d, ok := n.(*ast.GenDecl)
			if !ok || d.Tok != token.TYPE {
				return true
			}
			for _, s := range d.Specs {
				s := s.(*ast.TypeSpec)
				g.comments[s.Name.Name] = text(s.Doc, d.Doc)
				if body, ok := s.Type.(*ast.StructType); ok {
					for _, f := range body.Fields.List {
						for _, field := range f.Names {
							g.comments[s.Name.Name+"."+field.Name] = text(f.Doc, f.Comment)
						}
					}
				}
			}
			return true
		})
	}
}

func (g generator) object(t *testing.T, of reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		p := g.schema(t, f.Type)
		if c := g.comments[of.Name()+"."+f.Name]; c != "" {
			p["description"] = c
		}
		switch of {
		case reflect.TypeFor[report.Document]():
			if f.Name == "Schema" {
				p["const"] = report.Schema
			}
		case reflect.TypeFor[evaluate.Result]():
			if f.Name == "Schema" {
				p["const"] = evaluate.ResultSchema
			}
		}
		properties[name] = p
		required = append(required, name)
	}
	out := map[string]any{"type": "object", "properties": properties, "required": required}
	if c := g.comments[of.Name()]; c != "" {
		out["description"] = c
	}
	return out
}

// schema returns the schema of a type; a struct's is a reference.
func (g generator) schema(t *testing.T, of reflect.Type) map[string]any {
	switch of {
	case reflect.TypeFor[dataset.Partition]():
		return enum(dataset.Partitions())
	case reflect.TypeFor[evaluate.Kind]():
		return enum(evaluate.Kinds())
	case reflect.TypeFor[evaluate.Score]():
		return enum(append(evaluate.Scores(), ""))
	case reflect.TypeFor[evaluate.Proportion]():
		count := map[string]any{"type": "integer", "minimum": 0}
		g.defs["Proportion"] = map[string]any{
			"type": "object", "description": "A part of some samples; value is count / of, and null for 0 of 0.", "required": []string{"value", "count", "of"},
			"properties": map[string]any{"value": map[string]any{"type": []string{"number", "null"}, "minimum": 0, "maximum": 1}, "count": count, "of": count},
		}
		return map[string]any{"$ref": "#/$defs/Proportion"}
	}
	switch of.Kind() {
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{g.schema(t, of.Elem()), map[string]any{"type": "null"}}}
	case reflect.Struct:
		if old, ok := g.types[of.Name()]; ok && old != of {
			t.Fatalf("%v and %v have one name", old, of)
		} else if !ok {
			g.types[of.Name()] = of
			g.defs[of.Name()] = g.object(t, of)
		}
		return map[string]any{"$ref": "#/$defs/" + of.Name()}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": g.schema(t, of.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": g.schema(t, of.Elem())}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Uint64:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	}
	t.Fatalf("no schema of %v", of)
	return nil
}

func enum[T ~string](values []T) map[string]any {
	var list []string
	for _, v := range values {
		list = append(list, fmt.Sprint(v))
	}
	return map[string]any{"type": "string", "enum": slices.Clip(list)}
}
