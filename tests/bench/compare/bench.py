#!/usr/bin/env python3
"""Measures Plugboard and others in turn with the same messages, and puts the figures side by side.

Servers have one CPU and the load program another. Each cell of the table is the median of some
rounds, in which all servers take turns, so that whatever else the machine does falls on all of them.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

import servers
import workloads

REFERENCE = "plugboard"


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one second for each cell")
    parser.add_argument("--seconds", type=float, default=2, help="for each cell (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(%(default)s)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help="a server to measure beside Plugboard; can be given several times")
    parser.add_argument("--workload", action="append", default=[], metavar="NAME",
                        choices=[workload.name for workload in workloads.WORKLOADS],
                        help="can be given several times")
    parser.add_argument("--server", action="append", default=[], metavar="NAME=COMMAND",
                        help="one more server, of Plugboard's protocol; {port} in its command, or "
                        "a word at its end, is the port on which it is to listen")
    parser.add_argument("--build", type=pathlib.Path,
                        default=servers.ROOT / "build/release", help=argparse.SUPPRESS)
    parser.add_argument("--output", type=pathlib.Path,
                        default=servers.ROOT / "build/bench", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.output = options.output.resolve()
    if options.quick:
        options.seconds = 1
    return options


def measured_servers(options):
    build = options.build
    packages = options.output / "packages"
    own = [servers.own(*text.split("=", 1)) for text in options.server]
    others = servers.peers(build, packages) + own
    known = [server.name for server in others]
    for name in options.only:
        if name not in known:
            sys.exit(f"There is no server {name}: {', '.join(known)}")
    if options.only:
        others = [server for server in others if server.name in options.only or server in own]
    for server in others:
        if server.missing:
            say(f"{server.name} is left out: {server.missing}")
    some = ("64 B", "1 KiB")
    return [
        servers.plugboard(build, REFERENCE),
        servers.plugboard(build, "with plugins", plugins=True, hooks=1),
        servers.plugboard(build, "2 threads", threads=2, all_cpus=True, only=some),
        # Where the load program's share of the CPUs is not in it.
        servers.plugboard(build, "2 threads, 1 CPU", threads=2, only=some),
        servers.plugboard(build, "TLS", tls=True, only=some + ("16 KiB",)),
        servers.plugboard(build, "compressing", server="compression = true\n",
                          only=servers.COMPRESSED),
    ] + [server for server in others if not server.missing]


def say(text):
    print(text, file=sys.stderr, flush=True)


def choose_cpus():
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) == 1:
        say("There is one CPU only: server and load program share it. Figures of CPU time hold, "
            "those of latency and throughput do not.")
    return {cpus[0]}, cpus[1 % len(cpus)]


def about(options):
    def first_line(command):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            return (done.stdout or done.stderr).splitlines()[0]
        except (OSError, IndexError):
            return None

    model = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="ascii")
             if line.startswith("model name")]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "processor": model[0] if model else platform.machine(),
        "cpus": os.cpu_count(),
        "kernel": platform.release(),
        "plugboard": first_line(["git", "-C", servers.ROOT, "describe", "--always", "--dirty"]),
        "node": first_line(["node", "--version"]),
        "nats-server": first_line([servers.find_program("nats-server") or "", "--version"]),
        "mosquitto": first_line([servers.find_program("mosquitto") or "", "-h"]),
        "seconds": options.seconds,
        "rounds": options.rounds,
    }


def aes_us_per_kib():
    """What OpenSSL itself takes to encrypt a KiB, in microseconds; None if it does not say."""
    command = ["openssl", "speed", "-mr", "-seconds", "1", "-bytes", "16384", "-evp", "aes-256-gcm"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        line = [line for line in done.stdout.splitlines() if line.startswith("+F:")][-1]
        return 1024 / float(line.split(":")[-1]) * 1e6
    except (OSError, subprocess.CalledProcessError, IndexError, ValueError):
        return None


def measure(options, chosen, cells):
    """{workload: {server: [reports or sentences]}}"""
    server_cpus, load_cpu = choose_cpus()
    runs = [(number, workload, server)
            for number in range(options.rounds)
            for workload in cells if not workload.rounds or number < workload.rounds
            for server in chosen if workload.fits(server)]
    results = {workload.name: {} for workload in cells}
    for number, (round_number, workload, server) in enumerate(runs, 1):
        say(f"[{number}/{len(runs)}] round {round_number + 1}: {workload.name}, {server.name}")
        report = workloads.run(options.build, workload, server, options.output / "servers",
                               seconds=options.seconds, warmup=min(1, options.seconds / 2),
                               server_cpus=server_cpus, load_cpu=load_cpu)
        if isinstance(report, str):
            say(f"    {report}")
        results[workload.name].setdefault(server.name, []).append(report)
    return results


def figures_of(reports, path):
    """One value for each round; None where a run failed."""
    return [None if isinstance(report, str) else workloads.figure(report, path)
            for report in reports]


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def summary(results, cells):
    """{workload: {figure: {server: {median, ratio}}}}. A ratio is the median of each round's own:
    rounds differ by what else the machine does, and servers of one round are its equals."""
    table = {}
    for workload in cells:
        for name, unit, path in workload.figures:
            by_server = {server: figures_of(reports, path)
                         for server, reports in results[workload.name].items()}
            # Where it does not take part, the first that does.
            reference = by_server.get(REFERENCE) or next(iter(by_server.values()), [])
            row = {}
            for server, values in by_server.items():
                ratios = [value / base for value, base in zip(values, reference)
                          if value is not None and base]
                row[server] = {"median": median(values), "ratio": median(ratios)}
            table.setdefault(workload.name, {})[f"{name}, {unit}" if unit else name] = row
    return table


def digits(value):
    if value is None:
        return "failed"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.1 else f"{value:.2g}"


def print_table(table, chosen):
    """Each figure with, in brackets, how many times that of Plugboard it is."""
    names = [server.name for server in chosen]
    rows = [["", ""] + names]
    for workload, figures in table.items():
        for figure, row in figures.items():
            cells = []
            for name in names:
                cell = row.get(name)
                text = digits(cell["median"]) if cell else ""
                if cell and name != REFERENCE and cell["ratio"] is not None:
                    text += f" ({digits(cell['ratio'])})"
                cells.append(text)
            rows.append([workload, figure] + cells)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main():
    options = arguments()
    options.output.mkdir(parents=True, exist_ok=True)
    servers.raise_file_limit()
    chosen = measured_servers(options)
    cells = [workload for workload in workloads.WORKLOADS
             if not options.workload or workload.name in options.workload]
    results = measure(options, chosen, cells)
    table = summary(results, cells)
    print_table(table, chosen)
    aes = aes_us_per_kib()
    if aes is not None:
        print(f"\nOpenSSL's AES-256-GCM alone: {aes:.3f} µs for each KiB and direction")
    path = options.output / "result.json"
    path.write_text(json.dumps({"about": about(options), "aes_us_per_kib": aes, "summary": table, "runs": results},
                               indent=1, ensure_ascii=False) + "\n")
    say(f"All figures of all rounds: {path}")
    failed = any(isinstance(report, str) for by_server in results.values()
                 for reports in by_server.values() for report in reports)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
