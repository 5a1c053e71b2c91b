// The direct way to one peer: a WebRTC data channel whose setting-up travels through the relay.

import { iceServers } from './config.js';
import { random32 } from './names.js';

const OPENING_TIME = 8_000; // ms
const FIRST_RETRY = 15_000; // ms; doubles up to LAST_RETRY
const LAST_RETRY = 240_000;
const RETRY_OF_WHAT_WORKED = 1_000;
// So much may wait in the channel before a file's next piece is read.
const ENOUGH_BUFFERED = 1024 * 1024;

export const canLink = () => typeof globalThis.RTCPeerConnection === 'function';

export class Link {
  state = 'none'; // 'trying', 'open'

  #yields; // of two offers that cross, the yielding side drops its own
  #signal;
  #changed;
  #received;

  #connection = null;
  #channel = null;
  #session = null;
  #early = []; // candidates that came before the description they belong to
  #timer = null;
  #retry = FIRST_RETRY;
  #wanted = false;

  // signal(message): brings an object to the other side's `handle`, through the relay.
  constructor({ yields, signal, changed, received }) {
    this.#yields = yields;
    this.#signal = signal;
    this.#changed = changed;
    this.#received = received;
  }

  // From now on a direct way is looked for, again and again.
  start() {
    this.#wanted = true;
    if (this.state === 'none') this.#offer();
  }

  // The relay does not see the peer any more. A direct way that is open may well outlive that.
  rest() {
    this.#wanted = false;
    this.#retry = FIRST_RETRY;
    if (this.state !== 'open') this.#end('none');
  }

  stop() {
    this.#wanted = false;
    this.#end('none');
  }

  get hasRoom() {
    return this.state === 'open' && this.#channel.bufferedAmount < ENOUGH_BUFFERED;
  }

  send(data) {
    if (this.state !== 'open') return false;
    try {
      this.#channel.send(data);
      return true;
    } catch {
      return false; // it closed a moment ago, or is full
    }
  }

  async handle({ session, description, candidate, refused }) {
    try {
      if (description?.type === 'offer') await this.#answer(session, description);
      if (session !== this.#session) return; // of an earlier attempt
      if (refused) this.#fail();
      if (description?.type === 'answer') await this.#describe(description);
      if (candidate) await this.#meet(candidate);
    } catch (error) {
      console.warn('no direct way:', error);
      if (session === this.#session) this.#fail();
    }
  }

  async #offer() {
    if (!canLink()) return;
    const connection = this.#begin(random32());
    try {
      await connection.setLocalDescription();
      if (connection === this.#connection) {
        this.#signal({ session: this.#session, description: connection.localDescription });
      }
    } catch (error) {
      console.warn('no direct way:', error);
      if (connection === this.#connection) this.#fail();
    }
  }

  async #answer(session, description) {
    if (!canLink()) {
      this.#signal({ session, refused: true });
      return;
    }
    if (this.#connection?.signalingState === 'have-local-offer' && !this.#yields) return;
    const connection = this.#begin(session);
    await this.#describe(description);
    await connection.setLocalDescription();
    if (connection === this.#connection) {
      this.#signal({ session, description: connection.localDescription });
    }
  }

  #begin(session) {
    this.#end('trying');
    const connection = new RTCPeerConnection({ iceServers });
    this.#connection = connection;
    this.#session = session;
    connection.onicecandidate = ({ candidate }) => {
      if (candidate) this.#signal({ session, candidate });
    };
    connection.onconnectionstatechange = () => {
      if (connection !== this.#connection) return;
      const state = connection.connectionState;
      // A short interruption is waited for as long as the peer is known to be there.
      if (state === 'failed' || (state === 'disconnected' && !this.#wanted)) this.#fail();
    };
    // Both sides make it under the same number, so that nobody has to wait for it.
    const channel = connection.createDataChannel('talk', { negotiated: true, id: 0 });
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = ENOUGH_BUFFERED / 2;
    channel.onopen = () => {
      if (channel !== this.#channel) return;
      clearTimeout(this.#timer);
      this.#retry = RETRY_OF_WHAT_WORKED;
      this.#become('open');
    };
    channel.onclose = () => {
      if (channel === this.#channel) this.#fail();
    };
    channel.onbufferedamountlow = () => {
      if (channel === this.#channel) this.#changed();
    };
    channel.onmessage = ({ data }) => {
      if (channel === this.#channel) this.#received(data);
    };
    this.#timer = setTimeout(() => this.#fail(), OPENING_TIME);
    return connection;
  }

  async #describe(description) {
    const connection = this.#connection;
    await connection.setRemoteDescription(description);
    if (connection !== this.#connection) return;
    const early = this.#early;
    this.#early = [];
    for (const candidate of early) await this.#meet(candidate);
  }

  async #meet(candidate) {
    if (this.#connection.remoteDescription === null) {
      this.#early.push(candidate);
    } else {
      await this.#connection.addIceCandidate(candidate);
    }
  }

  #fail() {
    this.#end('none');
    if (!this.#wanted) return;
    this.#timer = setTimeout(() => this.#offer(), this.#retry);
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY);
  }

  #end(next) {
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = this.#channel = this.#session = null;
    this.#early = [];
    connection?.close();
    this.#become(next);
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#changed();
  }
}
