// A file on its way, in pieces. The receiver tells how much it has, so that a file goes on where it
// stopped when the way changes in the middle of it.

import { random32 } from './names.js';

export const MAX_SIZE = 512 * 1024 * 1024; // a receiving page keeps it in memory

// Bytes. A relay takes messages of up to 2 MiB, and counts them; a data channel wants small ones.
const DIRECT = { piece: 48 * 1024, ahead: 4 * 1024 * 1024 };
const RELAYED = { piece: 256 * 1024, ahead: 1024 * 1024 };
const CONFIRM_EVERY = 256 * 1024;
// The relay drops messages beyond its limits: after so long without news they are sent again.
const PATIENCE = 4_000; // ms

// A direct piece: number of the file, offset, bytes.
const HEAD = 12;

export function packPiece(file, offset, bytes) {
  const packed = new Uint8Array(HEAD + bytes.byteLength);
  const view = new DataView(packed.buffer);
  view.setUint32(0, file);
  view.setFloat64(4, offset);
  packed.set(new Uint8Array(bytes), HEAD);
  return packed.buffer;
}

export function unpackPiece(buffer) {
  const view = new DataView(buffer);
  return { file: view.getUint32(0), offset: view.getFloat64(4), bytes: buffer.slice(HEAD) };
}

export function toBase64(bytes) {
  let text = '';
  const all = new Uint8Array(bytes);
  for (let at = 0; at < all.length; at += 0x8000) {
    text += String.fromCharCode(...all.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

// States of both kinds: 'offered', 'moving', 'done', 'declined', 'failed'.

export class Outgoing {
  number = random32();
  state = 'offered';
  done = 0; // bytes that the receiver has
  wayCounts = { direct: 0, relay: 0 }; // bytes sent by each way

  #talk;
  #sent = 0;
  #busy = false;
  #timer = null;

  constructor(talk, file) {
    this.#talk = talk;
    this.file = file;
    this.name = file.name;
    this.size = file.size;
  }

  get offer() {
    return { kind: 'offer', file: this.number, name: this.name, size: this.size, type: this.file.type };
  }

  accepted() {
    if (this.state !== 'offered') return;
    this.#enter(this.size === 0 ? 'done' : 'moving');
    if (this.state === 'done') return;
    this.#watch();
    this.pump();
  }

  declined() {
    if (this.state === 'offered' || this.state === 'moving') this.#enter('declined');
  }

  // The receiver has all bytes up to `offset`.
  confirmed(offset) {
    if (!Number.isSafeInteger(offset)) return;
    if (this.state !== 'moving' || !(offset > this.done && offset <= this.size)) return;
    this.done = offset;
    this.#sent = Math.max(this.#sent, offset);
    this.#watch();
    if (offset === this.size) this.#enter('done');
    else this.#talk.changed(this);
    this.pump();
  }

  // What was under way on the old way is sent again on the new one.
  wayChanged() {
    this.#sent = this.done;
    this.pump();
  }

  async pump() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.state === 'moving' && this.#sent < this.size) {
        const way = this.#talk.way;
        const { piece, ahead } = way === 'direct' ? DIRECT : RELAYED;
        if (this.#sent - this.done >= ahead || !this.#talk.hasRoom) return;
        const offset = this.#sent;
        const end = Math.min(offset + piece, this.size);
        const bytes = await this.file.slice(offset, end).arrayBuffer();
        if (this.#talk.way !== way || this.#sent !== offset) continue;
        if (!this.#talk.sendPiece(this.number, offset, bytes)) return;
        this.wayCounts[way] += bytes.byteLength;
        this.#sent = end;
      }
    } catch {
      this.#enter('failed'); // the file has been changed or removed
      this.#talk.tell({ kind: 'cancel', file: this.number });
    } finally {
      this.#busy = false;
    }
  }

  #watch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.wayChanged();
      this.#watch();
    }, PATIENCE);
  }

  #enter(state) {
    this.state = state;
    if (state !== 'moving') clearTimeout(this.#timer);
    this.#talk.changed(this);
  }
}

export class Incoming {
  state = 'offered';
  done = 0;
  wayCounts = { direct: 0, relay: 0 };

  #talk;
  #parts = [];
  #confirmed = 0;

  constructor(talk, { file, name, size, type }) {
    this.#talk = talk;
    this.number = file;
    this.name = name;
    this.size = size;
    this.type = type;
  }

  accept() {
    if (this.state !== 'offered') return;
    this.#talk.tell({ kind: 'accept', file: this.number });
    this.#enter(this.size === 0 ? 'done' : 'moving');
  }

  decline() {
    if (this.state !== 'offered' && this.state !== 'moving') return;
    this.#talk.tell({ kind: 'decline', file: this.number });
    this.#parts = [];
    this.#enter('declined');
  }

  cancelled() {
    if (this.state !== 'offered' && this.state !== 'moving') return;
    this.#parts = [];
    this.#enter('failed');
  }

  take(offset, bytes, way) {
    if (!Number.isSafeInteger(offset) || offset < 0) return; // nonsense from the other side
    if (this.state === 'done') this.#confirm(); // the news of it was lost
    if (this.state !== 'moving' || offset > this.done) return; // a gap: it comes again
    const end = offset + bytes.byteLength;
    if (end > this.size) return;
    if (end <= this.done) {
      this.#confirm();
      return;
    }
    this.#parts.push(bytes.slice(this.done - offset));
    this.wayCounts[way] += end - this.done;
    this.done = end;
    if (this.done === this.size) {
      this.#confirm();
      this.#enter('done');
      return;
    }
    if (way === 'relay' || this.done - this.#confirmed >= CONFIRM_EVERY) this.#confirm();
    this.#talk.changed(this);
  }

  // The whole file, to be saved; never as a type that a browser would run.
  blob(type = 'application/octet-stream') {
    return new Blob(this.#parts, { type });
  }

  #confirm() {
    this.#confirmed = this.done;
    this.#talk.tell({ kind: 'have', file: this.number, offset: this.done });
  }

  #enter(state) {
    this.state = state;
    this.#talk.changed(this);
  }
}
