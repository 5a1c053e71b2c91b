// What is said between this page and one peer, by whichever way there is: straight from browser to
// browser, or through the relay. Knows nothing of how it looks.

import { Incoming, MAX_SIZE, Outgoing, fromBase64, packPiece, toBase64, unpackPiece } from './files.js';
import { Link } from './link.js';

export class Talk {
  online = false;
  wanted = false; // somebody has looked at it
  // { text(own, text, way), file(own, file), fileChanged(file), wayChanged() }: to be set at once.
  view = null;

  #relay;
  #link;
  #lastWay = 'none';
  #outgoing = new Map(); // by number
  #incoming = new Map();

  constructor(relay, address) {
    this.#relay = relay;
    this.address = address;
    this.id = address.slice(address.indexOf(':') + 1);
    this.#link = new Link({
      yields: relay.address < address,
      signal: (message) => this.#sendRelayed({ kind: 'signal', ...message }),
      changed: () => this.#wayMayHaveChanged(),
      received: (data) => this.#receiveDirect(data),
    });
  }

  // 'direct', 'relay' or 'none'.
  get way() {
    if (this.#link.state === 'open') return 'direct';
    return this.online && this.#relay.connected ? 'relay' : 'none';
  }

  get searching() {
    return this.#link.state === 'trying';
  }

  get hasRoom() {
    return this.way === 'direct' ? this.#link.hasRoom : this.way === 'relay';
  }

  // Somebody looks at this conversation: worth a direct way.
  open() {
    this.wanted = true;
    if (this.online) this.#link.start();
  }

  setOnline(online) {
    if (online === this.online) return;
    this.online = online;
    if (!online) this.#link.rest();
    else if (this.wanted) this.#link.start();
    this.#wayMayHaveChanged();
  }

  end() {
    this.online = false;
    this.#link.stop();
  }

  // Also after the connection to the relay has come or gone.
  relayChanged() {
    this.#wayMayHaveChanged();
  }

  say(text) {
    const way = this.way;
    // Through the relay words travel as `plugboard peer` sends and shows them.
    const sent = way === 'direct'
      ? this.#link.send(JSON.stringify({ kind: 'text', text }))
      : way === 'relay' && this.#sendRelayed(text);
    if (sent) this.view.text(true, text, way);
    return sent;
  }

  offer(file) {
    const outgoing = new Outgoing(this, file);
    if (file.size > MAX_SIZE) outgoing.state = 'failed';
    this.#outgoing.set(outgoing.number, outgoing);
    this.view.file(true, outgoing);
    if (outgoing.state === 'offered' && !this.tell(outgoing.offer)) {
      outgoing.state = 'failed';
      this.changed(outgoing);
    }
  }

  // --- For files -------------------------------------------------------------------------------

  tell(message) {
    if (this.way === 'direct') return this.#link.send(JSON.stringify(message));
    return this.way === 'relay' && this.#sendRelayed(message);
  }

  sendPiece(file, offset, bytes) {
    if (this.way === 'direct') return this.#link.send(packPiece(file, offset, bytes));
    return this.way === 'relay' &&
      this.#sendRelayed({ kind: 'piece', file, offset, data: toBase64(bytes) });
  }

  changed(file) {
    this.view.fileChanged(file);
  }

  // --- What comes ------------------------------------------------------------------------------

  receiveRelayed(payload) {
    if (typeof payload === 'string') this.view.text(false, payload, 'relay');
    else if (payload?.kind === 'signal') this.#link.handle(payload);
    else if (payload?.kind === 'piece') this.#take(payload, 'relay');
    else if (typeof payload?.kind === 'string') this.#receive(payload, 'relay');
    else this.view.text(false, JSON.stringify(payload), 'relay');
  }

  #receiveDirect(data) {
    try {
      if (typeof data !== 'string') this.#take(unpackPiece(data), 'direct');
      else this.#receive(JSON.parse(data), 'direct');
    } catch (error) {
      console.warn('not understood:', error);
    }
  }

  #receive(message, way) {
    const { kind, file, offset } = message;
    if (kind === 'text') this.view.text(false, String(message.text), way);
    if (kind === 'offer') this.#offered(message);
    if (kind === 'accept') this.#outgoing.get(file)?.accepted();
    if (kind === 'decline') this.#outgoing.get(file)?.declined();
    if (kind === 'have') this.#outgoing.get(file)?.confirmed(offset);
    if (kind === 'cancel') this.#incoming.get(file)?.cancelled();
  }

  #offered({ file, name, size, type }) {
    const sound = Number.isInteger(file) && Number.isInteger(size) && size >= 0 && size <= MAX_SIZE;
    if (!sound || this.#incoming.has(file)) return;
    const incoming = new Incoming(this, { file, name: String(name), size, type: String(type) });
    this.#incoming.set(file, incoming);
    this.view.file(false, incoming);
  }

  #take({ file, offset, bytes, data }, way) {
    const incoming = this.#incoming.get(file);
    // A page that was loaded anew knows nothing of files that were on their way.
    if (!incoming) this.tell({ kind: 'decline', file });
    else incoming.take(offset, bytes ?? fromBase64(data), way);
  }

  #sendRelayed(payload) {
    return this.#relay.send(this.address, payload);
  }

  #wayMayHaveChanged() {
    const way = this.way;
    for (const outgoing of this.#outgoing.values()) {
      if (way !== this.#lastWay) outgoing.wayChanged();
      else outgoing.pump(); // there is room in the channel again
    }
    this.#lastWay = way;
    this.view.wayChanged();
  }
}
