#!/usr/bin/env bash
# Installs the packages on a clean Debian 12 in a folder, and uses them: clean_debian.sh BUILD_FOLDER
# Exit code 77: not possible here, for the reason that is printed.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
mirror=${PLUGBOARD_DEBIAN_MIRROR:-http://deb.debian.org/debian}

source "$root/tests/docs/blocks.sh"

skip() {
  echo "skipped: $*"
  exit 77
}
[ "$(id -u)" = 0 ] || skip "a clean Debian in a folder needs root"
command -v debootstrap >/dev/null || skip "debootstrap is not installed"

work=$(mktemp -d)
debian=$work/debian
relay=
finish() {
  [ -z "$relay" ] || kill "$relay" 2>/dev/null || true
  umount "$debian/proc" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

cpack --config "$build/CPackConfig.cmake" -B "$work/packages" >"$work/log" 2>&1 || {
  cat "$work/log"
  exit 1
}
debootstrap --variant=minbase bookworm "$debian" "$mirror" >"$work/log" 2>&1 || {
  tail -5 "$work/log"
  skip "no Debian 12 from $mirror (PLUGBOARD_DEBIAN_MIRROR names another)"
}
cp /etc/resolv.conf "$debian/etc/" 2>/dev/null || true
for file in /etc/apt/apt.conf.d/*proxy*; do
  [ ! -e "$file" ] || cp "$file" "$debian/etc/apt/apt.conf.d/"
done
mount -t proc proc "$debian/proc"
inside() { chroot "$debian" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
check() { # what it shows, command
  local what=$1
  shift
  "$@" >"$work/log" 2>&1 || {
    echo "not so: $what"
    cat "$work/log"
    exit 1
  }
  echo "so: $what"
}

mkdir "$debian/packages"
cp "$work"/packages/*.deb "$debian/packages"
inside apt-get update -qq
check 'the relay and its plugins install as docs/packaging.md says' inside sh -ec \
  "cd /packages; $(blocks "$root/docs/packaging.md" packages)"
check 'the relay has a user of its own' inside id plugboard
check 'a fresh key is there, for the relay alone' inside sh -c \
  '[ "$(stat -c "%a %U %G" /etc/plugboard/keys.txt)" = "640 root plugboard" ]'
check 'the manifest is a conffile' inside sh -c \
  'dpkg-query -W -f "\${Conffiles}" plugboard | grep -q /etc/plugboard/plugboard.toml'

inside sed -i 's/127.0.0.1:8080/127.0.0.1:0/' /etc/plugboard/plugboard.toml
chroot --userspec=plugboard:plugboard "$debian" plugboard serve >"$work/out" 2>"$work/serve" &
relay=$!
for _ in $(seq 100); do
  ! grep -q '^listening' "$work/out" || break
  sleep 0.1
done
port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$work/out")
key=$(grep -v '^#' "$debian/etc/plugboard/keys.txt")
check 'a message travels through it, sent as its user may' timeout 20 sh -c "
  '$build/bin/plugboard' peer ws://127.0.0.1:$port --channel main --id bob00001 --key '$key' --count 1 \
    </dev/null >'$work/bob' &
  bob=\$!
  for _ in \$(seq 50); do
    echo 'main:bob00001 hello' | '$build/bin/plugboard' peer ws://127.0.0.1:$port --channel main \
      --id alice001 --key '$key'
    sleep 0.1
    kill -0 \$bob 2>/dev/null || break
  done
  wait \$bob && grep -q hello '$work/bob'"
kill "$relay"
wait "$relay" || true
relay=

check 'systemd understands the unit' inside sh -c \
  'apt-get install -y -qq --no-install-recommends systemd && systemd-analyze verify plugboard.service'
check 'systemd finds the unit hardened' inside systemd-analyze security --offline=true --threshold=25 \
  plugboard.service

check 'the SDK, the client and the server library install' inside sh -c \
  'apt-get install -y -qq --no-install-recommends g++ cmake ninja-build /packages/plugboard-plugin-sdk_*.deb \
    /packages/plugboard-client-dev_*.deb /packages/plugboard-server-dev_*.deb'
cp -r "$root/examples" "$debian/examples"
for example in chat embedding; do
  check "examples/$example builds against them" inside sh -c \
    "cmake -G Ninja -S /examples/$example -B /$example -DCMAKE_BUILD_TYPE=Debug && cmake --build /$example"
done
check 'a plugin builds against the SDK' inside g++ -std=c++20 -shared -fPIC -fvisibility=hidden -fno-gnu-unique \
  -o /usr/lib/plugboard/plugins/my-plugin.so /examples/plugins/template/my_plugin.cpp
check 'the relay finds that plugin' inside sh -c \
  'plugboard plugins /etc/plugboard/plugboard.toml | grep -q my-plugin'

check 'removing leaves the configuration' inside sh -c \
  'apt-get remove -y -qq plugboard && [ -e /etc/plugboard/plugboard.toml ] && [ -e /etc/plugboard/keys.txt ]'
check 'purging leaves nothing' inside sh -c 'apt-get purge -y -qq plugboard && [ ! -e /etc/plugboard ]'
