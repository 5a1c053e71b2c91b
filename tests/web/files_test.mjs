// A file as the page of examples/web receives it, whatever the other side sends.
import assert from 'node:assert/strict';
import test from 'node:test';

import { Incoming } from '../../examples/web/site/files.js';

function incoming(size) {
  const told = [];
  const talk = { tell: (news) => told.push(news), changed() {} };
  const file = new Incoming(talk, { file: 1, name: 'a.bin', size, type: '' });
  file.accept();
  told.length = 0;
  return { file, told };
}

const piece = (...bytes) => new Uint8Array(bytes).buffer;

test('pieces make the file', async () => {
  const { file, told } = incoming(3);
  file.take(0, piece(1, 2), 'direct');
  file.take(2, piece(3), 'direct');
  assert.equal(file.state, 'done');
  assert.deepEqual(told, [{ kind: 'have', file: 1, offset: 3 }]);
  assert.deepEqual(new Uint8Array(await file.blob().arrayBuffer()), new Uint8Array([1, 2, 3]));
});

test('a piece that overlaps adds what is new of it', async () => {
  const { file } = incoming(3);
  file.take(0, piece(1, 2), 'direct');
  file.take(1, piece(2, 3), 'relay');
  assert.deepEqual(new Uint8Array(await file.blob().arrayBuffer()), new Uint8Array([1, 2, 3]));
});

for (const [what, offset] of [
  ['no number', 'x'], ['not there', undefined], ['no whole number', 0.5], ['negative', -1],
  ['NaN', NaN], ['behind a gap', 1], ['beyond the end', 3],
]) {
  test(`a piece whose place is ${what} is left out`, () => {
    const { file, told } = incoming(3);
    file.take(offset, piece(1), 'direct');
    assert.equal(file.done, 0);
    assert.equal(file.blob().size, 0);
    assert.deepEqual(told, []);
  });
}

test('a piece that would make the file larger than it was offered is left out', () => {
  const { file } = incoming(3);
  file.take(0, piece(1, 2, 3, 4), 'direct');
  assert.equal(file.done, 0);
});
