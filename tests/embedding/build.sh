#!/usr/bin/env bash
# build.sh CMAKE BUILD_FOLDER EXAMPLES FOLDER COMPILER SANITIZE: installs the relay from the build
# folder into FOLDER/prefix and builds the example program against that.
set -euo pipefail
cmake=$1 build=$2 examples=$3 folder=$4 compiler=$5 sanitize=$6

rm -rf "$folder/prefix"
for component in server plugin-api; do
  "$cmake" --install "$build" --component "$component" --prefix "$folder/prefix" >/dev/null
done
flags=()
# A library built with a sanitizer needs programs that are.
[ -z "$sanitize" ] || flags=("-DCMAKE_CXX_FLAGS=-fsanitize=$sanitize -fno-sanitize=function")
launcher=()
! command -v ccache >/dev/null || launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
for example in embedding; do
  "$cmake" -G Ninja -S "$examples/$example" -B "$folder/$example" \
    -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_CXX_COMPILER="$compiler" "${flags[@]}" \
    "${launcher[@]}" >/dev/null
  "$cmake" --build "$folder/$example"
done
