#!/usr/bin/env python3
"""Says in which functions of the relay the instructions of one kind of traffic are spent:

    tests/bench/cost/functions.py build/release/tests/relay-cost "plugins 64 B"
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile


def run(program, traffic, folder):
    """The path of callgrind's profile, and how many events it is of."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--toggle-collect=plugboard::net::Loop::turn(int)",
         f"--callgrind-out-file={folder}/profile", program, traffic],
        capture_output=True, text=True, check=True)
    return pathlib.Path(folder) / "profile.1", json.loads(done.stdout.splitlines()[0])["count"]


def by_function(profile):
    """Instructions of each function itself, without those it calls (callgrind's format)."""
    costs, names = collections.Counter(), {}
    function, is_call = None, False
    for line in profile.read_text(encoding="utf-8").splitlines():
        if named := re.match(r"(c?fn)=\((\d+)\)(?: (.*))?$", line):
            kind, number, name = named.groups()
            if name:
                names[number] = name
            if kind == "fn":
                function = number
        elif line.startswith("calls="):
            is_call = True  # the next line is what the called one cost
        elif function and re.match(r"[+*-]?\d* \d+", line):
            if not is_call:
                costs[function] += int(line.split()[1])
            is_call = False
    return {names[number]: cost for number, cost in costs.items()}


def short(name):
    name = re.sub(r"\(anonymous namespace\)::|plugboard::|non-virtual thunk to ", "", name)
    return re.sub(r"\(.*", "", name)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        profile, count = run(sys.argv[1], sys.argv[2], folder)
        costs = by_function(profile)
    each = collections.Counter()
    for name, cost in costs.items():
        each[short(name)] += cost / count
    print(f"{sum(each.values()):10.0f}  all")
    for name, cost in each.most_common():
        if cost >= 0.005 * sum(each.values()):
            print(f"{cost:10.1f}  {name}")


if __name__ == "__main__":
    main()
