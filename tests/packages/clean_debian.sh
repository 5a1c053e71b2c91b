#!/usr/bin/env bash
# Installs the packages on a clean Debian 12 in a folder, and uses them: clean_debian.sh BUILD_FOLDER
# Exit code 77: not possible here, for the reason that is printed.
set -euo pipefail

# Everything is mounted, and everything runs, in namespaces of their own, which end with this test
# however it ends: the folder is removed from outside, where nothing was ever mounted in it.
if [ "${2:-}" != inside ]; then
  skip() {
    echo "skipped: $*"
    exit 77
  }
  [ "$(id -u)" = 0 ] || skip "a clean Debian in a folder needs root"
  for package in debootstrap systemd-container; do
    dpkg-query -W "$package" >/dev/null 2>&1 || skip "$package is not installed"
  done
  namespaces=(unshare --mount --pid --fork --kill-child --mount-proc)
  "${namespaces[@]}" true 2>/dev/null || skip "this machine gives no mount namespaces"
  work=$(mktemp -d)
  running=
  finish() {
    # With it end all that run in its namespaces, and then these.
    [ -z "$running" ] || kill -KILL "$running" 2>/dev/null || true
    wait
    rm -rf --one-file-system "$work" || { sleep 1 && rm -rf --one-file-system "$work"; }
  }
  trap finish EXIT
  trap 'exit 1' INT TERM HUP
  "${namespaces[@]}" "$0" "$1" inside "$work" &
  running=$!
  wait "$running" || status=$?
  running=
  exit "${status:-0}"
