// The package as users get it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../hosts/browser', import.meta.url));

// A project that has the packed package installed.
function installed(t) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plugboard-package-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const npm = (...args) => execFileSync('npm', args, { cwd: folder, encoding: 'utf8' });
  const [packed] = JSON.parse(npm('pack', source, '--json'));
  writeFileSync(path.join(folder, 'package.json'), '{"private":true,"type":"module"}');
  npm('install', '--offline', '--no-audit', '--no-fund', `./${packed.filename}`);
  return { folder, packed };
}

test('npm pack makes a package of code, types, readme and licence, without dependencies', (t) => {
  const { folder, packed } = installed(t);
  assert.deepEqual(packed.files.map((file) => file.path).sort(),
    ['LICENSE', 'README.md', 'package.json', 'plugboard-client.d.ts', 'plugboard-client.js']);
  assert.deepEqual(readdirSync(path.join(folder, 'node_modules'))
    .filter((name) => !name.startsWith('.')), ['plugboard-client']);
});

test('the installed package is imported by its name', (t) => {
  const { folder } = installed(t);
  writeFileSync(path.join(folder, 'main.js'),
    'import RelayClient, { RelayClient as Named } from "plugboard-client";\n' +
    'class WebSocket {}\n' +
    'const client = new Named({ url: "ws://localhost", channel: "demo", id: "alice001", WebSocket });\n' +
    'console.log(client.address, RelayClient === Named);\n');
  assert.equal(execFileSync(process.execPath, ['main.js'], { cwd: folder, encoding: 'utf8' }),
    'demo:alice001 true\n');
});

const compiler = path.join(process.env.PLUGBOARD_TEST_PACKAGES, 'node_modules/typescript/bin/tsc');

function compile(folder, code) {
  writeFileSync(path.join(folder, 'main.ts'), code);
  try {
    execFileSync(process.execPath, [compiler, '--noEmit', '--strict', '--target', 'es2022', '--module',
      'nodenext', '--lib', 'es2022,dom', 'main.ts'], { cwd: folder, encoding: 'utf8' });
    return [];
  } catch (error) {
    return error.stdout.trim().split('\n');
  }
}

const head = 'import { RelayClient } from "plugboard-client";\n' +
  'const client = new RelayClient({ url: "ws://localhost", channel: "demo", id: "alice001",' +
  ' key: "secret-key", WebSocket });\n';

test('the types describe what is there', (t) => {
  const { folder } = installed(t);
  const errors = compile(folder, `${head}
    client.on("open", () => {}).on("close", (code, reason) => { code.toFixed(); reason.trim(); });
    client.on("message", (from, payload) => { const text: string = from; const any: unknown = payload; });
    client.on("peer-status", (address, online) => { const yes: boolean = online; address.trim(); });
    client.on("error", (code, message, fatal) => { const stop: boolean = fatal; });
    client.off("open", () => {});
    client.connect();
    const sent: boolean = client.send("demo:bob00001", { any: "thing" });
    const watched: boolean = client.watch("demo:bob00001") && client.unwatch("demo:bob00001");
    const names: string[] = [client.channel, client.id, client.address];
    const states: boolean[] = [client.connected, client.stopped];
    const bytes: number = client.bufferedAmount;
    client.close();`);
  assert.deepEqual(errors, []);
});

for (const [what, code] of [
  ['an unknown event', 'client.on("opened", () => {});'],
  ['a handler of other arguments', 'client.on("message", (from: number) => {});'],
  ['setting the address', 'client.address = "demo:mallory1";'],
  ['a missing channel', 'new RelayClient({ url: "ws://localhost", id: "alice001" });'],
]) {
  test(`the types refuse ${what}`, (t) => {
    const { folder } = installed(t);
    assert.equal(compile(folder, head + code).length > 0, true);
  });
}
