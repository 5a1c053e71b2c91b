#!/usr/bin/env bash
# Serves this folder's manifest and says how to see a message travel.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
port=$(sed -n 's/^listen = \["[0-9.]*:\([0-9]*\)"\]$/\1/p' "$here/plugboard.toml")
peer="$root/build/release/bin/plugboard peer ws://127.0.0.1:$port --channel demo --key quickstart-key --id"
cat >&2 <<TEXT

Plugboard is about to listen on port $port. Open this link in two tabs, and talk from one to the other:

  http://127.0.0.1:$port/#key=quickstart-key

Or see a message travel between two other terminals:

  $peer alice001
  $peer bob00001

and type into the first: demo:bob00001 hello

TEXT
exec "$root/build/release/bin/plugboard" serve --config "$here/plugboard.toml" "$@"
