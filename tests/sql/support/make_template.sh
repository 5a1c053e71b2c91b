#!/bin/sh
# Makes the data folder of an empty database server once, as a tar file that tests unpack.
# Usage: make_template.sh postgresql|mariadb FILE.tar
set -eu
kind=$1
file=$2
mkdir -p "$(dirname "$file")"
exec 9>"$file.lock"
flock 9
[ ! -f "$file" ] || exit 0

# Not below the build folder, which another user may not be able to enter.
folder=$(mktemp -d /tmp/plugboard-template-XXXXXX)
trap 'rm -rf "$folder"' EXIT
case $kind in
postgresql)
  programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$programs" ] || { echo "PostgreSQL's server is not installed (Debian: postgresql-15)" >&2; exit 1; }
  user=
  if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
    chown 65534:65534 "$folder"
    user="setpriv --reuid 65534 --regid 65534 --clear-groups"
  fi
  $user "$programs/initdb" -D "$folder/data" -U plugboard --auth=trust -E UTF8 --locale=C \
    --no-sync >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
  # One user has to say a password.
  { echo "local all guarded scram-sha-256"
    echo "host all guarded all scram-sha-256"
    cat "$folder/data/pg_hba.conf"; } >"$folder/hba"
  cat "$folder/hba" >"$folder/data/pg_hba.conf"
  ;;
mariadb)
  command -v mariadb-install-db >/dev/null || { echo "MariaDB's server is not installed (Debian: mariadb-server)" >&2; exit 1; }
  mariadb-install-db --no-defaults --datadir="$folder/data" --user="$(id -un)" --skip-test-db \
    --auth-root-authentication-method=normal --innodb-log-file-size=8M \
    >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
  ;;
esac
tar -C "$folder" -cf "$file.new" data
mv "$file.new" "$file"
