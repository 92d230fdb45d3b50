package web

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Problem is the body of every answer that is none: what is wrong, and what to do.
type Problem struct {
	Error string `json:"error"`
}

// Fail answers with a Problem.
func Fail(w http.ResponseWriter, status int, format string, args ...any) {
	Answer(w, status, Problem{fmt.Sprintf(format, args...)})
}

// Answer answers with JSON, which no cache keeps.
func Answer(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil { // of our own types; only a programmer's fault gets here
		status, data = http.StatusInternalServerError, []byte(`{"error":"the answer cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(data, '\n')) // an error means that the client has gone
}
