package report

import (
	"io"
	"strings"
	"text/template"

	"github.com/gesturekit/gesturekit/dataset"
)

// writeMarkdown writes report.md.
func (d Document) writeMarkdown(w io.Writer) error {
	t, err := template.New("").Funcs(template.FuncMap{
		"percent": percent, "counts": counts, "ratio": ratio, "area": area, "number": number, "score": score,
		"cell": cellText, "level": level, "share": share,
	}).ParseFS(templates, "templates/report.md")
	if err != nil {
		return err
	}
	return t.ExecuteTemplate(w, "report.md", struct {
		Document
		Lead               []string
		Numbers            []headline
		Known, All, Others *matrix
		Roles              []dataset.Role
		Audited            string
	}{d, d.lead(), d.headlines(), d.knownMatrix(), d.allMatrix(), d.othersMatrix(), append(dataset.Roles(), dataset.Unused), d.Audit.text()})
}

// cellText keeps a name from ending a table's cell or being read as markup.
func cellText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "\n", " ", "\r", " ", "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", "[", `\[`).Replace(s)
}
