package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestRules holds what no package may do: init functions, package variables
// that could change, and printing, clocks and exits outside the command line.
func TestRules(t *testing.T) {
	const root = "../.."
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, fault := range faults(filepath.ToSlash(filepath.Dir(rel)), file) {
			t.Errorf("%s: %s", set.Position(fault.pos), fault.what)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type fault struct {
	pos  token.Pos
	what string
}

func faults(dir string, file *ast.File) (out []fault) {
	command := dir == "cli" || strings.HasPrefix(dir, "cmd/") || file.Name.Name == "main"
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == "init" && d.Recv == nil {
				out = append(out, fault{d.Pos(), "an init function"})
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR && dir != "internal/golden" && file.Name.Name != "main" {
				out = append(out, variables(d)...)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := call.X.(*ast.Ident)
		if !ok || pkg.Obj != nil { // a variable, not a package
			return true
		}
		switch what := pkg.Name + "." + call.Sel.Name; {
		case what == "os.Exit" && file.Name.Name != "main":
			out = append(out, fault{n.Pos(), "os.Exit outside main"})
		case command:
		case what == "time.Now" || what == "time.Since" || what == "os.Stdout" || what == "os.Stderr",
			strings.HasPrefix(what, "fmt.Print"), strings.HasPrefix(what, "log."):
			out = append(out, fault{n.Pos(), what + " outside cli"})
		}
		return true
	})
	return out
}

// variables reports package variables other than errors, embedded files, what
// sync works out once, and the blank one.
func variables(d *ast.GenDecl) (out []fault) {
	for _, s := range d.Specs {
		v := s.(*ast.ValueSpec)
		embedded := false
		for _, g := range []*ast.CommentGroup{d.Doc, v.Doc} {
			if g != nil {
				for _, c := range g.List {
					embedded = embedded || strings.HasPrefix(c.Text, "//go:embed")
				}
			}
		}
		for i, n := range v.Names {
			once := i < len(v.Values) && isSync(v.Values[i])
			if !embedded && !once && n.Name != "_" && !strings.HasPrefix(strings.ToLower(n.Name), "err") {
				out = append(out, fault{n.Pos(), "package variable " + n.Name + ": a function that returns the value cannot be changed"})
			}
		}
	}
	return out
}

// isSync tells a call such as sync.OnceValue(f).
func isSync(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := fun.X.(*ast.Ident)
	return ok && pkg.Name == "sync"
}
