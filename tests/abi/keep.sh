#!/bin/bash
# Compiles the plugins that are kept of a release, once, when it is made:
#
#   keep.sh RELEASE     such as v1.0
#
# One goes through the C headers, one through the C++ layer on top of them. What is there already is
# never compiled again.
set -euo pipefail
cd "$(dirname "$0")"
folder=$1/$(uname -m)
mkdir -p "$folder"

keep() { # library compiler...
  local library=$folder/$1
  shift
  if [ -e "$library" ]; then
    echo "$library is kept as it is" >&2
  else
    "$@" -O2 -Wall -Wextra -pedantic -Werror -fPIC -shared -fvisibility=hidden -s -pthread \
      -o "$library"
  fi
}

keep every_kind.so gcc -std=c11 -D_POSIX_C_SOURCE=200809L -I "$1/include" every_kind.c
# The layer is not frozen: it is compiled into its plugins, with the C headers beside it, which are
# those of the release on the day that this runs.
keep every_kind_cpp.so g++ -std=c++20 -fno-gnu-unique -I ../../plugin-api/include every_kind.cpp
