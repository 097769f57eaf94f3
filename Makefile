# Two commands do everything: `make run` and `make test`. The others are for whoever changes Brownout.

.PHONY: run test web api check theory published bench fuzz docs coach coach-measure

# Build Brownout with its web app, and open it in a browser.
run: web
	cargo build --package brownout
	target/debug/brownout serve

# The units and the binary, then the web app: its types, its logic, and a real browser against the real server.
test: web
	cargo test --workspace --no-fail-fast
	cd web && npm run check && npm test && npm run test:browser

# The web app's files, which the next cargo build puts into the binary. npm says what it lacks where Node is too old.
web: web/node_modules
	cd web && npm run build

web/node_modules: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch web/node_modules

# The document of the API, and the types that the web app reads it with.
api: web/node_modules
	cargo run --package brownout -- openapi > web/openapi.json
	cd web && npm run api

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
