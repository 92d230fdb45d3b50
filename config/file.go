package config

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/gesturekit/gesturekit/fetch"
	"github.com/gesturekit/gesturekit/internal/nearest"
)

// ErrConfig marks every fault of a config file, a flag or a setting.
var ErrConfig = errors.New("config")

// Load reads a YAML file over the values of c. Unknown and repeated keys and
// values of the wrong type are faults that name file and line; all of them are
// reported at once. Paths in the file are relative to its folder.
func Load(name string, c *Config) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("%w: read config file: %w", ErrConfig, err)
	}
	if err := relativeTo(filepath.Dir(name), c, func() error { return Parse(data, c) }); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrConfig, name, err)
	}
	return nil
}

// relativeTo makes the paths that set sets in c relative to dir.
func relativeTo(dir string, c *Config, set func() error) error {
	var files []Setting
	for _, s := range Settings(c) {
		if s.File {
			files = append(files, s)
		}
	}
	before := make([]string, len(files))
	for i, s := range files {
		before[i] = s.String()
		s.value.SetString("")
	}
	if err := set(); err != nil {
		return err
	}
	for i, s := range files {
		switch v := s.String(); {
		case v == "":
			s.value.SetString(before[i])
		case !filepath.IsAbs(v) && !fetch.Remote(v):
			s.value.SetString(filepath.Join(dir, v))
		}
	}
	return nil
}

// Parse reads YAML over the values of c. See Load.
func Parse(data []byte, c *Config) error { return Decode(data, c) }

// Decode reads YAML over the values of a struct whose fields have yaml tags, as
// strictly as Load.
func Decode(data []byte, out any) error {
	file, err := parser.ParseBytes(bytes.TrimPrefix(data, []byte("\ufeff")), 0)
	if err != nil {
		return position(err)
	}
	if len(file.Docs) > 1 {
		return fmt.Errorf("line %d: a second YAML document: want one", file.Docs[1].GetToken().Position.Line)
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil
	}
	return decode("", file.Docs[0].Body, out)
}

func decode(prefix string, node ast.Node, out any) error {
	if err := errors.Join(checkKeys(prefix, node, reflect.TypeOf(out).Elem())...); err != nil {
		return err
	}
	if err := yaml.NodeToValue(node, out); err != nil {
		return position(err)
	}
	return nil
}

// Patch holds some settings within a larger YAML file. The zero Patch sets none.
type Patch struct{ node ast.Node }

// UnmarshalYAML keeps the settings; Apply checks them.
func (p *Patch) UnmarshalYAML(node ast.Node) error {
	p.node = node
	return nil
}

// Apply sets the settings in c. Paths are relative to dir; faults name the line
// in the file that the patch was read from.
func (p Patch) Apply(dir string, c *Config) error {
	if p.node == nil {
		return nil
	}
	return relativeTo(dir, c, func() error { return decode("", p.node, c) })
}

// position puts the line in front of an error of the YAML package.
func position(err error) error {
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		p := e.GetToken().Position
		hint := ""
		if strings.Contains(e.GetMessage(), "invalid header option") { // of a block of text
			hint = `: write a value that begins with > or | in quotes`
		}
		return fmt.Errorf("line %d, column %d: %s%s", p.Line, p.Column, e.GetMessage(), hint)
	}
	return err
}

