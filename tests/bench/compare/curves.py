#!/usr/bin/env python3
"""Measures how the cost of a message, a connection and a notification grows, and draws it: one CSV
and one SVG for each curve, in docs/performance."""

import argparse
import csv
import dataclasses
import os
import pathlib
import statistics
import sys

import plot
import servers
import workloads

CPU = ("cpu_us", "server", "per_message")
KEYS_FILE = "keys.txt"


@dataclasses.dataclass
class Curve:
    """`line`: {name: function of x that gives a server, a mode with options, and what is read}"""

    name: str
    title: str
    x_label: str
    y_label: str
    xs: tuple
    lines: dict
    x_text: object = plot.number


def throughput(size, pairs, window):
    return workloads.throughput("", size, pairs, window)


def keys(build, count):
    """Plugboard with a file of so many keys, the one that is used the last."""
    server = servers.plugboard(build, f"keys {count}", plugins=True, settles=True)
    start = server.command

    def command(port, second_port, folder):
        lines = "".join(f"other-key-{number:08}\n" for number in range(count - 1))
        (folder / KEYS_FILE).write_text(lines + servers.KEY + "\n")
        words = start(port, second_port, folder)
        manifest = folder / "plugboard.toml"
        text = manifest.read_text().replace('library = "key-store-env"', 'library = "key-store-file"')
        text = text.replace('config = { variable = "BENCH_KEYS" }', f'config = {{ file = "{KEYS_FILE}" }}')
        manifest.write_text(text)
        return words

    server.command = command
    return server


def curves(build):
    bare = servers.plugboard(build, "bare")
    plugins = servers.plugboard(build, "plugins", plugins=True, hooks=1)
    floor = servers.Server("floor", lambda port, *_: [build / "tests/bench/floor-relay", str(port)])

    def window(size):
        return max(1, min(64, (1 << 20) // size))

    def by_size(server):
        return lambda size: (server, throughput(size, 10, window(size)), CPU)

    def by_pairs(server, in_flight):
        return lambda pairs: (server, throughput(64, pairs, in_flight), CPU)

    def idle(path, *more):
        return lambda count: (
            bare,
            workloads.Workload("", "idle", ("--connections", count, "--seconds", 0) + more, (),
                               timed=False),
            path,
        )

    memory = ("memory_bytes", "pss_per_connection")
    return [
        Curve("size", "A message by its size (10 pairs)", "bytes of a message",
              "µs of CPU for each message",
              (64, 256, 1024, 4096, 16384, 65536, 262144, 1048576),
              {"bare": by_size(bare), "with plugins": by_size(plugins), "floor": by_size(floor)},
              plot.size),
        Curve("pairs", "A message of 64 B by the number of pairs", "pairs",
              "µs of CPU for each message", (1, 10, 100, 1000, 5000),
              {"one in flight": by_pairs(bare, 1), "64 in flight": by_pairs(bare, 64)}),
        Curve("connections", "Memory of a connection", "connections", "bytes for each connection",
              (100, 1000, 5000, 10000, 19000),
              {"silent": idle(memory), "after a message": idle(memory, "--touch")}),
        Curve("opening", "Letting a peer in, by those who are there", "connections",
              "µs of CPU for each connection", (1000, 2000, 5000, 10000, 19000),
              {"opening": idle(("opening_cpu_us", "server", "per_connection"))}),
        Curve("watchers", "Telling of a peer by the number of its watchers", "watchers",
              "µs of CPU for each notification", (1, 10, 100, 1000, 10000),
              {"presence": lambda count: (
                  bare, workloads.Workload("", "presence", ("--connections", count), ()),
                  ("cpu_us", "server", "per_status"))}),
        Curve("hooks", "A message of 64 B by the hooks it passes (10 pairs, 64 in flight)", "hooks",
              "µs of CPU for each message", (0, 1, 2, 5, 10),
              {"hooks": lambda count: (
                  servers.plugboard(build, f"{count} hooks", hooks=count) if count else bare,
                  throughput(64, 10, 64), CPU)}),
        Curve("keys", "A connection's life by the keys in the store's file", "keys",
              "µs of CPU for each connection", (10, 100, 1000, 10000, 100000, 1000000),
              {"key-store-file": lambda count: (
                  keys(build, count), workloads.Workload("", "connect", (), ()),
                  ("cpu_us", "server", "per_cycle"))}),
    ]


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(curve, options, load_cpu):
    """{line: [(x, median)]}; every round visits every point."""
    values = {}
    for _ in range(options.rounds):
        for x in curve.xs:
            for line, point in curve.lines.items():
                server, workload, path = point(x)
                report = workloads.run(
                    options.build, workload, server, options.work, seconds=options.seconds,
                    warmup=0.4, server_cpus={options.cpus[0]}, load_cpu=load_cpu)
                if isinstance(report, str):
                    say(f"{curve.name}, {line}, {x}: {report}")
                    continue
                value = workloads.figure(report, path)
                if value is not None:
                    values.setdefault((line, x), []).append(value)
    return {
        line: [(x, statistics.median(values[line, x])) for x in curve.xs if (line, x) in values]
        for line in curve.lines
    }


def write(curve, series, folder):
    with open(folder / f"{curve.name}.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([curve.x_label] + list(series))
        for x in curve.xs:
            table.writerow([x] + [dict(line).get(x, "") for line in series.values()])
    picture = plot.svg(curve.title, curve.x_label, curve.y_label,
                       {name: line for name, line in series.items() if line}, curve.x_text)
    (folder / f"{curve.name}.svg").write_text(picture, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(prog="./dev curves", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1, help="for each point (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--only", action="append", default=[], metavar="CURVE")
    parser.add_argument("--output", type=pathlib.Path, default=servers.ROOT / "docs/performance")
    parser.add_argument("--build", type=pathlib.Path,
                        default=servers.ROOT / "build/release", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.work = servers.ROOT / "build/bench/curves"
    options.output.mkdir(parents=True, exist_ok=True)
    servers.raise_file_limit()
    options.cpus = sorted(os.sched_getaffinity(0))
    load_cpu = options.cpus[1 % len(options.cpus)]
    if len(options.cpus) == 1:
        say("There is one CPU only: server and load program share it.")
    complete = True
    for curve in curves(options.build):
        if options.only and curve.name not in options.only:
            continue
        say(curve.title)
        series = measure(curve, options, load_cpu)
        complete = complete and all(len(line) == len(curve.xs) for line in series.values())
        write(curve, series, options.output)
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
