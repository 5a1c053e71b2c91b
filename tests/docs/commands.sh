#!/usr/bin/env bash
# Runs the commands of the documents as they stand there, with the quick-start's relay on a free port:
# commands.sh BUILD_FOLDER SCRATCH_FOLDER
#
# What is added is what a reader does without thinking: the port, the relay's address and key in the
# environment, an end to what one would type into, and starting the second terminal after the first.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
rm -rf "$2"
mkdir -p "$2/bin"
scratch=$(cd "$2" && pwd)
source "$root/tests/docs/blocks.sh"

source "$root/tests/docs/quickstart.sh"

ln -s "$build/bin/plugboard" "$build/bin/plugboard-load" "$scratch/bin"
mkdir -p "$scratch/build"
ln -s "$build" "$scratch/build/release"
cp "$quickstart/keys.txt" "$scratch"
export PATH=$scratch/bin:$PATH
printf '#!/bin/sh\necho %s\n' "$relay" >"$scratch/bin/pidof"
# The verbs have runs of their own; here only that they are what ./dev calls them, and the options of
# the benchmark what that knows.
cat >"$scratch/dev" <<DEV
#!/bin/sh
"$root/dev" help | grep -q "^  \$1 " || { echo "./dev has no verb \$1"; exit 1; }
[ "\$1" = bench ] || exit 0
for word; do
  case \$word in
  --*) grep -qF -- "\"\$word\"" "$root"/tests/bench/compare/*.py || { echo "./dev bench knows no \$word"; exit 1; } ;;
  esac
done
DEV
chmod +x "$scratch/dev" "$scratch/bin/pidof"

cat >"$scratch/prelude" <<'PRELUDE'
set -e
set -o pipefail
waiting_peers() {
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET /health HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n' >&3
  sed -n 's/.*"active":\([0-9]*\).*/\1/p' <&3
}
plugboard() {
  case "$*" in *ci-00001*) until [ "$(waiting_peers)" -ge 1 ]; do sleep 0.05; done ;; esac
  command plugboard "$@"
}
PRELUDE

cd "$scratch"
for document in "${run_here[@]}"; do
  {
    cat prelude
    # Fewer connections than the quick-start allows; seconds of which one is enough here.
    blocks "$root/$document" | sed -e "s/localhost:8080/127.0.0.1:$port/g; s/127\.0\.0\.1:8080/127.0.0.1:$port/g" \
      -e "s#wss://127.0.0.1:8443#$URL#; s/--connections 5000/--connections 20 --key $PLUGBOARD_KEY --channel demo/" \
      -e 's/--seconds 2/--seconds 0.5/; s/--rate 100 /--rate 50 --warmup 0.2 /'
  } >commands
  echo "== $document"
  timeout 120 bash commands </dev/null
done
