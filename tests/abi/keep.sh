#!/bin/bash
# Compiles the plugins that are kept of a release, once, when it is made:
#
#   keep.sh RELEASE     such as v1.0
set -euo pipefail
cd "$(dirname "$0")"
folder=$1/$(uname -m)
mkdir -p "$folder"
gcc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -pedantic -Werror -fPIC -shared \
  -fvisibility=hidden -s -I "$1/include" -o "$folder/every_kind.so" every_kind.c -pthread
