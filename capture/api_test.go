package capture

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestEveryRouteIsDescribed compares the routes with the operations of the OpenAPI
// document.
func TestEveryRouteIsDescribed(t *testing.T) {
	var doc struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(Description(), &doc); err != nil {
		t.Fatal(err)
	}
	var described []string
	for path, operations := range doc.Paths {
		for method := range operations {
			if method != "parameters" { // those that the operations share
				described = append(described, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(described)
	routes := slices.Sorted(maps.Keys(api{}.routes()))
	routes = append(routes, "GET /healthz") // of package web
	slices.Sort(routes)
	if !slices.Equal(routes, described) {
		t.Errorf("routes %q, described %q", routes, described)
	}
}
