package augment

import (
	"bytes"
	"encoding/json"
	"maps"
)

// object is a JSON object; encoding/json writes it with its keys sorted.
type object = map[string]any

// Schema returns the JSON schema of the recipe language, for editors. What it
// refuses, Parse refuses too; Parse knows more, such as reversed ranges.
func Schema() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "gesturekit recipe",
		"$ref": SchemaRef, "$defs": SchemaDefinitions(),
	})
	return b.Bytes(), err
}

// SchemaRef refers to a recipe in a schema with SchemaDefinitions as its $defs.
const SchemaRef = "#/$defs/recipe"

// SchemaDefinitions returns the definitions of the recipe language.
func SchemaDefinitions() map[string]any {
	var names []string
	steps := object{"$ref": "#/$defs/recipe_steps"}
	group := object{"type": "array", "items": object{"$ref": "#/$defs/recipe_step"}, "minItems": 1, "maxItems": maxGroup}
	properties := object{
		"p":     object{"description": "probability of the step, 1 if left out", "type": "number", "minimum": 0, "maximum": 1},
		"count": described(rangeSchema("integer", Range{0, maxGroup}), "how many of the steps to take"),
		oneOf:   described(group, "one of the steps, each as likely; its own p follows"),
		someOf:  described(group, "so many of the steps as count says, in the order written"),
	}
	heads := []any{object{"required": []string{oneOf}}, object{"required": []string{someOf}}}
	for _, op := range Ops() {
		names = append(names, op.Name)
		properties[op.Name] = op.schema()
		heads = append(heads, object{"required": []string{op.Name}})
	}
	return object{
		"recipe":       object{"anyOf": []any{object{"description": "a preset", "enum": Presets()}, steps}},
		"recipe_steps": object{"description": "what is done to a picture", "type": "array", "items": object{"$ref": "#/$defs/recipe_step"}},
		"recipe_step": object{"anyOf": []any{
			object{"description": "an op with its defaults", "enum": names},
			object{
				"description": "one op or group, with p and count beside it", "type": "object",
				"properties": properties, "additionalProperties": false, "oneOf": heads,
				"dependentRequired": object{"count": []string{someOf}, someOf: []string{"count"}},
			},
		}},
	}
}

func described(schema object, text string) object {
	schema = maps.Clone(schema)
	schema["description"] = text
	return schema
}

// schema describes what may follow the op's name.
func (o *Op) schema() object {
	params := object{}
	for i := range o.Params {
		params[o.Params[i].Name] = o.Params[i].schema()
	}
	return object{
		"description": o.Doc, "type": []string{"object", "null"},
		"properties": params, "additionalProperties": false,
	}
}

func (p *Param) schema() object {
	if p.Choices != nil {
		return object{"description": p.Doc, "enum": p.Choices, "default": p.Choices[int(p.Default.Lo)]}
	}
	kind, text := "number", p.Doc
	if p.Integer {
		kind = "integer"
	}
	if p.Unit != "" {
		text += ", in " + p.Unit
	}
	s := described(rangeSchema(kind, p.Limits), text)
	s["default"] = json.RawMessage(p.Default.String())
	return s
}

// rangeSchema describes a number, or two as [lo, hi].
func rangeSchema(kind string, limits Range) object {
	number := object{"type": kind, "minimum": limits.Lo, "maximum": limits.Hi}
	return object{"anyOf": []any{number, object{"type": "array", "items": number, "minItems": 2, "maxItems": 2}}}
}
