package dataset

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName bounds the name of a category or of a group's folder in bytes.
const longestName = 100

// CheckCategory says why a name cannot be a category, a folder of a dataset
// that loads everywhere; nil if it can.
func CheckCategory(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return errors.New("the name is not UTF-8 or holds control characters")
	case ReservedCategory(name):
		return errors.New("the name is reserved, dataset loaders take it for a role or a label")
	case strings.ContainsAny(name, unsafeInName):
		return errors.New(`the name holds one of / \ : * ? " < > |, which some systems do not allow in a folder's name`)
	case strings.TrimSpace(name) != name || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "."):
		return errors.New("the name begins or ends with a space or a dot")
	case device(name):
		return errors.New("the name is one that Windows keeps for a device")
	case len(name) > longestName:
		return fmt.Errorf("the name is longer than %d bytes", longestName)
	}
	return nil
}

const unsafeInName = `/\:*?"<>|`

// FolderName returns the folder that stands for a person's name among captures:
// the name itself where it is a safe name of one folder on every system, else
// with each byte that is in the way as % and two hexadecimal digits. A person
// called ../x gets %2E.%2Fx. FolderNamed is its inverse. It fails on a name that
// is empty, too long, not UTF-8, or with control characters.
func FolderName(name string) (string, error) {
	switch {
	case strings.TrimSpace(name) == "":
		return "", errors.New("the name is empty")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", errors.New("the name is not UTF-8 or holds control characters")
	}
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		first, last := i == 0, i == len(name)-1
		switch {
		case c == '%', strings.IndexByte(unsafeInName, c) >= 0,
			first && (c == '.' || c == ' ' || taken(name)), last && (c == '.' || c == ' '):
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	if b.Len() > longestName {
		return "", fmt.Errorf("the name of the folder for it would be longer than %d bytes", longestName)
	}
	return b.String(), nil
}

// taken reports names that a system keeps for itself.
func taken(name string) bool {
	switch stem(name) {
	case "__macosx", "thumbs", "desktop":
		return true
	}
	return device(name)
}

// device reports names that Windows keeps for devices, with any extension.
func device(name string) bool {
	stem := stem(name)
	switch stem {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && stem[3] >= '0' && stem[3] <= '9'
}

func stem(name string) string {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	return strings.TrimRight(stem, " ")
}

// FolderNamed returns the name that a folder stands for: what FolderName made
// the folder from, and any other folder's own name.
func FolderNamed(folder string) string {
	if !strings.Contains(folder, "%") {
		return folder
	}
	name, err := url.PathUnescape(folder)
	if err != nil {
		return folder
	}
	if again, err := FolderName(name); err != nil || again != folder {
		return folder
	}
	return name
}
