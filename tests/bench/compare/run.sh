#!/usr/bin/env bash
# Builds what is measured and what it is compared with, then runs a script of this folder.
set -euo pipefail
cd "$(dirname "$0")/../../.."
script=$1
shift

mkdir -p build
cmake --preset release -DPLUGBOARD_TESTS=ON >build/release.configure.log 2>&1 || {
  cat build/release.configure.log >&2
  exit 1
}
cmake --build build/release -- plugboard plugboard-plugins plugboard-load floor-relay \
  bench-plugin-passing-hook >&2

# Installed once for each state of the lock file.
relays=tests/bench/compare/relays
packages=build/bench/packages
mkdir -p "$packages"
if command -v npm >/dev/null && ! cmp -s "$relays/package-lock.json" "$packages/installed.json"; then
  cp "$relays/package.json" "$relays/package-lock.json" "$packages"
  (cd "$packages" && npm ci --no-audit --no-fund --loglevel=error) >&2
  cp "$relays/package-lock.json" "$packages/installed.json"
fi
cp "$relays"/*.mjs "$packages"

exec python3 -B "tests/bench/compare/$script" "$@"
