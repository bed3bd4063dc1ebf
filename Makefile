# Every target installs what it needs; see scripts/install-packages.

SECONDS ?= 10
RATE ?= 1000

.PHONY: demo test check bench format clean

# The whole service at work, on loopback.
demo: packages
	swift build -c release --product vendue
	.build/release/vendue demo --seconds $(SECONDS) --rate $(RATE)

# Every test that needs no other server.
test: packages
	swift build --build-tests
	swift test --skip-build --parallel
	scripts/test-outside

# Time of each step of a bid, one table, and LoadTests/Results/*.json.
bench: packages
	swift build -c release --product bid-benchmark
	COMMIT=$$(git rev-parse --short HEAD 2> /dev/null) .build/release/bid-benchmark

# What continuous integration runs.
check: packages
	scripts/check-format
	scripts/check-imports
	$(MAKE) test
	$(MAKE) demo SECONDS=5
	$(MAKE) bench

format:
	swift format --in-place --recursive --parallel Package.swift Sources Bidders Tests LoadTests Fuzzing

clean:
	swift package clean

.PHONY: packages
packages:
	@scripts/install-packages
