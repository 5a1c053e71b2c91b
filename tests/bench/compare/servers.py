"""The servers that are measured: how each is started, and what it speaks."""

import dataclasses
import os
import pathlib
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent

KEY = "bench-key-0001"

# Ten million messages a second are twice what any workload here reaches. Limits for a key are kept
# with leases of 100 ms, so the limiter is asked again and again, as where it is in earnest.
PLUGBOARD_MANIFEST = """
[server]
listen = ["127.0.0.1:{port}"]
threads = {threads}
{server}
[[channel]]
name = "pwa"
[log]
level = "warn"
"""

OPEN_CHAIN = """
[chain]
key_store = "open"
"""

PLUGINS = """
[plugins]
path = ["{build}/plugins", "{build}/tests/bench/plugins"]
[[plugin]]
name = "keys"
library = "key-store-env"
config = {{ variable = "BENCH_KEYS" }}
[[plugin]]
name = "limits"
library = "rate-limiter"
config = {{ max_connections = 0, max_messages = 600000000, max_requests = 0, per_key = {{ max_messages = 600000000 }} }}
"""

HOOK = """
[[plugin]]
name = "hook{number}"
library = "passing-hook"
"""

NATS_CONFIG = """
listen: "127.0.0.1:{second_port}"
websocket {{ listen: "127.0.0.1:{port}", no_tls: true }}
max_connections: 100000
logfile: "/dev/null"
"""

# Without a listener of the plain kind this broker does not start.
MOSQUITTO_CONFIG = """
listener {second_port} 127.0.0.1
listener {port} 127.0.0.1
protocol websockets
allow_anonymous true
max_queued_messages 0
persistence false
log_type error
"""


def raise_file_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Workloads for servers that compress.
COMPRESSED = ("1 KiB compressed",)


@dataclasses.dataclass
class Server:
    """What is measured. `command` gets a port, a second one, and a folder for its files."""

    name: str
    command: object
    protocol: str = "plugboard"
    tls: bool = False
    key: str = ""
    missing: str = ""  # why it cannot be measured here
    only: tuple = ()  # workloads; empty: all that its protocol allows
    all_cpus: bool = False
    settles: bool = False  # goes on working for a while once it listens

    def load_options(self, port):
        scheme = "wss" if self.tls else "ws"
        options = ["--url", f"{scheme}://127.0.0.1:{port}", "--channel", "pwa"]
        options += ["--protocol", self.protocol]
        return options + (["--key", self.key] if self.key else [])


class Running:
    """A started server; ends with the `with` block."""

    def __init__(self, server, folder, cpus):
        self.port = free_port()
        folder = folder / server.name
        folder.mkdir(parents=True, exist_ok=True)
        command = server.command(self.port, free_port(), folder)

        def prepare():
            raise_file_limit()
            os.sched_setaffinity(0, cpus)

        self.log = open(folder / "log.txt", "ab")
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "BENCH_KEYS": KEY},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            preexec_fn=prepare,
        )
        self.await_listening(server.name)
        if server.settles:
            self.await_quiet()

    def await_listening(self, name):
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise RuntimeError(f"{name} ended: see {self.log.name}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise RuntimeError(f"{name} does not listen: see {self.log.name}")

    def await_quiet(self):
        """Until it has not used the CPU for half a second."""
        before = None
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up:
            stat = pathlib.Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
            ticks = stat.rsplit(")", 1)[1].split()[11:13]
            if ticks == before:
                return
            before = ticks
            time.sleep(0.5)

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def plugboard(build, name, *, plugins=False, hooks=0, threads=1, server="", tls=False, **more):
    """Plugboard itself, bare or with key store, limiter and hooks."""

    def command(port, _, folder):
        settings = server
        if tls:
            settings += '[server.tls]\ncertificate = "cert.pem"\nprivate_key = "key.pem"\n'
            make_certificate(folder)
        text = PLUGBOARD_MANIFEST.format(port=port, threads=threads, server=settings)
        if plugins or hooks:
            text += PLUGINS.format(build=build)
            text += "".join(HOOK.format(number=number) for number in range(hooks))
            names = ", ".join(f'"hook{number}"' for number in range(hooks))
            text += "[chain]\n"
            text += 'key_store = ["keys"]\nrate_limiter = ["limits"]\n' if plugins else OPEN_CHAIN[9:]
            text += f"hook = [{names}]\n"
        else:
            text += OPEN_CHAIN
        manifest = folder / "plugboard.toml"
        manifest.write_text(text)
        return [build / "bin/plugboard", "serve", "--config", manifest]

    return Server(name, command, tls=tls, key=KEY if plugins else "", **more)


def make_certificate(folder):
    if (folder / "cert.pem").exists():
        return
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        + ["-nodes", "-days", "30", "-subj", "/CN=localhost"]
        + ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True,
        stderr=subprocess.DEVNULL,
    )


def configured(program, switch, config):
    """A program with a config file of its own."""

    def command(port, second_port, folder):
        path = folder / "server.conf"
        path.write_text(config.format(port=port, second_port=second_port))
        return [program, switch, path]

    return command


def find_program(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def own(name, text):
    """A server of the user's: `{port}` in its command stands for the port, else it comes last."""

    def command(port, _, __):
        words = shlex.split(text)
        if any("{port}" in word for word in words):
            return [word.replace("{port}", str(port)) for word in words]
        return words + [str(port)]

    return Server(name, command)


def peers(build, packages):
    """All that Plugboard is compared with. `packages`: where the npm packages are installed."""

    def node(script, protocol, *arguments, name="", **more):
        program = find_program("node")
        missing = "" if program else "node is not installed"
        if not missing and not (packages / "node_modules").exists():
            missing = "its npm packages are not installed"
        return Server(
            name or protocol,
            lambda port, *_: [program, packages / script, str(port), *arguments],
            protocol=protocol,
            missing=missing,
            **more,
        )

    nats = find_program("nats-server")
    mosquitto = find_program("mosquitto")
    return [
        Server("floor", lambda port, *_: [build / "tests/bench/floor-relay", str(port)]),
        Server(
            "nats",
            configured(nats, "--config", NATS_CONFIG),
            protocol="nats",
            missing="" if nats else "nats-server is not installed",
        ),
        Server(
            "mosquitto",
            configured(mosquitto, "-c", MOSQUITTO_CONFIG),
            protocol="mqtt",
            missing="" if mosquitto else "mosquitto is not installed",
        ),
        node("ws_relay.mjs", "plugboard", name="ws"),
        node("ws_relay.mjs", "plugboard", "--deflate", name="ws, compressing", only=COMPRESSED),
        node("socket_io_relay.mjs", "socket.io"),
        node("peer_server.mjs", "peerjs"),
    ]
