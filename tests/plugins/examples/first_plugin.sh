#!/bin/bash
# Runs the commands of docs/first-plugin.md as they stand there, in a scratch folder.
#
#   first_plugin.sh DOCUMENT BUILD_FOLDER CMAKE SCRATCH_FOLDER
#
# Only what a reader does without thinking is added: another port if that of the document is taken,
# waiting until the relay listens or has reloaded. What is built already is not built again.
set -euo pipefail
document=$1
build=$2
source=$(dirname "$document")/..
export CMAKE=$3
scratch=$4

rm -rf "$scratch"
mkdir -p "$scratch/build"
ln -s "$build" "$scratch/build/release"
cp "$source/CMakePresets.json" "$scratch"
export HOME=$scratch
cd "$scratch"
export PATH="$PWD/build/release/bin:$PATH"

# A port that is free: one that the relay has been given, and has given back.
cat > probe.toml <<'TOML'
[server]
listen = ["127.0.0.1:0"]
[[channel]]
name = "pwa"
[chain]
key_store = "open"
TOML
plugboard serve --config probe.toml > probe.out 2> /dev/null &
until grep -q '^listening on' probe.out; do sleep 0.05; done
port=$(sed -n 's/^listening on .*://p' probe.out)
kill $!
wait $! || true

cat > prelude <<'PRELUDE'
set -e
cmake() {
  case $1 in
  --preset) grep -q "\"name\": \"$2\"" CMakePresets.json ;;
  --build) [ -x "$2/bin/plugboard" ] ;;
  *) "$CMAKE" "$@" ;;
  esac
}
plugboard() {
  if [ "$1" = serve ]; then exec "$(type -P plugboard)" "$@" > serve.out 2> serve.err; fi
  command plugboard "$@"
}
wait_for() { until grep -q "$1" "$2" 2> /dev/null; do sleep 0.05; done; }
trap 'status=$?; kill $(jobs -p) 2> /dev/null || true; cat serve.err 2> /dev/null; exit $status' EXIT
PRELUDE

# The blocks marked sh, one behind the other.
sed -n '/^```sh$/,/^```$/{/^```/d;p}' "$document" |
  sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$port/" \
      -e 's/^! \(.*\)$/if \1; then echo "should have failed" >\&2; exit 1; fi/' \
      -e '/^plugboard serve &$/a wait_for "listening on" serve.out' \
      -e '/^kill -HUP/a wait_for "reloaded" serve.err' > commands
grep -q '^plugboard serve &$' commands
cat prelude commands > script
timeout 120 bash script > output 2>&1 || { cat output; echo "the commands of $document fail"; exit 1; }

# What the document says they print, in the blocks behind them.
expected=$(sed -n '/^```text$/,/^```$/{/^```/d;p}' "$document")
test -n "$expected"
while IFS= read -r line; do
  grep -qxF "$line" output || { cat output; echo "missing: $line"; exit 1; }
done <<< "$expected"
