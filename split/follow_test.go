package split_test

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gesturekit/gesturekit/dataset"
	"github.com/gesturekit/gesturekit/rng"
	"github.com/gesturekit/gesturekit/split"
)

// shot is a capture before anything was grouped.
type shot struct {
	category, camera, person string // person is mostly unknown
	second                   int    // untimed without a camera
	path                     string
	scene                    int // near-duplicates have the same
}

func (s shot) digest() string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s.path))) }

// grouped names groups as ingest does: bursts of a camera after their first
// capture, a person's if there is one, and captures without a time after
// themselves; then groups without a person that share a scene are one, named
// after the first by path, or after a person in it.
func grouped(shots []shot) (out []dataset.Sample) {
	shots = slices.Clone(shots)
	slices.SortFunc(shots, func(a, b shot) int {
		return cmp.Or(strings.Compare(a.camera, b.camera), a.second-b.second, strings.Compare(a.path, b.path))
	})
	wall := func(s shot) string {
		return time.Date(2024, 5, 1, 8, 0, s.second, 0, time.UTC).Format("2006-01-02T15:04:05")
	}
	group := make([]string, len(shots))
	for from := 0; from < len(shots); {
		to := from + 1
		for to < len(shots) && shots[from].camera != "" && shots[to].camera == shots[from].camera && shots[to].second-shots[to-1].second <= 20 {
			to++
		}
		name := dataset.BurstPrefix + wall(shots[from]) + shots[from].camera
		if shots[from].camera == "" {
			name = shots[from].digest()[:8]
		}
		for _, s := range shots[from:to] {
			if s.person != "" {
				name = s.person
				break
			}
		}
		for i := from; i < to; i++ {
			name = cmp.Or(shots[i].person, name)
			group[i] = name
		}
		from = to
	}
	first, person := map[string]string{}, map[string]bool{}
	for i, s := range shots {
		if p, ok := first[group[i]]; !ok || s.path < p {
			first[group[i]] = s.path
		}
		person[s.person] = true
	}
	for again := true; again; {
		again = false
		for i := range shots {
			for j := range shots {
				a, b := group[i], group[j]
				if a == b || shots[i].scene != shots[j].scene || person[b] || !person[a] && first[b] < first[a] {
					continue
				}
				for k := range group {
					if group[k] == b {
						group[k], again = a, true
					}
				}
			}
		}
	}
	for i, s := range shots {
		d := s.digest()
		id := strings.ToLower(s.category + "-" + strings.NewReplacer(":", "", "T", "-").Replace(group[i]) + "-" + d[:8])
		sample := dataset.Sample{ID: id, Path: id + ".jpg", Category: s.category, Group: group[i], SHA256: d, Label: dataset.NoLabel, TakenAt: wall(s)}
		out = append(out, sample)
	}
	return out
}

// shots draws captures at random times, so that some come before and between
// those drawn before.
func shots(r *rand.Rand, n, step int) (out []shot) {
	for i := range n {
		s := shot{
			category: six()[r.IntN(6)], camera: []string{"", "A", "B", "B"}[r.IntN(4)], second: r.IntN(12000),
			path: fmt.Sprintf("%04d-%d-%d", r.IntN(10000), step, i), scene: 1000*step + i,
		}
		if r.IntN(8) == 0 {
			s.scene = r.IntN(40) // maybe that of an old one
		}
		if r.IntN(12) == 0 {
			s.person = fmt.Sprintf("p%02d", r.IntN(6)+2*step)
		}
		out = append(out, s)
	}
	return out
}

