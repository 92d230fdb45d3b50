package serve

import "sync"

// mailbox holds what a stream's client sent and nobody has taken yet: of frames
// the newest, since an old one tells nothing any more, and a few settings.
type mailbox struct {
	full chan struct{} // has an element while there is something to take
	mu   sync.Mutex
	mail mail
}

// mail is the content of a mailbox.
type mail struct {
	frame    []byte // nil for none
	number   int64  // of the newest frame, from 1
	dropped  int64  // frames overtaken since the start
	settings [][]byte
}

// maxSettings is how many settings wait; of more the newest are kept.
const maxSettings = 8

func newMailbox() *mailbox { return &mailbox{full: make(chan struct{}, 1)} }

func (b *mailbox) putFrame(data []byte) {
	b.put(func(m *mail) {
		if m.frame != nil {
			m.dropped++
		}
		m.frame = data
		m.number++
	})
}

func (b *mailbox) putSettings(data []byte) {
	b.put(func(m *mail) {
		if m.settings = append(m.settings, data); len(m.settings) > maxSettings {
			m.settings = m.settings[1:]
		}
	})
}

func (b *mailbox) put(change func(*mail)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.mail)
	select {
	case b.full <- struct{}{}:
	default:
	}
}

// take returns the mail and leaves the box empty. Mail that came after the
// caller saw full is taken too, so nothing is announced twice.
func (b *mailbox) take() mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.full:
	default:
	}
	m := b.mail
	b.mail.frame, b.mail.settings = nil, nil
	return m
}
