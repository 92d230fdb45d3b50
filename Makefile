# Everything goes through the go command; make only remembers the words.
GO ?= go
export CGO_ENABLED ?= 0

.PHONY: run build test check race lint docs bench fuzz clean

run: ## captures of people who do not exist, through every stage, to run/report/report.html
	$(GO) run ./cmd/gesturekit run

build: ## the binary, bin/gesturekit
	$(GO) build -trimpath -o bin/gesturekit ./cmd/gesturekit

test: ## all tests
	$(GO) test ./...

check: lint race ## what a change must pass besides the tests

lint: ## format, vet, staticcheck, import graph, generated files
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff
	$(GO) test ./internal/archtest
	$(GO) test -run Generated ./...

race: ## the tests of what runs in parallel, under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short -timeout 30m ./...

docs: ## rewrite the generated files
	$(GO) generate ./...
	$(GO) test -run Generated ./augment ./config ./internal/synth -update

bench: ## speed and allocations
	$(GO) test -run '^$$' -bench . -benchmem ./...

FUZZTIME ?= 30s
fuzz: ## every fuzz target for FUZZTIME
	@set -e; for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p; done; done

clean: ## remove what can be made again
	rm -rf bin run
