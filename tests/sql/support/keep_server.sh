#!/bin/sh
# Runs a database server for as long as standard input stays open, so that it goes with the test
# that wanted it, however that ends. Usage: keep_server.sh FOLDER COMMAND...
# Prints the server's process id. A line "start" on standard input starts it once more (it must have
# ended); the end of input kills it, with all its children, and removes the folder.
folder=$1
shift

start() {
  "$@" >>"$folder/log" 2>&1 &
  server=$!
  echo "$server"
}

children_of() {
  for status in /proc/[0-9]*/stat; do
    # The name, in parentheses, may hold spaces.
    set -- "$1" $(sed 's/.*) //' "$status" 2>/dev/null)
    [ "${3:-}" != "$1" ] || basename "$(dirname "$status")"
  done
}

start "$@"
while read -r line; do
  [ "$line" != start ] || start "$@"
done
# Stopped processes are killed too; PostgreSQL's children are in process groups of their own.
kill -KILL $(children_of "$server") "$server" 2>/dev/null
wait
rm -rf "$folder"
