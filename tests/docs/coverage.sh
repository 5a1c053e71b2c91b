#!/usr/bin/env bash
# Finds commands in the documentation that no test runs, links that lead nowhere, and pages that the index
# lacks: coverage.sh BUILD_FOLDER CTEST
#
# Every block of code says its language, and none is indented instead of fenced, so that every command
# is either in a block marked sh, which some test runs, or in the middle of a sentence: there a command
# of ./dev or of the program must at least exist, with the options that it is given.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
source "$root/tests/docs/blocks.sh"
tests=$("$2" --test-dir "$build" -N | sed -n 's/^ *Test *#[0-9]*: //p')
run_somewhere=$(printf '%s\n' "${run_here[@]}" "${run_elsewhere[@]}")
failed=0
wrong() {
  echo "$*"
  failed=1
}

# LINE, a blank, and: "fence" and what stands behind it; "indented"; "command" for a line of a block of
# another language that begins as commands do; "inline" and the command of a sentence; or "link" and
# where to.
things() {
  awk '
    /^ *```/ {
      inside = !inside
      language = $0; sub(/^ *```/, "", language)
      if (inside) print NR, "fence", language
      blank = 0
      next
    }
    inside && language !~ /^sh/ && /^ *(\$ |(\.\/dev|plugboard|plugboard-load|cmake|ctest|ninja|make|npm|node|curl|git|docker|systemctl|apt-get|sudo|cc|g\+\+|rustc) [a-z.\/-])/ {
      print NR, "command", $0
    }
    inside { next }
    /^    [^ ]/ && blank && !list { print NR, "indented" }
    {
      # What belongs to an entry of a list is indented too.
      if ($0 ~ /^ *([-*]|[0-9]+\.) /) list = 1
      else if ($0 ~ /^[^ ]/) list = 0
      blank = $0 ~ /^ *$/
      rest = $0
      while (match(rest, /\]\([^)# ]+/)) {
        target = substr(rest, RSTART + 2, RLENGTH - 2)
        rest = substr(rest, RSTART + RLENGTH)
        if (target !~ /^[a-z]+:/) print NR, "link", target
      }
      rest = $0
      while (match(rest, /`[^`]+`/)) {
        code = substr(rest, RSTART + 1, RLENGTH - 2)
        rest = substr(rest, RSTART + RLENGTH)
        if (code ~ /^(\.\/dev|plugboard) /) print NR, "inline", code
      }
    }' "$1"
}

verbs=$("$root/dev" help)
# check_inline WHERE COMMAND...: that it exists, and its options.
check_inline() {
  local where=$1
  shift
  if [ "$1" = ./dev ]; then
    [ "$2" = help ] || grep -q "^  \([a-z]* | \)*$2[ |]" <<<"$verbs" || wrong "$where: ./dev has no verb $2"
    return
  fi
  local names=("${2%%|*}") help word
  # Where a command has commands of its own: plugboard key new, plugboard blob put|get|delete.
  case ${3:-} in [a-z]*) [[ $3 == *.* ]] || case $2 in key | blob) names+=("${3%%|*}") ;; esac ;; esac
  help=$("$build/bin/plugboard" --help)
  for word in "${names[@]}"; do
    grep -q "^  $word  " <<<"$help" || {
      wrong "$where: there is no command plugboard ${names[*]}"
      return
    }
    help=$("$build/bin/plugboard" ${names[0]} $([ "$word" = "${names[0]}" ] || echo "$word") --help)
  done
  shift 2
  for word; do
    word=${word#[}
    word=${word%]}
    case $word in
    --*) grep -q -- "^  \(-.,\)\?$word\b" <<<"$help" || wrong "$where: plugboard ${names[*]} has no option $word" ;;
    esac
  done
}

while IFS= read -r document; do
  name=${document#"$root/"}
  while read -r line kind rest; do
    where=$name:$line
    case $kind in
    fence)
      case $rest in
      sh)
        grep -qxF -- "$name" <<<"$run_somewhere" || wrong "$where: a block of commands that no test runs"
        ;;
      'sh test='*)
        grep -qxF -- "${rest#*test=}" <<<"$tests" || wrong "$where: there is no test ${rest#*test=}"
        ;;
      c | cmake | cpp | js | json | rust | sql | text | toml) ;;
      '') wrong "$where: a block that does not say its language" ;;
      *) wrong "$where: a block in $rest; commands are marked sh" ;;
      esac
      ;;
    command) wrong "$where: a command in a block that is not marked sh: $rest" ;;
    indented) wrong "$where: an indented block; put it between fences that say its language" ;;
    link) [ -e "$(dirname "$document")/$rest" ] || wrong "$where: a link to $rest, which is not there" ;;
    inline)
      read -ra words <<<"$rest"
      check_inline "$where" "${words[@]}"
      ;;
    esac
  done < <(things "$document")
  case $name in
  docs/README.md) ;;
  docs/*/*) ;;
  docs/*) grep -qF "(${name#docs/})" "$root/docs/README.md" || wrong "$name is not in docs/README.md" ;;
  esac
done < <(find "$root" -name '*.md' -not -path '*/build/*' -not -path '*/node_modules/*')
exit "$failed"
