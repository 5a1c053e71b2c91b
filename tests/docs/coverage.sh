#!/usr/bin/env bash
# Finds commands in the documentation that no test runs: coverage.sh BUILD_FOLDER CTEST
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
source "$root/tests/docs/blocks.sh"
tests=$("$2" --test-dir "$1" -N | sed -n 's/^ *Test *#[0-9]*: //p')
failed=0
while IFS= read -r document; do
  name=${document#"$root/"}
  while IFS= read -r fence; do
    case $fence in
    '```sh')
      printf '%s\n' "${run_here[@]}" "${run_elsewhere[@]}" | grep -qxF -- "$name" && continue
      echo "$name: a block of commands that no test runs"
      ;;
    '```sh test='*)
      grep -qxF -- "${fence#*test=}" <<<"$tests" && continue
      echo "$name: there is no test ${fence#*test=}"
      ;;
    *) continue ;;
    esac
    failed=1
  done < <(grep '^```sh' "$document" || true)
done < <(find "$root" -name '*.md' -not -path '*/build/*' -not -path '*/node_modules/*')
exit "$failed"
