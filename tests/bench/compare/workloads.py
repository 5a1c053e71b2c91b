"""What servers are put to, and the figures that come of it."""

import dataclasses
import json
import os
import subprocess

import servers

CPU_MESSAGE = ("CPU per message", "µs", ("cpu_us", "server", "per_message"))
P50 = ("latency, median", "µs", ("latency_us", "p50"))
P99 = ("latency, 99 %", "µs", ("latency_us", "p99"))


@dataclasses.dataclass
class Workload:
    """One run of plugboard-load. `figures`: name, unit, path in its report."""

    name: str
    mode: str
    options: tuple
    figures: tuple
    timed: bool = True
    protocols: tuple = ()  # empty: all
    rounds: int = 0  # 0: all
    without: tuple = ()  # servers that cannot do this
    named_only: bool = False  # only for servers that name it

    def fits(self, server):
        if self.name not in server.only and (server.only or self.named_only):
            return False
        return server.name not in self.without and (
            not self.protocols or server.protocol in self.protocols
        )


def throughput(name, size, pairs, window, more=(), **kinds):
    options = ("--size", size, "--pairs", pairs, "--window", window, *more)
    rate = ("messages a second", "", ("messages", "per_second"))
    return Workload(name, "throughput", options, (CPU_MESSAGE, rate, P50, P99), **kinds)


def presence(name, peers):
    options = ("--connections", 1000, "--peers", peers)
    figures = (("CPU per notification", "µs", ("cpu_us", "server", "per_status")),)
    return Workload(name, "presence", options, figures, protocols=("plugboard",),
                    without=("floor",))


WORKLOADS = [
    throughput("64 B", 64, 10, 64),
    throughput("1 KiB", 1024, 10, 64),
    throughput("16 KiB", 16384, 10, 16),
    throughput("64 KiB", 65536, 10, 8),
    throughput("1000 pairs", 64, 1000, 1),
    throughput("1 KiB compressed", 1024, 10, 16, more=("--deflate", "--shape", "json"),
               protocols=("plugboard",), named_only=True),
    Workload("paced", "paced", ("--size", 256, "--pairs", 100, "--rate", 10000),
             (CPU_MESSAGE, P50, P99)),
    Workload("connect", "connect", (),
             (("CPU per connection", "µs", ("cpu_us", "server", "per_cycle")),),
             without=("floor",)),
    presence("presence", 1),
    presence("presence of four", 4),
    Workload("idle", "idle", ("--connections", 10000, "--seconds", 0),
             (("memory per connection", "bytes", ("memory_bytes", "pss_per_connection")),),
             timed=False, rounds=1, without=("floor",)),
    Workload("idle after a message", "idle",
             ("--connections", 10000, "--seconds", 0, "--touch"),
             (("memory per connection", "bytes", ("memory_bytes", "pss_per_connection")),),
             timed=False, rounds=1, protocols=("plugboard",), without=("floor",)),
]


def run(build, workload, server, folder, *, seconds, warmup, server_cpus, load_cpu):
    """The report of one run, or what went wrong as a sentence."""
    cpus = os.sched_getaffinity(0) if server.all_cpus else server_cpus
    command = [build / "bin/plugboard-load", "--json", "-"]
    if not server.all_cpus:
        command += ["--cpu", load_cpu]
    options = list(workload.options)
    if workload.timed:
        options += ["--seconds", seconds]
        if workload.mode in ("throughput", "paced", "ping-pong"):
            options += ["--warmup", warmup]
    try:
        with servers.Running(server, folder, cpus) as running:
            command += server.load_options(running.port) + ["--pid", running.pid]
            command += [workload.mode] + options
            done = subprocess.run(
                [str(word) for word in command], capture_output=True, text=True, timeout=120
            )
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no report"
    if done.returncode != 0:
        return f"not clean: {json.dumps(report.get('errors'))} {json.dumps(report.get('messages'))}"
    return report


def figure(report, path):
    """A figure of a report; None where there is none, or too little was done to tell."""
    for name in path:
        report = report.get(name) if isinstance(report, dict) else None
    return report or None
