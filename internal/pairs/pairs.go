// Package pairs reads what maps one name to another, from settings and flags.
package pairs

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Pair is a name and what it is mapped to.
type Pair struct{ From, To string }

// Parse reads "palm=five,high_five=five", or a YAML mapping in braces. Empty
// text has no pair. Names are not checked, and may repeat.
func Parse(text string) ([]Pair, error) {
	if text = strings.TrimSpace(text); strings.HasPrefix(text, "{") {
		file, err := parser.ParseBytes([]byte(text), 0)
		if err != nil || len(file.Docs) != 1 {
			return nil, fmt.Errorf("%q: want a mapping such as {palm: five}, or palm=five", text)
		}
		return Decode(file.Docs[0].Body)
	}
	var out []Pair
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		from, to, ok := strings.Cut(item, "=")
		if !ok {
			return nil, fmt.Errorf("%q: want pairs such as palm=five,high_five=five", item)
		}
		out = append(out, Pair{strings.TrimSpace(from), strings.TrimSpace(to)})
	}
	return out, nil
}

// Decode reads a YAML mapping, or a string as Parse does; null has no pair.
// Errors name the line.
func Decode(n ast.Node) ([]Pair, error) {
	switch n := n.(type) {
	case *ast.NullNode:
		return nil, nil
	case *ast.StringNode:
		return Parse(n.Value)
	case ast.MapNode:
		var out []Pair
		for it := n.MapRange(); it.Next(); {
			if _, scalar := it.Value().(ast.ScalarNode); !scalar {
				return nil, fmt.Errorf("line %d: what %s is mapped to is no name", it.Key().GetToken().Position.Line, it.Key())
			}
			out = append(out, Pair{it.Key().GetToken().Value, it.Value().GetToken().Value})
		}
		return out, nil
	}
	return nil, fmt.Errorf("line %d: want a mapping such as {palm: five}", n.GetToken().Position.Line)
}
