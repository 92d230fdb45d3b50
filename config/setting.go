package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Setting is one leaf of a Config: what a YAML key, a flag and an environment
// variable stand for.
type Setting struct {
	Path string // such as split.validation: the YAML path and the flag's name
	Doc  string // one sentence: what it steers, unit, range
	File bool   // the value names a file or folder, relative to the config file

	value reflect.Value
}

// Settings lists all settings of c in the order of the struct. Setting one
// changes c.
func Settings(c *Config) []Setting { return settingsOf("", reflect.ValueOf(c).Elem()) }

func settingsOf(prefix string, v reflect.Value) []Setting {
	var out []Setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		path := prefix + key(f)
		if isSection(f.Type) {
			out = append(out, settingsOf(path+".", v.Field(i))...)
			continue
		}
		out = append(out, Setting{Path: path, Doc: f.Tag.Get("doc"), File: f.Tag.Get("path") != "", value: v.Field(i)})
	}
	return out
}

func key(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// isSection tells a struct of settings from one that is a value of its own.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// Env returns the environment variable of the setting: GESTUREKIT_ and the path
// in capitals, with an underscore for each dot.
func (s Setting) Env() string {
	return "GESTUREKIT_" + strings.ToUpper(strings.ReplaceAll(s.Path, ".", "_"))
}

// IsBool reports whether the setting is on or off.
func (s Setting) IsBool() bool { return s.value.Kind() == reflect.Bool }

// Kind returns string, integer, number, boolean, array, or text for a type with
// a notation of its own.
func (s Setting) Kind() string {
	if _, ok := s.value.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return "text"
	}
	switch s.value.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "array"
	}
	return "string"
}

// String returns the value as Set takes it.
func (s Setting) String() string {
	if m, ok := s.value.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	if list, ok := s.value.Interface().([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(s.value.Interface())
}

// Set parses text: lists are separated by commas. Errors name the setting.
func (s Setting) Set(text string) error {
	err := s.parse(text)
	if _, own := s.value.Addr().Interface().(encoding.TextUnmarshaler); own && err != nil {
		return fmt.Errorf("%s: %w", s.Path, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %q: want %s", s.Path, text, s.wants())
	}
	return nil
}

func (s Setting) parse(text string) error {
	v := s.value
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		v.SetInt(n)
		return err
	case reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, 64)
		v.SetUint(n)
		return err
	case reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		v.SetFloat(x)
		return err
	case reflect.Slice:
		list := []string{}
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		v.Set(reflect.ValueOf(list))
	default:
		return fmt.Errorf("a %s cannot be set from text", v.Kind())
	}
	return nil
}

func (s Setting) wants() string {
	switch s.value.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Uint64:
		return "a whole number from 0"
	case reflect.Float64:
		return "a number"
	}
	return s.Doc
}
