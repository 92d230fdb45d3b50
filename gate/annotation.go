package gate

import (
	"fmt"
	"io"
	"strings"
)

// Annotate writes a workflow command of GitHub Actions, which shows text under
// title beside the run. level is "error" or "warning".
func Annotate(w io.Writer, level, title, text string) error {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	_, err := fmt.Fprintf(w, "::%s title=%s::%s\n", level, property.Replace(title), data.Replace(text))
	return err
}
