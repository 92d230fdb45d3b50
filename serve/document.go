package serve

import (
	"encoding/json"
	"fmt"
	"maps"
)

// document is an OpenAPI document, taken apart where two are joined.
type document struct {
	OpenAPI    json.RawMessage            `json:"openapi"`
	Info       json.RawMessage            `json:"info"`
	Servers    json.RawMessage            `json:"servers"`
	Security   json.RawMessage            `json:"security"`
	Paths      map[string]json.RawMessage `json:"paths"`
	Components struct {
		SecuritySchemes json.RawMessage            `json:"securitySchemes"`
		Responses       json.RawMessage            `json:"responses"`
		Schemas         map[string]json.RawMessage `json:"schemas"`
	} `json:"components"`
}

// join returns the first OpenAPI document with the paths and schemas of both. What
// both have must be the same.
func join(first, second []byte) ([]byte, error) {
	var a, b document
	if err := json.Unmarshal(first, &a); err != nil {
		return nil, fmt.Errorf("the OpenAPI document: %w", err)
	}
	if err := json.Unmarshal(second, &b); err != nil {
		return nil, fmt.Errorf("the OpenAPI document of captures: %w", err)
	}
	maps.Copy(a.Paths, b.Paths)
	maps.Copy(a.Components.Schemas, b.Components.Schemas)
	return json.Marshal(a)
}