// checkKeys compares the keys of a mapping with the fields of a struct.
func checkKeys(prefix string, node ast.Node, t reflect.Type) []error {
	if _, empty := node.(*ast.NullNode); empty {
		return nil
	}
	m, ok := node.(ast.MapNode)
	if !ok {
		return []error{fmt.Errorf("line %d: want keys and values%s", node.GetToken().Position.Line, below(prefix))}
	}
	fields, names := map[string]reflect.Type{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		fields[key(f)] = f.Type
		names = append(names, key(f))
	}
	var errs []error
	for it := m.MapRange(); it.Next(); {
		name, line := it.Key().String(), it.Key().GetToken().Position.Line
		if s, ok := it.Key().(*ast.StringNode); ok {
			name = s.Value
		}
		switch ft, ok := fields[name]; {
		case !ok:
			errs = append(errs, fmt.Errorf("line %d: unknown key %q%s%s", line, prefix+name, below(prefix), nearest.Hint(name, names)))
		case ft == reflect.TypeFor[Patch](): // Apply checks it
		case isSection(ft):
			errs = append(errs, checkKeys(prefix+name+".", it.Value(), ft)...)
		case ft.Kind() == reflect.Slice && isSection(ft.Elem()):
			errs = append(errs, checkList(prefix+name, it.Value(), ft.Elem())...)
		default:
			if err := checkValue(prefix+name, it.Value(), ft); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errs
}

// checkList compares the keys of each mapping of a list with the fields of a
// struct.
func checkList(path string, node ast.Node, t reflect.Type) (errs []error) {
	if _, null := node.(*ast.NullNode); null {
		return nil
	}
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return []error{fmt.Errorf("line %d: %s is %s: want a list", node.GetToken().Position.Line, path, node)}
	}
	for i, item := range list.Values {
		errs = append(errs, checkKeys(fmt.Sprintf("%s[%d].", path, i), item, t)...)
	}
	return errs
}

// checkValue refuses what the YAML package would bend into the type: a fraction
// into a whole number, or a name such as 010 into the number 8.
func checkValue(path string, node ast.Node, t reflect.Type) error {
	_, null := node.(*ast.NullNode)
	if null || reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.NodeUnmarshaler]()) {
		return nil
	}
	if u, isText := reflect.New(t).Interface().(encoding.TextUnmarshaler); isText {
		line := node.GetToken().Position.Line
		if _, scalar := node.(ast.ScalarNode); !scalar {
			return fmt.Errorf("line %d: %s: want text, got %s", line, path, node)
		}
		if err := u.UnmarshalText([]byte(node.GetToken().Value)); err != nil {
			return fmt.Errorf("line %d: %s: %w", line, path, err)
		}
		return nil
	}
	ok, want := true, ""
	switch t.Kind() {
	case reflect.Int, reflect.Int64, reflect.Uint64:
		_, ok = node.(*ast.IntegerNode)
		want = "a whole number"
	case reflect.Float64:
		switch node.(type) {
		case *ast.IntegerNode, *ast.FloatNode:
		default:
			ok, want = false, "a number"
		}
	case reflect.Bool:
		_, ok = node.(*ast.BoolNode)
		want = "true or false"
	case reflect.String:
		return checkText(path, node)
	case reflect.Slice:
		list, isList := node.(*ast.SequenceNode)
		if !isList {
			ok, want = false, "a list, such as [a, b]"
			break
		}
		for _, item := range list.Values {
			check := checkText
			if t.Elem().Kind() != reflect.String {
				check = func(path string, item ast.Node) error { return checkValue(path, item, t.Elem()) }
			}
			if err := check(path, item); err != nil {
				return err
			}
		}
	}
	if !ok {
		return fmt.Errorf("line %d: %s is %s: want %s", node.GetToken().Position.Line, path, node, want)
	}
	return nil
}

// checkText refuses what is no text, or would not stay the text it is.
func checkText(path string, node ast.Node) error {
	line, text := node.GetToken().Position.Line, node.GetToken().Value
	switch n := node.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return nil
	case *ast.IntegerNode:
		if fmt.Sprint(n.Value) == text {
			return nil
		}
	case *ast.FloatNode:
		if fmt.Sprint(n.Value) == text {
			return nil
		}
	case *ast.BoolNode:
		return nil
	case *ast.NullNode:
	default:
		return fmt.Errorf("line %d: %s: want text, got %s", line, path, node)
	}
	return fmt.Errorf("line %d: %s: YAML does not read %s as text: write it in quotes", line, path, text)
}

func below(prefix string) string {
	if prefix == "" {
		return ""
	}
	return " below " + prefix[:len(prefix)-1]
}