fi

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
work=$3
debian=$work/debian
mirror=${PLUGBOARD_DEBIAN_MIRROR:-http://deb.debian.org/debian}
source "$root/tests/docs/blocks.sh"

cpack --config "$build/CPackConfig.cmake" -B "$work/packages" >"$work/log" 2>&1 || {
  cat "$work/log"
  exit 1
}
debootstrap --variant=minbase bookworm "$debian" "$mirror" >"$work/log" 2>&1 || {
  tail -5 "$work/log"
  echo "skipped: no Debian 12 from $mirror (PLUGBOARD_DEBIAN_MIRROR names another)"
  exit 77
}
cp /etc/resolv.conf "$debian/etc/" 2>/dev/null || true
# How this machine reaches its package sources.
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/*registry*; do
  [ ! -e "$file" ] || cp "$file" "$debian/etc/apt/apt.conf.d/"
done
mount -t proc proc "$debian/proc"
inside() { chroot "$debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
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
# Its output is that of a shell in the clean Debian.
check_inside() { # what it shows, commands
  check "$1" inside sh -ec "$2"
}

relay=
# Serves as the unit's user with the packages' manifest; `port` and `key` are what one needs to connect.
serve() {
  : >"$work/out"
  chroot --userspec=plugboard:plugboard "$debian" env -i PATH=/usr/bin:/bin plugboard serve \
    >"$work/out" 2>"$work/serve" &
  relay=$!
  for _ in $(seq 200); do
    ! grep -q '^listening' "$work/out" || break
    kill -0 "$relay" 2>/dev/null || break
    sleep 0.1
  done
  port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$work/out")
  [ -n "$port" ] || {
    echo "not so: the relay serves as its user, with the manifest that came with it"
    cat "$work/serve"
    exit 1
  }
  key=$(grep -v '^#' "$debian/etc/plugboard/keys.txt")
  echo "so: the relay serves as its user, with the manifest that came with it"
}
# A peer waits for what the other says to it, which is said again until the peer has come and heard it.
a_message_travels() {
  check 'a message travels through it' timeout 60 chroot "$debian" env PLUGBOARD_KEY="$key" sh -ec "
    peer='plugboard peer ws://127.0.0.1:$port --channel main'
    \$peer --id bob00001 --count 1 </dev/null >/tmp/bob &
    while kill -0 \$! 2>/dev/null; do
      echo 'main:bob00001 hello' | \$peer --id alice001
      sleep 0.1
    done
    wait \$!
    grep -q hello /tmp/bob
    echo kept | plugboard blob put ws://127.0.0.1:$port note0001
    [ \"\$(plugboard blob get ws://127.0.0.1:$port note0001)\" = kept ]"
}
stop_serving() {
  kill -TERM "$relay"
  check 'the relay ends in good order' wait "$relay"
  relay=
}

mkdir "$debian/packages"
cp "$work"/packages/*.deb "$debian/packages"
inside apt-get update -qq
check_inside 'the relay and its plugins install as docs/packaging.md says' \
  "cd /packages; $(blocks "$root/docs/packaging.md" packages)"
check_inside 'they bring no database along' \
  '! dpkg-query -W -f "\${Package}\n" | grep -E "soci|sqlite|libpq|maria|mysql" &&
   ! ls /usr/lib/plugboard/plugins | grep sql'
check_inside 'the relay has a user of its own, who cannot log in' \
  'getent passwd plugboard | grep -q ":/var/lib/plugboard:/usr/sbin/nologin$" && [ "$(id -u plugboard)" -lt 1000 ]'
check_inside 'a fresh key is there, for the relay alone' \
  '[ "$(stat -c "%a %U %G" /etc/plugboard/keys.txt)" = "640 root plugboard" ]'
check_inside 'the manifest is a conffile' \
  'dpkg-query -W -f "\${Conffiles}" plugboard | grep -q /etc/plugboard/plugboard.toml'
check_inside 'what was installed is what the packages hold' \
  'dpkg --verify plugboard && dpkg --verify plugboard-plugins'

inside sed -i 's/127.0.0.1:8080/127.0.0.1:0/' /etc/plugboard/plugboard.toml
serve
a_message_travels
kill -HUP "$relay"
check 'it reads its manifest again' timeout 20 sh -c \
  "until grep -q 'reload' '$work/serve'; do sleep 0.1; done"
stop_serving

check_inside 'the SQL plugins install beside it' \
  'apt-get install -y -qq --no-install-recommends /packages/plugboard-plugins-sql_*.deb'
check_inside 'the relay finds them' \
  'plugboard plugins /etc/plugboard/plugboard.toml | grep -q key-store-sql'
check_inside 'keys in an SQLite database are checked' '
  sed -e "s/library = .key-store-file./library = \"key-store-sql\"/" \
    -e "s#^config = { file = .keys.txt. }.*#config = { connection = \"sqlite3:///tmp/keys.db\", table = \"keys\", key_column = \"name\" }#" \
    /etc/plugboard/plugboard.toml >/tmp/sql.toml
  grep -q key-store-sql /tmp/sql.toml
  grep -q sqlite3: /tmp/sql.toml
  apt-get install -y -qq --no-install-recommends sqlite3 >/dev/null
  sqlite3 /tmp/keys.db "create table keys (name text)"
  plugboard check /tmp/sql.toml'

check_inside 'installing again keeps the changed manifest and the key' '
  sum() { cat /etc/plugboard/plugboard.toml /etc/plugboard/keys.txt | sha256sum; }
  before=$(sum)
  apt-get install -y -qq --reinstall /packages/plugboard_*.deb </dev/null
  [ "$(sum)" = "$before" ] && grep -q 127.0.0.1:0 /etc/plugboard/plugboard.toml'

check_inside 'systemd understands the unit' '
  apt-get install -y -qq --no-install-recommends systemd
  said=$(systemd-analyze verify plugboard.service 2>&1) && [ -z "$said" ] || { echo "$said"; exit 1; }'
check_inside 'systemd finds the unit hardened' \
  'systemd-analyze security --offline=true --threshold=25 plugboard.service'
check_inside 'the unit is enabled where systemd is' '
  apt-get install -y -qq --reinstall /packages/plugboard_*.deb </dev/null
  [ -L /etc/systemd/system/multi-user.target.wants/plugboard.service ]'

check_inside 'the SDK, the client and the server library install' \
  'apt-get install -y -qq --no-install-recommends g++ cmake ninja-build /packages/plugboard-plugin-sdk_*.deb \
    /packages/plugboard-client-dev_*.deb /packages/plugboard-server-dev_*.deb'
cp -r "$root/examples" "$debian/examples"
for example in chat file-transfer embedding; do
  check_inside "examples/$example builds against them" \
    "cmake -G Ninja -S /examples/$example -B /$example -DCMAKE_BUILD_TYPE=Debug && cmake --build /$example"
done
check_inside 'a plugin builds against the SDK' \
  'g++ -std=c++20 -shared -fPIC -fvisibility=hidden -fno-gnu-unique \
    -o /usr/lib/plugboard/plugins/my-plugin.so /examples/plugins/template/my_plugin.cpp'
check_inside 'the relay finds that plugin' \
  'plugboard plugins /etc/plugboard/plugboard.toml | grep -q my-plugin'
check_inside 'the plugin keeps what the ABI promises' \
  'plugboard plugin-check /usr/lib/plugboard/plugins/my-plugin.so'

# The last thing that runs in a systemd of its own; what it prints is in /trial, the last line "done".
cat >"$debian/usr/local/bin/trial" <<'TRIAL'
#!/bin/sh
set -ex
property() { systemctl show plugboard -p "$1" --value; }
within() { # seconds, command
  left=$(($1 * 10))
  shift
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ]
    sleep 0.1
  done
}
is() { [ "$(property "$1")" = "$2" ]; }
# This unit comes after the relay's, and that counts as started when the relay has said READY=1.
is ActiveState active
is StatusText serving
is User plugboard
relay=$(property MainPID)
grep -q '^NoNewPrivs:.*1$' "/proc/$relay/status"
port=$(journalctl -u plugboard -o cat | sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' | tail -n 1)
PLUGBOARD_KEY=$(grep -v '^#' /etc/plugboard/keys.txt) plugboard peer "ws://127.0.0.1:$port" \
  --channel main --id alice001 --json </dev/null | grep '"event":"open"'

systemctl reload plugboard
within 10 is ActiveState active
within 10 sh -c 'journalctl -u plugboard -o cat | grep reloaded'
is MainPID "$relay"

mkdir -p /run/systemd/system/plugboard.service.d
printf '[Service]\nWatchdogSec=1s\nTimeoutStopSec=1s\n' >/run/systemd/system/plugboard.service.d/hasty.conf
systemctl daemon-reload
systemctl restart plugboard
is NRestarts 0
sleep 3 # three times the watchdog's patience
is NRestarts 0
kill -STOP "$(property MainPID)"
within 20 is NRestarts 1
within 10 is ActiveState active
rm -r /run/systemd/system/plugboard.service.d
systemctl daemon-reload

systemctl stop plugboard
is Result success
sed -i 's/^listen/lisen/' /etc/plugboard/plugboard.toml
! systemctl start plugboard || exit 1
is ExecMainStatus 2
sleep 2 # twice what it would wait before a restart
is ActiveState failed
sed -i 's/^lisen/listen/' /etc/plugboard/plugboard.toml
systemctl reset-failed plugboard
systemctl start plugboard

dpkg --remove plugboard
! systemctl is-active plugboard || exit 1
echo done
TRIAL
chmod +x "$debian/usr/local/bin/trial"
cat >"$debian/etc/systemd/system/trial.service" <<'TRIAL'
[Unit]
After=plugboard.service

[Service]
Type=oneshot
ExecStart=/usr/local/bin/trial
StandardOutput=file:/trial
StandardError=inherit
ExecStopPost=systemctl --no-block poweroff

[Install]
WantedBy=multi-user.target
TRIAL
inside systemctl --quiet enable trial.service
umount "$debian/proc" # it mounts its own
timeout 180 systemd-nspawn --register=no --keep-unit --private-network --resolv-conf=off --timezone=off \
  --directory="$debian" --boot </dev/null >"$work/boot" 2>&1 || cat "$work/boot"
check 'a systemd starts, reloads, watches, restarts and stops it, and removing it stops it' sh -c \
  "cat '$debian/trial'; [ \"\$(tail -n 1 '$debian/trial')\" = done ]"

mount -t proc proc "$debian/proc"

check_inside 'removing leaves the configuration' \
  '[ -e /etc/plugboard/plugboard.toml ] && [ -e /etc/plugboard/keys.txt ] && [ ! -e /usr/bin/plugboard ]'
check_inside 'purging leaves nothing' '
  rm /usr/lib/plugboard/plugins/my-plugin.so
  apt-get purge -y -qq "plugboard*"
  for left in /etc/plugboard /usr/lib/plugboard /var/lib/plugboard /usr/share/doc/plugboard \
    /usr/include/plugboard /etc/systemd/system/multi-user.target.wants/plugboard.service; do
    [ ! -e "$left" ] || { find "$left"; exit 1; }
  done'
