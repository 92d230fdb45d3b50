package serve

import "testing"

// TestMailAnnouncedOnce puts mail between the sign that there is some and its
// being taken: the sign must not stay up over an empty box.
func TestMailAnnouncedOnce(t *testing.T) {
	b := newMailbox()
	b.putFrame([]byte("first"))
	<-b.full
	b.putFrame([]byte("second"))
	b.putSettings([]byte("{}"))
	m := b.take()
	if string(m.frame) != "second" || m.number != 2 || m.dropped != 1 || len(m.settings) != 1 {
		t.Errorf("took %+v", m)
	}
	select {
	case <-b.full:
		t.Error("an empty box is announced as full")
	default:
	}
	b.putSettings([]byte("{}"))
	<-b.full
	if m := b.take(); m.frame != nil || len(m.settings) != 1 {
		t.Errorf("then took %+v", m)
	}
}
