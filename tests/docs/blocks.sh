# blocks DOCUMENT [TEST]: the commands of a document's blocks that begin with ```sh, or, with TEST,
# with ```sh test=TEST.
blocks() {
  awk -v start="\`\`\`sh${2:+ test=$2}" '
    $0 == start { inside = 1; next }
    /^```/ { inside = 0 }
    inside' "$1"
}
# Documents whose plain blocks commands.sh runs.
run_here=(README.md docs/clients.md docs/packaging.md docs/performance.md docs/plugin-check.md docs/security.md
  hosts/load/README.md)
# Documents that have a test of their own for all of their blocks.
run_elsewhere=(docs/first-plugin.md)
