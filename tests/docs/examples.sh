#!/usr/bin/env bash
# Builds and runs the example programs by the commands of their documents, as they stand there, and
# tries the manifests and classes that pages show whole:
# examples.sh BUILD_FOLDER SCRATCH_FOLDER CMAKE COMPILER
#
# What is added is what a reader does without thinking: free ports, words typed into a chat, the key of
# an offer in place of the one in the document.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
rm -rf "$2"
mkdir -p "$2/bin" "$2/build"
scratch=$(cd "$2" && pwd)
cmake=$3
compiler=$4
source "$root/tests/docs/blocks.sh"
source "$root/tests/docs/quickstart.sh"
trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT

cd "$scratch"
ln -s "$build" build/release
ln -s "$root/examples" examples
ln -s "$cmake" bin/cmake
ln -s "$build/bin/plugboard" bin
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}
fi
export HOME=$scratch CXX=$compiler CMAKE_GENERATOR=Ninja
export PATH=$scratch/bin:$scratch/build/chat:$scratch/build/file-transfer:$PATH
# What is built already is not built again.
printf '#!/bin/sh\n"%s" help | grep -q "^  $1 "\n' "$root/dev" >dev
chmod +x dev

failed() {
  echo "failed: $*"
  exit 1
}
# await FILE TEXT: until the file holds it.
await() {
  local n
  for n in $(seq 600); do
    ! grep -qF -- "$2" "$1" 2>/dev/null || return 0
    sleep 0.05
  done
  failed "no \"$2\" in $1: $(cat "$1")"
}
# fenced DOCUMENT LANGUAGE: its blocks in that language.
fenced() { awk -v start="\`\`\`$2" '$0 == start { inside = 1; next } /^```/ { inside = 0 } inside' "$1"; }
# start FILE: its commands, the last of which goes on until the script ends.
start() { exec bash -ec "$(sed '$s/^/exec /' "$1")"; }
# commands DOCUMENT PATTERN: those of its commands that match.
commands() { blocks "$root/$1" docs-examples | grep -E "$2" | sed "s/localhost:8080/127.0.0.1:$port/g"; }

echo "== README.md"
fenced "$root/README.md" toml | sed 's/"0.0.0.0:8080"/"127.0.0.1:0"/' >plugboard.toml
commands README.md . >readme
start readme >readme.out 2>&1 &
await readme.out 'listening on'
await keys.txt ''
fenced "$root/README.md" cpp >readme.cpp
"$compiler" -std=c++20 -fsyntax-only -I "$root/plugin-api/include" readme.cpp

echo "== docs/migration.md"
fenced "$root/docs/migration.md" toml >migration.toml
ACCESS_KEYS=access-key-1 plugboard check --plugin-path "$build/plugins" migration.toml
fenced "$root/docs/migration.md" cpp >migration.cpp
"$compiler" -std=c++20 -fsyntax-only -I "$root/plugin-api/include" migration.cpp

echo "== docs/clients.md"
fenced "$root/docs/clients.md" cpp >clients.cpp
"$compiler" -std=c++20 -fsyntax-only -I "$root/hosts/client/include" clients.cpp

echo "== examples/chat"
commands examples/chat/README.md '^cmake' | bash -e
mkfifo alice bob
exec 5<>alice 6<>bob
commands examples/chat/README.md '^chat .* alice001 ' >chat-alice
commands examples/chat/README.md '^chat .* bob00001 ' >chat-bob
start chat-alice <alice >alice.out 2>&1 &
start chat-bob <bob >bob.out 2>&1 &
await alice.out '* demo:bob00001 is here'
echo hello >&5
await bob.out 'demo:alice001: hello'

echo "== examples/file-transfer"
commands examples/file-transfer/README.md '^cmake' | bash -e
mkdir -p here there
head -c 2097152 /dev/urandom >here/holiday.jpg
# Names that the chat does not hold.
commands examples/file-transfer/README.md '^file-transfer send' | sed 's/alice001/alice002/' >send
(cd here && start ../send) >send.out 2>&1 &
await send.out 'offered: '
key=$(sed -n 's/.* YOUR-ID \([^ ]*\) .*/\1/p' send.out)
commands examples/file-transfer/README.md '^# offered' | sed "s/^# //; s/tZ5cXyR0b\.\.\./$key/" | cmp - send.out
commands examples/file-transfer/README.md '^file-transfer receive' |
  sed "s/tZ5cXyR0b\.\.\./$key/; s/bob00001/bob00002/" >receive
(cd there && bash -e ../receive) >receive.out
commands examples/file-transfer/README.md '^# holiday' | sed 's/^# //' | cmp - receive.out
cmp here/holiday.jpg there/holiday.jpg

echo "== examples/embedding"
commands examples/embedding/README.md '^(\./dev|cmake)' | bash -e
commands examples/embedding/README.md '^build/' | sed 's/ 8080$/ 0/' >embedding
start embedding >embedding.out 2>&1 &
await embedding.out 'listening on'
embedded=$(sed -n 's/^listening on //p' embedding.out)
commands examples/embedding/README.md '^plugboard peer' | sed "s/127.0.0.1:8080/$embedded/" >peer
bash -e peer </dev/null | grep -F 'connected as demo:alice001'
