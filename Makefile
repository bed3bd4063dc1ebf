# Every target installs what it needs; see scripts/install-packages.

SECONDS ?= 10
RATE ?= 1000
SEEDS ?= 10000

.PHONY: demo test check bench audience-bench instructions load pacing-chart fuzz races simulate crash format clean

# The whole service at work, on loopback.
demo: packages
	swift build -c release --product vendue
	.build/release/vendue demo --seconds $(SECONDS) --rate $(RATE)

# Every test that needs no other server.
test: packages
	swift build --build-tests
	swift test --skip-build --parallel
	scripts/install-packages --browser
	scripts/test-outside

# Time, allocations and retains of each step of a bid, held to LoadTests/Thresholds, and growth with strategies; then
# what a bid asks about its visitor, with few of them; then what its money costs, and how fast the log is folded.
bench: packages
	swift build -c release --product bid-benchmark
	COMMIT=$$(git rev-parse --short HEAD 2> /dev/null) .build/release/bid-benchmark --check --strategies 100 1000 10000
	swift build -c release --product audience-benchmark
	.build/release/audience-benchmark --visitors 200000 --seconds 2 --check
	swift build -c release --product ledger-benchmark
	.build/release/ledger-benchmark --check

# The same of ten million visitors: 5 GiB of memory, 2.5 GB of the temporary folder, two to three minutes.
audience-bench: packages
	swift build -c release --product audience-benchmark
	.build/release/audience-benchmark --visitors 10000000 --check

# Instructions of each step, counted by callgrind and held to the thresholds.
instructions: packages
	swift build -c release --product bid-benchmark
	scripts/count-instructions

# The service under load: LoadTests/Results/*.json and *.svg. Some ten minutes.
load: packages
	swift build -c release --product vendue
	swift build -c release --product load-test
	for scenario in steady ramp overload slow-clients slow-disk notices compare; do \
	    COMMIT=$$(git rev-parse --short HEAD 2> /dev/null) .build/release/load-test $$scenario || exit 1; done
	scripts/slow-http

# A simulated day of even spending beside its plan: LoadTests/Results/pacing.svg.
pacing-chart: packages
	swift build -c release --product load-test
	.build/release/load-test pacing

# Every reader of strangers' bytes under libFuzzer, SECONDS each.
fuzz: packages
	scripts/fuzz --seconds $(SECONDS)

# Changes, merges and auctions at once under the thread sanitizer, for SECONDS.
races: packages
	scripts/races --seconds $(SECONDS)

# The whole service in simulated time, SEEDS times differently: failing disks, crashes, exchanges that err. A failure
# prints its seed, and how to see it step by step.
simulate: packages
	swift build -c release --product vendue-simulate
	.build/release/vendue-simulate --seeds $(SEEDS)

# The real process under load: killed fifty times, its writes and syncs failing one after the other, its disk filled,
# frozen, started twice. Prints what was injected and what was lost. Under ten minutes; root for the full disk.
crash: packages
	swift build -c release --product vendue
	VENDUE=.build/release/vendue scripts/crash

# What continuous integration runs.
check: packages
	scripts/check-format
	scripts/check-imports
	scripts/rules-table --check
	$(MAKE) test
	$(MAKE) demo SECONDS=5
	$(MAKE) bench
	scripts/count-instructions
	scripts/fuzz --seconds 5
	scripts/races --seconds 5
	$(MAKE) simulate SEEDS=500
	swift build -c release --product load-test
	.build/release/load-test steady --seconds 5 --rate 500
	.build/release/load-test overload --seconds 3

format:
	swift format --in-place --recursive --parallel Package.swift Sources Bidders Tests LoadTests Fuzzing

clean:
	swift package clean

.PHONY: packages
packages:
	@scripts/install-packages
