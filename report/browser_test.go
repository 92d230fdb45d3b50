package report_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/evaluate"
	"github.com/gesturekit/gesturekit/report"
)

// TestExplorerAgreesWithGo opens the page in headless Chromium, where there is
// one, at several thresholds, and compares the counts of the page's script with
// those of package evaluate.
func TestExplorerAgreesWithGo(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	if testing.Short() {
		t.Skip("starts a browser")
	}
	s := standard()
	page := run(t, s, report.Default(), 2)[report.HTMLFile]
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, page, 0o644); err != nil {
		t.Fatal(err)
	}
	var before string
	for _, threshold := range []float64{0, 0.45, 0.8, 1} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--user-data-dir="+t.TempDir(),
			"--dump-dom", fmt.Sprintf("file://%s#threshold=%v", file, threshold))
		var stderr strings.Builder
		cmd.Stderr = &stderr
		dom, err := cmd.Output()
		cancel()
		if err != nil {
			t.Fatalf("%v: %s", err, stderr.String())
		}
		if strings.Contains(stderr.String(), "CONSOLE") {
			t.Errorf("the browser's console says %s", stderr.String())
		}
		got := regexp.MustCompile(`(?s)<output[^>]*>(.*?)</output>`).FindSubmatch(dom)
		want := right(s.predictions, threshold)
		if got == nil || string(got[1]) != want {
			t.Errorf("at %v the page says %q, want %q", threshold, got, want)
		}
		if string(got[1]) == before {
			t.Errorf("at %v the page says the same as before", threshold)
		}
		before = string(got[1])
	}
}

func right(lines []evaluate.Prediction, threshold float64) string {
	count, total := map[evaluate.Kind]int{}, map[evaluate.Kind]int{}
	for _, l := range lines {
		if l.Role != "test" {
			continue
		}
		label := l.Argmax
		if l.Score < threshold {
			label = evaluate.NA
		}
		total[l.Kind]++
		if label == l.Target {
			count[l.Kind]++
		}
	}
	var parts []string
	for _, k := range evaluate.Kinds() {
		if total[k] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d of %d right", k, count[k], total[k]))
		}
	}
	return fmt.Sprintf("%.3f: %s", threshold, strings.Join(parts, ", "))
}
