# What is done here, and how. `make` alone lists it.

# What `muban version` says; a tag's leading v is dropped.
VERSION ?= $(or $(patsubst v%,%,$(shell git describe --tags --always --dirty 2>/dev/null)),dev)
# Arguments for run and bench: make run ARGS='--listen 127.0.0.1:9000'
ARGS ?=
# How often bench-go runs each benchmark; benchstat wants at least 6.
COUNT ?= 6

TOOL := go tool -modfile=tools/go.mod

.DEFAULT_GOAL := help
.PHONY: help run build console test test-clients test-openapi test-console check lint format vet tidy cross fix bench bench-go dist clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start the sandbox (ARGS='--listen 127.0.0.1:9000')
	go run ./cmd/muban dev $(ARGS)

build: ## Build bin/muban, static, for this machine
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/muban$(shell go env GOEXE) ./cmd/muban

console: ## Build the web console of web/ into internal/console/dist, which is committed
	cd web && npm ci --no-audit --no-fund && npm run client && npm run check && npm run build

test: ## Run every Go test; on Debian as root it installs what they need
	@sh scripts/test.sh

test-clients: ## Run real clients in their languages against a running Muban
	@scripts/postgres.sh test/clients/run.sh

test-openapi: ## Try the native API against its own document, with schemathesis
	@test/openapi/run.sh

test-console: ## Run the console's tests in Chromium
	@test/console/run.sh

check: format vet tidy lint cross ## Check format, go vet, go.mod, linters and the other systems' builds

lint:
	$(TOOL) golangci-lint run ./...

format:
	$(TOOL) gofumpt -d .

vet:
	go vet ./...

tidy:
	go mod tidy -diff
	go -C tools mod tidy -diff

# Compiles only: what a file lock or a signal breaks on another system shows here.
cross:
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build ./...
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build ./...

fix: ## Format the code and mend what the linters can mend
	$(TOOL) gofumpt -w .
	$(TOOL) golangci-lint run --fix ./...

bench: build ## Measure sends against the machine's ceilings (ARGS='--connections 64')
	bin/muban bench $(ARGS)

bench-go: ## Run the Go benchmarks of a send's steps; compare two outputs with benchstat
	@go test -run '^$$' -bench . -count $(COUNT) . ./wire/wechat ./internal/messaging ./internal/sqlstore ./internal/server

dist: ## Build the release archives and their checksums in dist/
	VERSION='$(VERSION)' sh scripts/dist.sh

clean: ## Remove what the other targets made
	rm -rf bin dist .cache
