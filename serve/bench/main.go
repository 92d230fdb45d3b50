// Command bench measures gesturekit serve under load: a service with an untrained
// slim-resnet of 64x64 pixels behind the real server, on loopback; streams that send
// frames of 640x480 pixels; and, while they run, malformed requests and slow clients.
// It fails when a stream has an error.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/gesturekit/gesturekit/internal/web"
	"github.com/gesturekit/gesturekit/pixel"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/serve"
	"github.com/gesturekit/gesturekit/trainer"
)

func main() {
	streams := flag.Int("streams", 8, "concurrent streams")
	perSecond := flag.Int("fps", 15, "frames a second of each stream")
	length := flag.Duration("time", time.Minute, "how long")
	malformed := flag.Int("malformed", 1000, "malformed requests while the streams run")
	slow := flag.Int("slow", 50, "clients that never end their request")
	flag.Parse()
	if err := run(*streams, *perSecond, *length, *malformed, *slow); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(streams, perSecond int, length time.Duration, malformed, slow int) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o := trainer.Default()
	o.Arch = "slim-resnet"
	model, err := trainer.New(&trainer.Data{Size: 64, Labels: []string{"na", "fist", "palm", "peace"}, Std: trainer.RGB{1, 1, 1}}, o, rng.New(1))
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	service, err := serve.New(ctx, model, serve.Options{
		Fit: pixel.Crop, Quality: 95, Workers: runtime.GOMAXPROCS(0), Smooth: serve.Smoothing{Need: 3, Of: 5}, Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	server, err := web.Listen(web.Options{Address: "127.0.0.1:0", Log: log, Now: time.Now})
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, service) }()
	url := server.URL()

	one, err := load(ctx, url, 1, perSecond, length/4)
	if err != nil {
		return err
	}
	report("one stream", one)
	before := heap()
	quiet, err := load(ctx, url, streams, perSecond, length)
	if err != nil {
		return err
	}
	report(fmt.Sprintf("%d streams", streams), quiet)
	fmt.Printf("heap in use %.1f MiB before, %.1f MiB after\n", before, heap())
	stop := abuse(ctx, url, malformed, slow)
	busy, err := load(ctx, url, streams, perSecond, length/2)
	if err != nil {
		return err
	}
	report(fmt.Sprintf("%d streams, %s", streams, stop()), busy)
	fmt.Printf("heap in use %.1f MiB after\n", heap())
	cancel()
	if err := <-done; err != nil {
		return err
	}
	return service.Close()
}

// result is what streams saw.
type result struct {
	trips   []time.Duration // of the frames answered, ascending
	sent    int64
	dropped int64
}

func report(name string, r result) {
	at := func(q float64) float64 {
		if len(r.trips) == 0 {
			return 0
		}
		return float64(r.trips[min(len(r.trips)-1, int(q*float64(len(r.trips))))].Microseconds()) / 1000
	}
	fmt.Printf("%s: %d frames sent, %d answered, %d overtaken; round trip p50 %.1f ms, p99 %.1f ms, longest %.1f ms\n",
		name, r.sent, len(r.trips), r.dropped, at(0.5), at(0.99), at(1))
}

// heap returns the bytes in use after a collection, in MiB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse) / (1 << 20)
}

// load runs streams side by side.
func load(ctx context.Context, url string, streams, perSecond int, length time.Duration) (all result, err error) {
	frame, err := picture()
	if err != nil {
		return all, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range streams {
		wg.Go(func() {
			r, e := stream(ctx, url, frame, perSecond, length)
			mu.Lock()
			defer mu.Unlock()
			all.trips = append(all.trips, r.trips...)
			all.sent, all.dropped = all.sent+r.sent, all.dropped+r.dropped
			if e != nil {
				err = e
			}
		})
	}
	wg.Wait()
	slices.Sort(all.trips)
	return all, err
}

func stream(ctx context.Context, url string, frame []byte, perSecond int, length time.Duration) (r result, err error) {
	ctx, cancel := context.WithTimeout(ctx, length+30*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, strings.Replace(url, "http", "ws", 1)+"v1/stream", nil)
	if err != nil {
		return r, err
	}
	defer c.CloseNow()
	frames := int64(length.Seconds() * float64(perSecond))
	at := make([]atomic.Int64, frames+1) // when each frame was sent
	began := time.Now()
	sending := make(chan error, 1)
	go func() {
		for i := range frames {
			time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))))
			at[i+1].Store(int64(time.Since(began)))
			if err := c.Write(ctx, websocket.MessageBinary, frame); err != nil {
				sending <- err
				return
			}
		}
		sending <- nil
	}()
	for last := int64(0); last < frames; {
		_, data, err := c.Read(ctx)
		if err != nil {
			return r, err
		}
		var a serve.StreamAnswer
		if err := json.Unmarshal(data, &a); err != nil {
			return r, err
		}
		if a.Error != "" {
			return r, fmt.Errorf("frame %d: %s", a.Frame, a.Error)
		}
		last, r.dropped = a.Frame, a.Dropped
		r.trips = append(r.trips, time.Since(began)-time.Duration(at[last].Load()))
	}
	r.sent = frames
	return r, <-sending
}

// picture returns a JPEG file of 640x480 pixels with a texture.
func picture() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	r := rng.New(1).Rand()
	for y := range 480 {
		for x := range 640 {
			i := img.PixOffset(x, y)
			n := r.IntN(16)
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = uint8(x/3+n), uint8(y/2+n), uint8((x+y)/5+n), 255
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90})
	return b.Bytes(), err
}

// abuse sends malformed requests and opens slow connections until the function that
// it returns is called, which says what it did.
func abuse(ctx context.Context, url string, malformed, slow int) func() string {
	ctx, cancel := context.WithCancel(ctx)
	address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	var wg sync.WaitGroup
	var sent atomic.Int64
	wg.Go(func() {
		bodies := []string{"", "x", "\xff\xd8\xff", "GIF89a", strings.Repeat("y", 100000)}
		for i := range malformed {
			r, err := http.NewRequestWithContext(ctx, "POST", url+"v1/predict", strings.NewReader(bodies[i%len(bodies)]))
			if err != nil {
				return
			}
			r.Header.Set("Content-Type", "image/jpeg")
			answer, err := http.DefaultClient.Do(r)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				continue
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			sent.Add(1)
		}
	})
	for range slow {
		wg.Go(func() {
			for ctx.Err() == nil {
				c, err := net.Dial("tcp", address)
				if err != nil {
					return
				}
				for ctx.Err() == nil { // a byte of the headers at a time, until the server has enough
					if _, err := c.Write([]byte("G")); err != nil {
						break
					}
					time.Sleep(200 * time.Millisecond)
				}
				c.Close()
			}
		})
	}
	return func() string {
		cancel()
		wg.Wait()
		return fmt.Sprintf("with %d malformed requests and %d slow clients", sent.Load(), slow)
	}
}
