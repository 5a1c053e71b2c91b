// A peer of a Plugboard relay, or of any relay of the same protocol: sends to addresses, receives,
// watches who is online, and comes back when the connection is lost. For browsers and Node.

// After these the same client connecting again would only be refused, or throw out its successor.
const FATAL_CODES = new Set([
  'INVALID_KEY',
  'KEY_REVOKED',
  'FORBIDDEN_CHANNEL',
  'FORBIDDEN_ID',
  'INVALID_URL',
  'REPLACED',
]);

// The same, told by a close whose error frame was lost: close code and reason.
const FATAL_CLOSES = new Map([
  ['1008 Invalid key', ['INVALID_KEY', 'Access key rejected']],
  ['1008 Key revoked', ['KEY_REVOKED', 'Access key revoked']],
  ['1008 Forbidden', ['FORBIDDEN_CHANNEL', 'The access key does not allow this channel or id']],
  ['1002 Invalid URL', ['INVALID_URL', 'Invalid connection URL']],
  ['1000 Replaced', ['REPLACED', 'Replaced by new connection']],
]);

const CHANNEL = /^[^:?#\x00-\x1f\x7f]+$/;
const ACCESS_KEY = /^[A-Za-z0-9_-]{8,64}$/;
// What a relay with a token store takes: printable ASCII without blanks.
const TOKEN = /^[\x21-\x7e]{1,8192}$/;
// RFC 9110 section 5.6.2: what the name of a subprotocol may hold.
const SUBPROTOCOL = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const SOCKET_OPEN = 1;

// All in ms.
const FIRST_WAIT_BOUND = 1000;
const LASTING = 10_000; // a connection of this age was a success
const OPEN_TIME = 20_000; // some WebSockets would wait for an answer for ever
const CLOSE_TIME = 5_000;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(data) {
  if (typeof data === 'string') return data;
  // A binary message holds the same JSON in bytes.
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return utf8.decode(data);
  return undefined;
}

// The object that a frame holds; undefined for what is not JSON, or no object.
function readObject(data) {
  let value;
  try {
    value = JSON.parse(textOf(data));
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null ? value : undefined;
}

const isObject = (value) => typeof value === 'object' && value !== null;
const stringOr = (value, otherwise) => (typeof value === 'string' ? value : otherwise);

// How long to wait before the next connection: full jitter below a bound that doubles, and what the
// relay asks for with 1012 (service restart: 5 to 30 s) and 1013 (try again later).
class Backoff {
  #longest;
  #bound = FIRST_WAIT_BOUND;

  constructor(longest) {
    this.#longest = longest;
  }

  reset() {
    this.#bound = FIRST_WAIT_BOUND;
  }

  next(closeCode) {
    const chance = Math.random();
    const bound = Math.min(this.#bound, this.#longest);
    this.#bound = Math.min(this.#bound * 2, Math.max(this.#longest, FIRST_WAIT_BOUND));
    if (closeCode === 1012) {
      const high = Math.min(this.#longest, 30_000);
      return high / 6 + (high - high / 6) * chance;
    }
    if (closeCode === 1013) {
      this.#bound = Math.max(this.#longest, FIRST_WAIT_BOUND);
      return this.#longest / 2 + (this.#longest / 2) * chance;
    }
    return bound * chance;
  }
}

function checkedUrl(url) {
  if (typeof url !== 'string' || !/^(ws|http)s?:\/\/[^/?#]+[^?#]*$/i.test(url)) {
    throw new TypeError(
      'url: expected something like wss://relay.example:8080, without a query or fragment');
  }
  return url.replace(/^http/i, 'ws').replace(/\/$/, '');
}

function checkedKey(key, keyForm, keyTransport) {
  if (key === undefined || key === null || key === '') return undefined;
  // No message holds the key.
  if (keyForm !== 'access-key' && keyForm !== 'token') {
    throw new TypeError('keyForm: expected "access-key" or "token"');
  }
  if (keyForm === 'access-key' && !(typeof key === 'string' && ACCESS_KEY.test(key))) {
    throw new TypeError(
      'ill-formed access key: expected 8 to 64 characters of A-Z a-z 0-9 _ - ' +
        '(a relay with a token store takes others: keyForm: "token")');
  }
  if (keyForm === 'token' && !(typeof key === 'string' && TOKEN.test(key))) {
    throw new TypeError('ill-formed token: expected up to 8192 printable ASCII characters');
  }
  if (keyTransport !== 'query' && keyTransport !== 'subprotocol') {
    throw new TypeError('keyTransport: expected "query" or "subprotocol"');
  }
  if (keyTransport === 'subprotocol' && !SUBPROTOCOL.test(key)) {
    throw new TypeError('this token cannot be sent as a subprotocol, for the characters it holds');
  }
  return key;
}

export class RelayClient {
  #target; // the URL to connect to
  #protocols; // subprotocols to offer, if the key travels there
  #channel;
  #id;
  #address;
  #reconnect;
  #WebSocket;

  #handlers = new Map();
  #watched = new Set();
  #restored = new Set(); // watches sent again while the open event is being told
  #backoff;

  // 'stopped', 'connecting', 'open', 'waiting' (to connect again), or 'closing' (as told by close).
  #phase = 'stopped';
  #socket = null;
  #opened = false; // this socket has been open
  #fatal = false; // this socket brought an error after which there is no other
  #connectAgain = false; // told while closing
  #timer = null; // of the present phase
  #lastingTimer = null;

  constructor({
    url,
    channel,
    id,
    key,
    reconnect = true,
    maxReconnectDelay = 30_000,
    WebSocket = globalThis.WebSocket,
    keyForm = 'access-key',
    keyTransport = 'query',
  } = {}) {
    const base = checkedUrl(url);
    if (typeof channel !== 'string' || !CHANNEL.test(channel)) {
      throw new TypeError(
        'channel: expected the name of a channel, without : ? # and control characters');
    }
    if (typeof id !== 'string' || id === '') throw new TypeError('id: expected text');
    if (!(Number.isFinite(maxReconnectDelay) && maxReconnectDelay >= 0)) {
      throw new TypeError('maxReconnectDelay: expected milliseconds');
    }
    if (typeof WebSocket !== 'function') {
      throw new TypeError(
        'WebSocket: there is none here, please pass one (Node before 22 has none of its own; ' +
          'the package ws does: import WebSocket from "ws")');
    }
    const goodKey = checkedKey(key, keyForm, keyTransport);

    // A URL encodes by itself what else a channel may hold.
    const path = channel.replace(/[%\\]/g, encodeURIComponent);
    this.#target = `${base}/${path}/${encodeURIComponent(id)}`;
    if (goodKey !== undefined && keyTransport === 'subprotocol') {
      this.#protocols = ['plugboard.key', goodKey];
    } else if (goodKey !== undefined) {
      this.#target += `?key=${encodeURIComponent(goodKey)}`;
    }
    this.#channel = channel;
    this.#id = id;
    this.#address = `${channel}:${id}`;
    this.#reconnect = Boolean(reconnect);
    this.#WebSocket = WebSocket;
    this.#backoff = new Backoff(maxReconnectDelay);
  }

  get channel() {
    return this.#channel;
  }

  get id() {
    return this.#id;
  }

  get address() {
    return this.#address;
  }

  get connected() {
    return this.#phase === 'open' && this.#socket.readyState === SOCKET_OPEN;
  }

  get stopped() {
    return this.#phase === 'stopped';
  }

  get bufferedAmount() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  on(event, handler) {
    if (typeof handler !== 'function') throw new TypeError('handler: expected a function');
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    this.#handlers.get(event).add(handler);
    return this;
  }

  off(event, handler) {
    this.#handlers.get(event)?.delete(handler);
    return this;
  }

  connect() {
    if (this.#phase === 'closing') this.#connectAgain = true;
    if (this.#phase !== 'stopped') return;
    this.#backoff.reset();
    this.#start();
  }

  close() {
    this.#connectAgain = false;
    if (this.#phase === 'stopped' || this.#phase === 'closing') return;
    if (this.#phase === 'waiting') {
      this.#enter('stopped');
      return;
    }
    this.#enter('closing');
    const socket = this.#socket;
    // The other end may never answer.
    this.#timer = setTimeout(() => this.#ended(socket, 1006, ''), CLOSE_TIME);
    socket.close(1000);
  }

  send(to, payload) {
    return this.#write({ from: this.#address, to, payload });
  }

  watch(address) {
    this.#watched.add(address);
    // Users of other clients watch again at each open; this one has just done so.
    if (this.#restored.has(address)) return true;
    return this.#write({ type: 'watch', address });
  }

  unwatch(address) {
    this.#watched.delete(address);
    this.#restored.delete(address);
    return this.#write({ type: 'unwatch', address });
  }

  #write(message) {
    const text = JSON.stringify(message);
    if (!this.connected) return false;
    try {
      this.#socket.send(text);
    } catch {
      return false;
    }
    return true;
  }

  #enter(phase) {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#phase = phase;
  }

  // Throws what the WebSocket's constructor throws: for a page that may not open such a connection
  // that is known only then.
  #start() {
    const socket = this.#protocols
      ? new this.#WebSocket(this.#target, this.#protocols)
      : new this.#WebSocket(this.#target);
    this.#enter('connecting');
    this.#socket = socket;
    this.#opened = false;
    this.#fatal = false;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#open(socket);
    socket.onmessage = (event) => this.#receive(socket, event.data);
    socket.onclose = (event) => this.#ended(socket, event?.code ?? 1006, event?.reason ?? '');
    socket.onerror = () => {}; // the close that follows tells
    this.#timer = setTimeout(() => this.#giveUp(socket), OPEN_TIME);
  }

  #giveUp(socket) {
    this.#ended(socket, 1006, '');
    try {
      socket.close();
    } catch {
      // It was never more than a promise.
    }
  }

  #open(socket) {
    if (socket !== this.#socket || this.#phase !== 'connecting') return;
    this.#enter('open');
    this.#opened = true;
    this.#lastingTimer = setTimeout(() => this.#backoff.reset(), LASTING);
    for (const address of this.#watched) {
      if (this.#write({ type: 'watch', address })) this.#restored.add(address);
    }
    this.#emit('open');
    this.#restored.clear();
  }

  #receive(socket, data) {
    if (socket !== this.#socket || this.#phase === 'closing') return;
    const message = readObject(data);
    if (message === undefined) return;
    const { type, payload } = message;
    if (type === 'error' && isObject(payload)) {
      this.#fail(stringOr(payload.code, ''), stringOr(payload.message, ''));
    } else if (type === 'peer-status' && isObject(payload)) {
      this.#emit('peer-status', stringOr(payload.address, ''), payload.online === true);
    } else if (typeof message.from === 'string') {
      this.#emit('message', message.from, payload);
    }
  }

  #fail(code, message) {
    const fatal = FATAL_CODES.has(code);
    this.#fatal ||= fatal;
    this.#emit('error', code, message, fatal);
  }

  #ended(socket, code, reason) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    clearTimeout(this.#lastingTimer);
    const told = this.#phase === 'closing';
    const again = this.#connectAgain;
    this.#connectAgain = false;
    // Handlers that are called below see a client that has not decided yet, and may close it.
    this.#enter(told ? 'stopped' : 'waiting');

    if (!told && this.#opened && !this.#fatal) {
      const known = FATAL_CLOSES.get(`${code} ${reason}`);
      if (known) this.#fail(...known);
    }
    if (!told && (this.#fatal || !this.#reconnect)) this.#enter('stopped');
    if (this.#phase === 'waiting') {
      this.#timer = setTimeout(() => this.#retry(), this.#backoff.next(code));
    }
    this.#emit('close', code, reason);
    if (told && again) this.connect();
  }

  #retry() {
    try {
      this.#start();
    } catch {
      this.#timer = setTimeout(() => this.#retry(), this.#backoff.next(0));
    }
  }

  #emit(event, ...details) {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) {
      try {
        handler(...details);
      } catch (error) {
        // The handler's fault is not the connection's; it is reported as any uncaught one.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

export default RelayClient;
