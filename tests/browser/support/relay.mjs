// The real relay as a process, with a manifest in a folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

export class Relay {
  // files: folders to serve, by prefix.
  static async start(t, options = {}) {
    return Relay.#start(t, (relay) => relay.#configure(options));
  }

  // The relay of examples/quickstart, on a free port.
  static async quickstart(t) {
    return Relay.#start(t, async (relay) => {
      const folder = fileURLToPath(new URL('../../../examples/quickstart/', import.meta.url));
      const text = (await readFile(path.join(folder, 'plugboard.toml'), 'utf8'))
        .replace('"../../build/release/plugins"', JSON.stringify(process.env.PLUGBOARD_PLUGINS))
        .replace(/"(\.\.\/[^"]*|keys\.txt)"/g, (_, name) => JSON.stringify(path.join(folder, name)));
      relay.manifest = (port) => text
        .replace(/listen = .*/, `listen = ["127.0.0.1:${port}"]\nshutdown_grace = "100ms"`);
      relay.port = 0;
    });
  }

  static async #start(t, configure) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'plugboard-test-'));
    const relay = new Relay(folder);
    await configure(relay);
    await relay.#run();
    t.after(async () => {
      await relay.stop('SIGKILL');
      await rm(folder, { recursive: true });
    });
    return relay;
  }

  constructor(folder) {
    this.folder = folder;
  }

  get url() {
    return `ws://127.0.0.1:${this.port}`;
  }

  get httpUrl() {
    return `http://127.0.0.1:${this.port}`;
  }

  get keyFile() {
    return path.join(this.folder, 'keys.txt');
  }

  async #configure({ channels = [{ name: 'demo' }], keys, port = 0, server = '', blobs, files = {} }) {
    const plugins = [];
    const chain = [];
    if (keys) {
      await writeFile(this.keyFile, `${keys.join('\n')}\n`);
      plugins.push('[[plugin]]\nname = "keys"\nlibrary = "key-store-file"\n' +
        'config = { file = "keys.txt" }\n');
      chain.push('key_store = ["keys"]');
    } else {
      chain.push('key_store = "open"');
    }
    if (blobs) {
      plugins.push('[[plugin]]\nname = "blobs"\nlibrary = "blob-store-memory"\n');
      chain.push('blob_store = "blobs"');
    }
    const folders = Object.entries(files);
    for (const [i, [prefix, folder]] of folders.entries()) {
      plugins.push(`[[plugin]]\nname = "files-${i}"\nlibrary = "http-files"\n` +
        `config = { prefix = ${JSON.stringify(prefix)}, folder = ${JSON.stringify(folder)} }\n`);
    }
    if (folders.length > 0) {
      chain.push(`http = ${JSON.stringify(folders.map((_, i) => `files-${i}`))}`);
    }
    this.manifest = (listen) =>
      [
        `[server]\nlisten = ["127.0.0.1:${listen}"]\nshutdown_grace = "100ms"\n${server}`,
        ...channels.map((channel) =>
          ['[[channel]]', ...Object.entries(channel).map(([key, value]) =>
            `${key} = ${JSON.stringify(value)}`)].join('\n')),
        `[plugins]\npath = [${JSON.stringify(process.env.PLUGBOARD_PLUGINS)}]`,
        ...plugins,
        `[chain]\n${chain.join('\n')}`,
      ].join('\n') + '\n';
    this.port = port;
  }

  async #run() {
    const file = path.join(this.folder, 'plugboard.toml');
    await writeFile(file, this.manifest(this.port));
    this.process = spawn(process.env.PLUGBOARD_PROGRAM, ['serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    this.process.stderr.on('data', (data) => (log += data));
    const exited = once(this.process, 'exit').then(([code]) => {
      throw new Error(`the relay ended with ${code}:\n${log}`);
    });
    exited.catch(() => {});
    const lines = readline.createInterface({ input: this.process.stdout });
    const [line] = await Promise.race([once(lines, 'line'), exited]);
    this.port = Number(/:(\d+)$/.exec(line)[1]);
  }

  async stop(signal = 'SIGTERM') {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill(signal);
    await gone;
  }

  // Again on the same port.
  async restart() {
    await this.stop();
    await this.#run();
  }

  async stats() {
    return (await fetch(`${this.httpUrl}/stats`)).json();
  }
}
