#!/usr/bin/env bash
# benches/build_times.sh ENV: how long who builds dylens waits, as the lines of CONTRIBUTING.md's table, and how much faster
# what is shipped runs on ENV. It builds everything from nothing, below target/times, and wants a quiet machine; it is no test.
set -euo pipefail
cd "$(dirname "$0")/.."
env=${1:?which environment?}
export CARGO_TARGET_DIR="$PWD/target/times" CARGO_TERM_PROGRESS_WHEN=never
rule=src/diagnose/rules/rpath_outside.rs
rm -rf "$CARGO_TARGET_DIR"
mkdir -p "$CARGO_TARGET_DIR"
cp "$rule" "$CARGO_TARGET_DIR/rule"
trap 'cp "$CARGO_TARGET_DIR/rule" "$rule"' EXIT

# row WHAT COMMAND...: seconds on the clock, and seconds that the processors computed.
row() {
  local what=$1 took
  shift
  TIMEFORMAT='%R %U'
  took=$({ time "$@" >"$CARGO_TARGET_DIR/log" 2>&1 || { cat "$CARGO_TARGET_DIR/log" && exit 1; }; } 2>&1) || { echo "$took" >&2 && exit 1; }
  printf '| %s | %.0f s | %.0f s |\n' "$what" $took
}

echo '| | seconds | of computing |'
echo '|---|---|---|'
row 'first `cargo run --release -- --version`' cargo run --locked --release -- --version
row 'first `cargo test`' cargo test --locked
cargo check --locked -q
# A new line is what an edit is to the compiler: everything behind it has moved.
sed -i '1i // Touched.' "$rule"
row 'a rule touched: `cargo check`' cargo check --locked
row 'a rule touched: its tests' cargo test --locked --test it rpath_outside
cp "$CARGO_TARGET_DIR/rule" "$rule"
cargo build --locked -q --profile dist
for profile in release dist; do
  echo "$profile: $(stat -c %s "$CARGO_TARGET_DIR/$profile/dylens") bytes"
done
benches/compare.py "$CARGO_TARGET_DIR/dist/dylens" "$env" --runs 15 --beside "$CARGO_TARGET_DIR/release/dylens"
