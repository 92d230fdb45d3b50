package capture

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestWorkAtOnceIsBounded has every place for decoding taken, and a walk through the
// folder going on: frames wait for a place, and those who list share the next walk.
func TestWorkAtOnceIsBounded(t *testing.T) {
	f, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	for range maxDecoding {
		f.decoding <- struct{}{}
	}
	var saved atomic.Int64
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if _, err := f.Save(Frame{"palm", "ann", "20261125-183012-k3fa", 1 + i}, file.Bytes()); err != nil {
				t.Error(err)
			}
			saved.Add(1)
		})
	}
	time.Sleep(100 * time.Millisecond) // in which all would be saved
	if n := saved.Load(); n > 0 {
		t.Errorf("%d frames were decoded beside %d others", n, maxDecoding)
	}
	for range maxDecoding {
		<-f.decoding
	}
	wg.Wait()

	f.listing.Lock()
	var mu sync.Mutex
	walks := map[*Recording]bool{}
	const callers = 50
	for range callers {
		wg.Go(func() {
			found, err := f.List()
			if err != nil || len(found) != 1 {
				t.Errorf("found %v, %v", found, err)
				return
			}
			mu.Lock()
			walks[&found[0]] = true
			mu.Unlock()
		})
	}
	time.Sleep(100 * time.Millisecond) // for them to be waiting
	f.listing.Unlock()
	wg.Wait()
	if len(walks) > callers/2 {
		t.Errorf("%d callers at once had %d walks", callers, len(walks))
	}
}

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
