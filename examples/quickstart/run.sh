#!/usr/bin/env bash
# Serves this folder's manifest and says how to see a message travel.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
port=$(sed -n 's/^listen = \["127.0.0.1:\([0-9]*\)"\]$/\1/p' "$here/plugboard.toml")
client="node $root/examples/quickstart/peer.mjs ws://127.0.0.1:$port demo"
cat >&2 <<TEXT

Plugboard is about to listen on port $port. To see a message travel, paste into two other terminals:

  $client alice001 quickstart-key
  $client bob00001 quickstart-key alice001

TEXT
exec "$root/build/release/bin/plugboard" serve --config "$here/plugboard.toml" "$@"
