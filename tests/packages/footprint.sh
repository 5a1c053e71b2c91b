#!/usr/bin/env bash
# The bounds that docs/packaging.md promises: footprint.sh BUILD_FOLDER
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
max_binaries=4000000 # bytes, stripped, without the SQL plugins
max_memory=12288     # KiB resident after the start with the quick-start's plugins
libraries='linux-vdso ld-linux-x86-64 libc libm libgcc_s libstdc++ libssl libcrypto libz libre2 libsimdjson
  libspdlog libfmt'

work=$(mktemp -d)
relay=
trap '[ -z "$relay" ] || kill "$relay" 2>/dev/null || true; rm -rf "$work"' EXIT
failed=0
judge() { # what, value, bound
  printf '%-40s %10s  (at most %s)\n' "$1" "$2" "$3"
  [ "$2" -le "$3" ] || failed=1
}

total=0
for file in "$build/bin/plugboard" "$build"/plugins/*.so; do
  case $file in *-sql.so) continue ;; esac
  strip -o "$work/stripped" "$file"
  size=$(stat -c %s "$work/stripped")
  printf '%-40s %10s\n' "$(basename "$file")" "$size"
  total=$((total + size))
done
judge 'stripped binaries, bytes' "$total" "$max_binaries"

for file in "$build/bin/plugboard" "$build"/plugins/*.so; do
  case $file in *-sql.so) continue ;; esac
  for library in $(ldd "$file" | sed -n 's/^\s*\([^ ]*\).*/\1/p'); do
    name=$(basename "$library")
    if ! grep -qwF -- "${name%%.so*}" <<<"$libraries"; then
      echo "$(basename "$file") needs $name, which is more than it should"
      failed=1
    fi
  done
done

quickstart=$root/examples/quickstart
sed -e 's/^listen = .*/listen = ["127.0.0.1:0"]/' \
  -e "s#\"../../build/release/plugins\"#\"$build/plugins\"#" \
  -e "s#\"keys.txt\"#\"$quickstart/keys.txt\"#; s#\"\(\.\./[^\"]*\)\"#\"$quickstart/\1\"#" \
  "$quickstart/plugboard.toml" >"$work/plugboard.toml"
strip -o "$work/plugboard" "$build/bin/plugboard"
"$work/plugboard" serve --config "$work/plugboard.toml" >"$work/out" 2>"$work/log" &
relay=$!
for _ in $(seq 200); do
  ! grep -q '^listening' "$work/out" || break
  kill -0 "$relay" 2>/dev/null || break
  sleep 0.05
done
grep -q '^listening' "$work/out" || {
  cat "$work/log"
  exit 1
}
judge 'resident after the start, KiB' "$(sed -n 's/^VmRSS:\s*\([0-9]*\) kB/\1/p' "/proc/$relay/status")" \
  "$max_memory"
exit "$failed"
