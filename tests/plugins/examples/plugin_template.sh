#!/bin/bash
# Runs the three commands of the plugin guide that make a plugin out of the template.
#
#   plugin_template.sh DOCUMENT PREFIX SCRATCH_FOLDER
set -euo pipefail
document=$1
export PREFIX=$2
rm -rf "$3"
mkdir -p "$3"
cd "$3"
# The block behind "## Building" that names this test.
sed -n '/^## Building$/,/^## /p' "$document" |
  sed -n '/^```sh test=plugin_template_document$/,/^```$/{/^```/d;p}' > commands
test "$(grep -c . commands)" = 3
bash -euo pipefail commands > output 2>&1 || { cat output; exit 1; }
# The check tool was among the tests.
grep -q 'my-plugin-plugin-check .*Passed' output || { cat output; exit 1; }
test -f my-plugin/build/my-plugin.so