// However a dataset grows, no capture of a group that is in the lock gets another
// role or fold, but where captures of different ones are one group now, and then
// the most captures stay or those of a person or session do; whatever the order of
// files. Only captures that get from one person to another go with the other.
func TestGrowthFollowsGroupsOfOtherNames(t *testing.T) {
	renamed, merged, stayed := 0, 0, 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 11))
		o := options()
		switch seed % 4 {
		case 1:
			o.Folds, o.Fold = 4, int(seed/4%4)
		case 2:
			o.By = split.ByTime
		case 3:
			o.LeaveOut = []string{"p00"}
		}
		all := append(shots(r, 250, 0), shot{category: "fist", person: "p00", path: "x", scene: -1})
		lock, before := planned(t, o, grouped(all), nil, r)
		for step := range 3 {
			all = append(all, shots(r, 60, step+1)...)
			samples := grouped(all)
			now, after := planned(t, o, samples, &lock, r)
			if again, _ := planned(t, o, samples, &lock, r); text(t, again) != text(t, now) {
				t.Fatalf("seed %d, step %d: another order of samples gives %q", seed, step, again.Differences(now))
			}
			if again, _ := planned(t, o, samples, &now, r); len(again.Differences(now)) > 0 || text(t, again) != text(t, now) {
				t.Fatalf("seed %d, step %d: an update with nothing new gives %q", seed, step, again.Differences(now))
			}
			if got, err := now.Recompute(after); err != nil || text(t, got) != text(t, now) {
				t.Fatalf("seed %d, step %d: recomputed: %v", seed, step, err)
			}
			n := now.Growth(lock)
			renamed += n.Renamed

			bin := func(l split.Lock, group string) string { return strings.Fields(l.Groups[group])[0] }
			was := map[string]string{}
			for _, s := range before.Samples {
				was[s.SHA256] = s.Group
			}
			from := map[string]map[string]int{} // by group: its old captures by role or fold
			for _, s := range after.Samples {
				old := was[s.SHA256]
				if old == "" || old[0] == 'p' && old != s.Group || slices.Contains(o.LeaveOut, old) {
					continue
				}
				if from[s.Group] == nil {
					from[s.Group] = map[string]int{}
				}
				from[s.Group][bin(lock, old)]++
			}
			for group, samples := range from {
				in := bin(now, group)
				if len(samples) > 1 {
					merged++
				}
				if lock.Groups[group] != "" && group[0] == 'p' {
					if in != bin(lock, group) {
						t.Fatalf("seed %d, step %d: %s moved to %s", seed, step, group, in)
					}
					stayed++
					continue
				}
				for b, n := range samples {
					if n > samples[in] && !slices.Contains(o.LeaveOut, group) {
						t.Fatalf("seed %d, step %d: of the captures of %s %v were in another role or fold, and it is in %s", seed, step, group, samples, b)
					}
				}
			}
			lock, before = now, after
		}
	}
	if renamed < 100 || merged < 100 || stayed < 100 {
		t.Errorf("%d groups renamed, %d merged, %d persons stayed: the test tests little", renamed, merged, stayed)
	}
}

// named makes a sample of a group for each letter, the letter being its content.
func named(group, letters string) (out []dataset.Sample) {
	for _, l := range letters {
		d := fmt.Sprintf("%x", sha256.Sum256([]byte(string(l))))
		id := fmt.Sprintf("fist-%s-%s", group, d[:8])
		out = append(out, dataset.Sample{ID: id, Path: id + ".jpg", Category: "fist", Group: group, SHA256: d, Label: dataset.NoLabel})
	}
	return out
}

// What becomes of bursts a, b and c and of a person under a lock.
func TestWhereGroupsGo(t *testing.T) {
	others := captures(six(), 12, 2).Samples
	for name, c := range map[string]struct {
		old    string // groups, their roles and captures
		now    string
		want   string // roles
		growth string
		says   string
	}{
		"renamed":                   {"burst-b test BB", "burst-a ABB", "burst-a test", "0 stayed, 1 renamed, 0 moved, 0 gone", ""},
		"parted":                    {"burst-b test BCD", "burst-b B, burst-c CD", "burst-b test, burst-c test", "1 stayed, 0 renamed, 0 moved, 0 gone", ""},
		"joined in one role":        {"burst-b test B, burst-c test C", "burst-a ABC", "burst-a test", "0 stayed, 2 renamed, 0 moved, 0 gone", ""},
		"joined, the first has few": {"burst-b test B, burst-c train CD", "burst-b BCD", "burst-b train", "0 stayed, 1 renamed, 1 moved, 0 gone", `"burst-b" (test), "burst-c" (train), are one group now, "burst-b", which is in train`},
		"joined, the last has few":  {"burst-b validation BCD, burst-e train E", "burst-a ABCDE", "burst-a validation", "0 stayed, 1 renamed, 1 moved, 0 gone", `"burst-b" (validation), "burst-e" (train), are one group now, "burst-a"`},
		"joined, as many":           {"burst-b train B, burst-c test C, burst-d validation D", "burst-a BCD", "burst-a train", "0 stayed, 1 renamed, 2 moved, 0 gone", "are one group now"},
		"a new person":              {"burst-b test B", "ann AB", "ann test", "0 stayed, 1 renamed, 0 moved, 0 gone", ""},
		"an old person":             {"burst-b test BCD, ann train X", "ann BCDX", "ann train", "1 stayed, 0 renamed, 1 moved, 0 gone", `"ann" (train), "burst-b" (test), are one group now, "ann", which is in train`},
		"gone":                      {"burst-b test B, burst-c train C", "burst-c C", "burst-c train", "1 stayed, 0 renamed, 0 moved, 1 gone", ""},
		"twice the same in one":     {"burst-b test BB, burst-c test BC", "burst-a AB", "burst-a test", "0 stayed, 1 renamed, 0 moved, 1 gone", ""},
		"near-duplicates":           {contentOf("C") + " test BC", contentOf("A") + " ABC", contentOf("A") + " test", "0 stayed, 1 renamed, 0 moved, 0 gone", ""},
	} {
		t.Run(name, func(t *testing.T) {
			parse := func(groups string) (samples []dataset.Sample, roles map[string]string) {
				samples, roles = slices.Clone(others), map[string]string{}
				for _, g := range strings.Split(groups, ", ") {
					f := strings.Fields(g)
					samples, roles[f[0]] = append(samples, named(f[0], f[len(f)-1])...), f[1]
				}
				for i := range samples { // the same capture twice has another name
					samples[i].ID += fmt.Sprintf("-%04d", i)
					samples[i].Path = samples[i].ID + ".jpg"
				}
				return samples, roles
			}
			r := rand.New(rand.NewPCG(1, 12))
			samples, roles := parse(c.old)
			lock, _ := planned(t, options(), samples, nil, r)
			for g, role := range roles {
				_, rest, _ := strings.Cut(lock.Groups[g], " ")
				lock.Groups[g] = role + " " + rest
			}
			samples, _ = parse(c.now)
			p, _, err := split.Stage{Options: options()}.PlanFrom(dataset.New(samples), rng.New(1).With("split"), &lock)
			if err != nil {
				t.Fatal(err)
			}
			now := p.Lock()
			for _, g := range strings.Split(c.want, ", ") {
				group, role, _ := strings.Cut(g, " ")
				if !strings.HasPrefix(now.Groups[group], role+" ") {
					t.Errorf("%s is in %q, want %s", group, now.Groups[group], role)
				}
			}
			n := now.Growth(lock)
			if got := fmt.Sprintf("%d stayed, %d renamed, %d moved, %d gone", n.Stayed-12, n.Renamed, n.Moved, n.Gone); got != c.growth || n.New > 0 {
				t.Errorf("%s, %+v, want %s", got, n, c.growth)
			}
			if got := strings.Join(p.Merged, "\n"); !strings.Contains(got, c.says) || (got == "") != (c.says == "") || !strings.Contains(strings.Join(p.Warnings, "\n"), got) {
				t.Errorf("it says %q, want %q", got, c.says)
			}
		})
	}
}

