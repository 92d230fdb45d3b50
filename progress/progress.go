// Package progress carries what a running stage has to say to whoever shows it.
//
// Stages report; only the command line renders (as bars, lines or JSON). A nil
// Func is valid and silent, so no stage needs to ask whether anybody listens.
package progress

// Event is one report of a stage.
type Event struct {
	Stage string // the stage's name, such as "ingest"
	Done  int    // units finished so far
	Total int    // units in all; 0 while unknown
	Unit  string // what is counted, in the plural: "images", "epochs"
	// Note is a short free text that belongs to the moment: the losses of an
	// epoch, a file just quarantined. Empty leaves the last one standing.
	Note string
	// Warning marks Note as something that a person should read even when no
	// bar is shown.
	Warning bool
}

// Func receives events, possibly from several goroutines at once. It must not
// block for long and must not call back into the stage.
type Func func(Event)

// Report sends e if anybody listens.
func (f Func) Report(e Event) {
	if f != nil {
		f(e)
	}
}

// Warn reports a warning of a stage.
func (f Func) Warn(stage, note string) {
	f.Report(Event{Stage: stage, Note: note, Warning: true})
}
