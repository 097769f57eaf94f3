# Two commands do everything: `make run` and `make test`. The others are for whoever changes Brownout.

SCENARIO ?= content/scenarios/retry-storm.yaml
PICTURE ?= target/brownout.png

.PHONY: run test check theory published bench fuzz docs coach coach-measure

# Build Brownout, run the most telling scenario with its picture, then offer the six questions that come first.
run:
	cargo build --package brownout
	target/debug/brownout run $(SCENARIO) --plot $(PICTURE)
	@echo; echo 'Now say it: target/debug/brownout ask ID, with one of these (all 53: brownout questions)'; echo
	@target/debug/brownout questions | head -n 12

test:
	cargo test --workspace --no-fail-fast

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny --offline check licenses bans sources; \
	else echo 'cargo-deny is not installed: licences not checked (cargo install cargo-deny)'; fi

# The table of the engine beside queueing theory, as README shows it; takes minutes.
theory:
	cargo run --release --package theory

# Published results beside what the engine makes of them, over twenty seeds.
published:
	cargo run --release --package published

# Side by side with other simulators; takes ten minutes on a quiet machine. See bench/peers/README.md.
bench:
	cargo build --release --package brownout --package engine
	target/release/engine
	bench/peers/run.py --brownout target/release/brownout

# Learn the coach's weights again from the rated answers in bench/coach/data: the same bytes every time.
coach:
	cargo run --package coach-training

# How well the coach reads answers from a file that it was not trained on. See bench/coach/RESULTS.md.
coach-measure:
	cargo run --package coach-training measure

# Damage scenario files for a while and see that reading them never panics.
fuzz:
	PROPTEST_CASES=20000 cargo test --package lab --test it

# Rewrite the documents that are generated from the code.
docs:
	UPDATE_DOCS=1 cargo test --package lab --test it
