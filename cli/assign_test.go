package cli_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInterruptAssign ends an assignment before it begins and while it reads,
// over an earlier one, which stays as it is.
func TestInterruptAssign(t *testing.T) {
	dir := t.TempDir()
	manifest, out := filepath.Join(dir, "manifest.csv"), filepath.Join(dir, "out")
	var b strings.Builder
	b.WriteString("id,path,category,group,source,sha256,parent,partition,role,label,trace,taken_at,camera\n")
	for i := range 60_000 {
		name := fmt.Sprintf("c%02d-%06d", i/2000, i)
		fmt.Fprintf(&b, "%s,%s.jpg,c%02d,g%03d,,,,,,,,,\n", name, name, i/2000, i%997)
	}
	if err := os.WriteFile(manifest, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	assign := func(ctx context.Context, seed string) (int, string) {
		var stderr strings.Builder
		status, _ := gesturekit(ctx, &stderr, "split", "assign", "--seed", seed, "--into", out, manifest)
		return status, stderr.String()
	}
	if status, said := assign(t.Context(), "1"); status != 0 {
		t.Fatalf("status %d: %s", status, said)
	}
	want := digests(t, out)
	for _, after := range []int64{0, 40, 90} { // the second reading begins at 60
		ctx := &countdown{Context: t.Context()}
		ctx.left.Store(after)
		if status, said := assign(ctx, "2"); status != 130 {
			t.Errorf("interrupted after %d looks: status %d, want 130: %s", after, status, said)
		}
		if diff := cmp.Diff(want, digests(t, out)); diff != "" {
			t.Errorf("interrupted after %d looks: %s", after, diff)
		}
	}
}

// countdown is cancelled when it has been looked at a number of times.
type countdown struct {
	context.Context
	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}
