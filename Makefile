# Everything goes through the go command; make only remembers the words.
GO ?= go
export CGO_ENABLED ?= 0

.PHONY: run build test check race lint cross docs bench bench-ingest bench-augment bench-trainer bench-serve bench-metrics bench-split loaders fuzz clean

run: ## captures of people who do not exist, through every stage, to run/report/report.html
	$(GO) run ./cmd/gesturekit run

build: ## the binary, bin/gesturekit
	$(GO) build -trimpath -o bin/gesturekit ./cmd/gesturekit

test: ## all tests
	$(GO) test -timeout 30m ./...

check: lint race ## what a change must pass besides the tests

lint: ## format, vet, staticcheck, import graph, generated files
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted, run gofmt -w: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck -tags nocloud ./... # it would look into all of the clouds' clients
	$(GO) mod tidy -diff
	$(GO) test ./internal/archtest
	$(GO) test -run Generated ./...

race: ## the tests of what runs in parallel, under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -tags nocloud -short -timeout 30m ./...

# What is written must be the same on every machine: the tests with pinned digests.
EXACT := ./internal/elementary ./rng ./dataset ./split ./labels ./pixel ./pixel/baseline ./pixel/icc ./ingest ./augment ./audit ./internal/neardup ./internal/synth ./export
ARCHES ?= arm64 s390x
cross: ## those tests for other processors, under qemu-user, and with fused multiply-add; and that other systems build
	@set -e; for p in linux/arm64 linux/s390x darwin/arm64 windows/amd64; do \
	  echo "vet $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) vet ./pixel/...; done
	GOARCH=arm64 $(GO) build -o /dev/null ./cmd/gesturekit
	$(GO) build -tags noturbo,nocloud -o /dev/null ./cmd/gesturekit
	GOAMD64=v3 $(GO) test -short $(EXACT) ./trainer
	@set -e; for a in $(ARCHES); do q=$$a; if [ $$a = arm64 ]; then q=aarch64; fi; \
	  echo "GOARCH=$$a under qemu-$$q"; GOARCH=$$a $(GO) test -short -exec qemu-$$q $(EXACT) ./trainer/nn/kernel; \
	  GOARCH=$$a $(GO) test -run ArePinned -exec qemu-$$q ./trainer ./trainer/nn; done

docs: ## rewrite the generated files
	$(GO) generate ./...
	$(GO) test -run Generated ./augment ./config ./internal/synth ./report -update

bench: ## speed and allocations
	$(GO) test -run '^$$' -bench . -benchmem ./...

PYTHON ?= python3
bench-augment: ## warp, and JPEG to JPEG, beside OpenCV and albumentations, which it installs to bin/peers
	$(PYTHON) -m venv bin/peers
	bin/peers/bin/pip install -q -r augment/bench/requirements.txt
	$(GO) build -trimpath -o bin/augmentbench ./augment/bench
	bin/peers/bin/python augment/bench/compare.py bin/augmentbench
	bin/peers/bin/python augment/bench/end_to_end.py bin/augmentbench

CAPTURES ?= captures/sign-digits/Dataset
bench-ingest: ## ingest beside OpenCV and Pillow, which it installs to bin/peers-ingest; CAPTURES=folder of JPEG files by category (gesturekit fetch sign-digits)
	$(PYTHON) -m venv bin/peers-ingest
	bin/peers-ingest/bin/pip install -q opencv-python-headless==5.0.0.93 pillow==13.0.0
	$(GO) build -trimpath -o bin/gesturekit ./cmd/gesturekit
	bin/peers-ingest/bin/python ingest/bench/compare.py bin/gesturekit $(CAPTURES)

bench-trainer: ## training and inference beside PyTorch and onnxruntime, which it installs to bin/peers-torch
	$(PYTHON) -m venv bin/peers-torch
	bin/peers-torch/bin/pip install -q torch==2.15.0 numpy onnx==1.23.2 onnxruntime==1.32.0
	$(GO) test -c -o bin/nn.test ./trainer/nn
	bin/peers-torch/bin/python trainer/bench/compare.py bin/nn.test

bench-serve: ## live recognition under load: 8 streams of 15 frames a second, then with malformed requests and slow clients
	$(GO) run ./serve/bench $(SERVE_FLAGS)

bench-metrics: ## a million predictions of 50 categories to every metric and curve, from memory and from predictions.csv (1.2 GB), five times each: time, and the largest memory
	$(GO) test -c -o bin/evaluate.test ./evaluate
	@for b in 'Million$$' MillionFromFile; do for i in 1 2 3 4 5; do \
	  bin/evaluate.test -test.run '^$$' -test.bench "$$b" -test.benchtime 1x | grep Million; done; done

LOADERS_PYTHON ?= /usr/bin/python3
loaders: build ## exports read by torchvision, Hugging Face, Keras, fastai, WebDataset, pandas and mlcroissant (needs Debian's python3-torchvision)
	@$(LOADERS_PYTHON) -c 'import torchvision, ensurepip' || { echo "loaders: want the packages python3-torchvision and python3-venv"; exit 1; }
	$(LOADERS_PYTHON) -m venv --system-site-packages bin/loaders
	bin/loaders/bin/pip install -q --disable-pip-version-check --no-deps -r export/loadertest/requirements.txt
	bin/loaders/bin/python -W ignore export/loadertest/load.py bin/gesturekit

bench-split: ## splitting up to 10 million samples beside scikit-learn, Datumaro and split-folders, which it installs to bin/peers-split
	$(PYTHON) -m venv bin/peers-split
	bin/peers-split/bin/pip install -q scikit-learn==1.7.2 datumaro==1.13.12 split-folders==0.6.1
	$(GO) build -trimpath -o bin/gesturekit ./cmd/gesturekit
	bin/peers-split/bin/python split/bench/compare.py bin/gesturekit

FUZZTIME ?= 30s
fuzz: ## every fuzz target for FUZZTIME; go ends a call of over 10 s with exit status 2, also where the process was only stopped meanwhile
	@set -e; for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p; done; done

clean: ## remove what can be made again
	rm -rf bin run
