package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/gesturekit/gesturekit/augment"
)

// Template returns a commented config file with every setting at its default.
// Only the folder of captures is set, if one is given; all else is commented
// out, so that a later version's better default takes effect.
func Template(captures string) ([]byte, error) {
	c := Default()
	var b bytes.Buffer
	b.WriteString("# Settings of gesturekit run. A line in comments shows the default.\n" +
		"# Paths are relative to this file. gesturekit status tells what a change sets going.\n\n")
	section := ""
	for _, s := range Settings(&c) {
		parts := strings.Split(s.Path, ".")
		for i := range parts[:len(parts)-1] {
			if prefix := strings.Join(parts[:i+1], ".") + "."; !strings.HasPrefix(section, prefix) {
				if i == 0 {
					b.WriteString("\n")
				}
				fmt.Fprintf(&b, "%s%s:\n", indentation(i), parts[i])
			}
		}
		section = s.Path
		pad, name := indentation(len(parts)-1), parts[len(parts)-1]
		for _, line := range wrap(s.Doc, 96-len(pad)) {
			fmt.Fprintf(&b, "%s# %s\n", pad, line)
		}
		value, mark := s.value.Interface(), "#"
		if s.Path == "ingest.captures" && captures != "" {
			value, mark = captures, ""
		}
		text, err := yaml.MarshalWithOptions(map[string]any{name: value}, yaml.Flow(true), yaml.JSON())
		if err != nil {
			return nil, err
		}
		line := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(text)), "{"), "}")
		line = strings.Replace(line, `"`+name+`"`, name, 1)
		fmt.Fprintf(&b, "%s%s%s\n", pad, mark, line)
	}
	return b.Bytes(), nil
}

func indentation(depth int) string { return strings.Repeat("  ", depth) }

// wrap breaks text between words into lines of at most width bytes.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Markdown returns docs/config.md.
func Markdown() []byte {
	c := Default()
	var b bytes.Buffer
	b.WriteString("# Settings\n\nGenerated from the code by `make docs`.\n\n" +
		"A setting's path is its YAML key, its flag (`--split.test 0.25`) and, in capitals, its environment\n" +
		"variable (`GESTUREKIT_SPLIT_TEST=0.25`). Order: defaults, then the config file, then the environment,\n" +
		"then flags. Unknown keys are errors. Lists are separated by commas in flags and variables.\n")
	section := "-"
	for _, s := range Settings(&c) {
		head, _, in := strings.Cut(s.Path, ".")
		if !in {
			head = ""
		}
		if head != section {
			section = head
			title := head
			if title == "" {
				title = "Top level"
			}
			fmt.Fprintf(&b, "\n## %s\n\n| setting | default | meaning |\n|---|---|---|\n", title)
		}
		value := s.String()
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Path, value, strings.ReplaceAll(s.Doc, "|", `\|`))
	}
	return b.Bytes()
}

type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        any                `json:"type,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Additional  *bool              `json:"additionalProperties,omitempty"`
	Defs        map[string]any     `json:"$defs,omitempty"`
}

func section() *schema {
	no := false
	return &schema{Type: "object", Properties: map[string]*schema{}, Additional: &no}
}

// Schema returns the JSON schema of the config file, for editors.
func Schema() ([]byte, error) {
	root := section()
	root.Schema, root.Title = "https://json-schema.org/draft/2020-12/schema", "gesturekit pipeline.yaml"
	root.Defs = augment.SchemaDefinitions()
	c := Default()
	for _, s := range Settings(&c) {
		at := root
		parts := strings.Split(s.Path, ".")
		for _, p := range parts[:len(parts)-1] {
			if at.Properties[p] == nil {
				at.Properties[p] = section()
			}
			at = at.Properties[p]
		}
		leaf := &schema{Description: s.Doc, Type: s.Kind()}
		switch s.Kind() {
		case "array":
			leaf.Items = &schema{Type: []string{"string", "number"}}
		case "text": // a type with a notation of its own
			leaf.Type = []string{"object", "string", "null"}
			if _, ok := s.value.Interface().(augment.Recipe); ok {
				leaf.Type, leaf.Ref = nil, augment.SchemaRef
			}
		}
		at.Properties[parts[len(parts)-1]] = leaf
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(root)
	return b.Bytes(), err
}
