#!/bin/bash
# Runs the commands of every example plugin's README, in a copy of its folder.
#
#   example_documents.sh SOURCE PREFIX SCRATCH_FOLDER
#
# What is added is what a reader does without thinking: where Plugboard is installed, and an end to what
# would run until it is interrupted.
set -euo pipefail
source=$1
prefix=$2
scratch=$3
source "$source/tests/docs/blocks.sh"
export PATH="$prefix/bin:$PATH"

rm -rf "$scratch"
mkdir -p "$scratch/examples"
cp -r "$source/examples/plugins" "$scratch/examples"
ln -s "$source/plugin-api" "$scratch/plugin-api"
for folder in "$scratch"/examples/plugins/*/; do
  name=$(basename "$folder")
  cd "$folder"
  blocks README.md example_plugins_documents |
    sed -e "s#/path/to/plugboard#$prefix#" -e 's/^}).listen(8000,/}).listen(0,/' \
      -e "s/'127\.0\.0\.1');\$/'127.0.0.1', function () { this.close(); });/" >commands
  [ -s commands ] || { echo "$name: its README has no commands"; exit 1; }
  bash -euo pipefail commands >output 2>&1 </dev/null || { cat output; echo "the commands of $name fail"; exit 1; }
  [ -n "$(find . -name '*.so')" ] || { echo "$name: no plugin was made"; exit 1; }
  echo "$name: $(grep -c . commands) lines run"
done
