package dataset

import (
	"fmt"
	"time"
)

// WallTime reads a sample's TakenAt, and returns the time that a clock on the
// wall showed there: a zone is checked but plays no part, so that captures with
// and without one, taken in one place, can be compared.
func WallTime(takenAt string) (time.Time, error) {
	const local = "2006-01-02T15:04:05"
	if len(takenAt) >= len(local) {
		wall, err := time.Parse(local, takenAt[:len(local)])
		if err == nil && len(takenAt) > len(local) {
			_, err = time.Parse(local+"Z07:00", takenAt)
		}
		if err == nil {
			return wall, nil
		}
	}
	return time.Time{}, fmt.Errorf("taken_at %q: want a time such as 2017-12-12T11:11:40, with or without a zone such as +01:00 behind it", takenAt)
}

// BurstPrefix begins the names of the groups that ingest forms by time, where
// neither person nor session is known.
const BurstPrefix = "burst-"
