#!/usr/bin/env bash
# Runs the tests of the JavaScript client: run.sh BUILD_FOLDER [test files]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
shift

export PLUGBOARD_PROGRAM=$build/bin/plugboard
export PLUGBOARD_PLUGINS=$build/plugins
export PLUGBOARD_TEST_PACKAGES=$build/tests/browser-packages

# Installed once for each state of the lock file.
mkdir -p "$PLUGBOARD_TEST_PACKAGES"
if ! cmp -s "$here/package-lock.json" "$PLUGBOARD_TEST_PACKAGES/installed.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$PLUGBOARD_TEST_PACKAGES"
  (cd "$PLUGBOARD_TEST_PACKAGES" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$here/package-lock.json" "$PLUGBOARD_TEST_PACKAGES/installed.json"
fi

# Node 20 and 21 have a WebSocket of their own behind a switch, later ones without.
switches=()
if node --experimental-websocket -e 0 2>/dev/null; then switches+=(--experimental-websocket); fi
[ $# -gt 0 ] || set -- "$here"/*_test.mjs
exec node "${switches[@]}" --test "$@"