func contentOf(letter string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(letter)))[:8] }

// A capture that is in groups of two roles tells nothing of a third, and a lock
// without captures, as they were written before, nothing of other names.
func TestWhatDoesNotTell(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 13))
	samples := append(captures(six(), 12, 2).Samples, named("burst-b", "B")...)
	lock, _ := planned(t, options(), samples, nil, r)
	samples[len(samples)-1].Group = "burst-a"
	dealt, _ := planned(t, options(), samples, nil, r)
	entry := strings.Fields(lock.Groups["burst-b"])
	if len(entry) != 4 {
		t.Fatalf("the entry of a burst of one capture is %q", entry)
	}
	twice := lock
	twice.Groups = map[string]string{"burst-b": "test 1 0 " + entry[3], "burst-c": "train 1 0 " + entry[3]}
	before := lock
	before.Groups = map[string]string{"burst-b": "test 1 0"}
	for name, l := range map[string]split.Lock{"twice": twice, "before": before} {
		l.Salt = dealt.Salt
		now, _ := planned(t, options(), samples, &l, r)
		if now.Groups["burst-a"] != dealt.Groups["burst-a"] || now.Growth(l).Renamed > 0 {
			t.Errorf("%s: %s, want it dealt to %s", name, now.Groups["burst-a"], dealt.Groups["burst-a"])
		}
	}
}

// A lock without the captures of a burst says so, and one with other words there is refused.
func TestCapturesThatALockLacks(t *testing.T) {
	samples := append(captures(six(), 12, 2).Samples, named("burst-b", "BC")...)
	lock, _ := planned(t, options(), samples, nil, rand.New(rand.NewPCG(1, 14)))
	whole := lock.Groups["burst-b"]
	entry := strings.Fields(whole)
	plan := func(e string) (*split.Plan, error) {
		lock.Groups["burst-b"] = e
		p, _, err := split.Stage{Options: options()}.PlanFrom(dataset.New(samples), rng.New(1).With("split"), &lock)
		return p, err
	}
	const says = "does not list the captures of 1 group without a person or session"
	for e, want := range map[string]bool{whole: false, strings.Join(entry[:4], " "): false, strings.Join(entry[:3], " "): true} {
		p, err := plan(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(p.Warnings, "\n"), says); got != want {
			t.Errorf("%q: warned %v, want %v: %q", e, got, want, p.Warnings)
		}
	}
	for _, e := range []string{whole + " x", whole + "0", whole[:len(whole)-1], strings.Join(entry[:3], " ") + " ABCDEF012345"} {
		if _, err := plan(e); !errors.Is(err, dataset.ErrInvalid) || !strings.Contains(err.Error(), `of group "burst-b"`) {
			t.Errorf("%q: %v, want it refused", e, err)
		}
	}
}
