#!/usr/bin/env bash
# Fuzzes one target with libFuzzer, beginning with its kept corpus; ./dev fuzz calls this.
#   run.sh                        lists the targets
#   run.sh TARGET [--seconds N]   fuzzes for so long (60); what it has found out stays in
#                                 build/fuzz/corpus/TARGET for the next time
#   run.sh TARGET --merge         adds to tests/corpus/TARGET what of that reaches new code
# An input that a target fails on is left in build/fuzz/findings, and the exit status is not 0. Put
# it into tests/corpus/TARGET with the mend: ordinary tests replay that folder.
set -euo pipefail
cd "$(dirname "$0")/../.."

targets() {
  local source
  for source in tests/fuzz/fuzz_*.cpp; do
    source=${source#tests/fuzz/fuzz_}
    source=${source%.cpp}
    echo "${source//_/-}"
  done
}

usage() {
  sed -n '2,8s/^# \{0,1\}//p' "$0"
  echo "Targets:" $(targets)
}

[ $# -gt 0 ] || {
  usage
  exit 0
}
target=$1
shift
targets | grep -qxF -- "$target" || {
  echo "fuzz: no target is called $target." >&2
  usage >&2
  exit 2
}
seconds=60
merge=0
while [ $# -gt 0 ]; do
  case $1 in
  --seconds)
    seconds=${2:-}
    [[ $seconds =~ ^[1-9][0-9]*$ ]] || {
      echo "fuzz: --seconds takes a whole number." >&2
      exit 2
    }
    shift 2
    ;;
  --merge)
    merge=1
    shift
    ;;
  *)
    usage >&2
    exit 2
    ;;
  esac
done

mkdir -p build/fuzz
if [ ! -f build/fuzz/build.ninja ]; then
  cmake --preset fuzz -DPLUGBOARD_TESTS=ON >build/fuzz.configure.log || {
    cat build/fuzz.configure.log >&2
    exit 1
  }
fi
cmake --build build/fuzz -- "fuzz-$target"

kept=tests/corpus/$target
grown=build/fuzz/corpus/$target
mkdir -p "$grown" build/fuzz/findings
if [ $merge = 1 ]; then
  exec "build/fuzz/bin/fuzz-$target" -merge=1 "$kept" "$grown"
fi
exec "build/fuzz/bin/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
  -artifact_prefix="build/fuzz/findings/$target-" "$grown" "$kept"
