// The real relay as a process, with a manifest in a folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

export class Relay {
  static async start(t, { channels = [{ name: 'demo' }], keys, port = 0, server = '', blobs } = {}) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'plugboard-test-'));
    const relay = new Relay(folder);
    await relay.#configure({ channels, keys, server, blobs, port });
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

  get keyFile() {
    return path.join(this.folder, 'keys.txt');
  }

  async #configure({ channels, keys, server, blobs, port }) {
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
    return (await fetch(`http://127.0.0.1:${this.port}/stats`)).json();
  }
}
