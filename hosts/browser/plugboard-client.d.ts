/** How a RelayClient finds its relay and who it is there. */
export interface RelayClientOptions {
  /** `ws://` or `wss://`, host, optional port and path; no query. */
  url: string;
  /** As the relay's manifest names it. */
  channel: string;
  /** Any text that the channel allows; it is percent-encoded. */
  id: string;
  /** Access key. An ill-formed one throws. */
  key?: string;
  /** Whether a connection that was lost is followed by another. Default: true. */
  reconnect?: boolean;
  /** The longest wait before that, in milliseconds. Default: 30000. */
  maxReconnectDelay?: number;
  /** Default: the global one. Node before 22 has none: pass that of the package `ws`. */
  WebSocket?: WebSocketConstructor;
  /**
   * What the key looks like: `access-key` (8 to 64 characters of A-Z a-z 0-9 _ -), or `token` for a
   * relay with a token store. Default: `access-key`.
   */
  keyForm?: 'access-key' | 'token';
  /**
   * Where the key travels: in the URL (`query`), or out of the sight of logs and histories as a
   * `subprotocol`. Default: `query`, which every relay of this protocol understands.
   */
  keyTransport?: 'query' | 'subprotocol';
}

export interface RelayClientEvents {
  /** The relay has answered. It may still refuse the peer, with an error and a close. */
  open: () => void;
  /**
   * A connection has ended, or an attempt at one. Another follows unless `stopped`.
   * Code and reason as in RFC 6455; 1006 if the connection was lost or never came about.
   */
  close: (code: number, reason: string) => void;
  /** Another peer has sent something. The relay vouches for `from`. */
  message: (from: string, payload: unknown) => void;
  /** A watched address is, or has become, online or offline. */
  'peer-status': (address: string, online: boolean) => void;
  /** The relay reports an error. After a fatal one the client does not connect again by itself. */
  error: (code: string, message: string, fatal: boolean) => void;
}

/** A peer of a relay. */
export class RelayClient {
  /** Does not connect yet. Throws a TypeError for options that cannot be right. */
  constructor(options: RelayClientOptions);

  readonly channel: string;
  readonly id: string;
  /** `channel:id`. */
  readonly address: string;
  readonly connected: boolean;
  /** Not connected, and not trying to be. */
  readonly stopped: boolean;
  /** Bytes that were sent and wait in the WebSocket. */
  readonly bufferedAmount: number;

  /** Starts to connect; again, too, after `close` and after a fatal error. */
  connect(): void;
  /** Closes, and stops connecting. The watches are kept for another `connect`. */
  close(): void;

  /**
   * True if the message was handed to an open connection; false if there is none: it was not sent
   * and will not be. `payload` is anything that JSON can hold.
   */
  send(to: string, payload?: unknown): boolean;
  /**
   * Subscribes to an address, or to `channel:*`; restored after a reconnect, until `unwatch`. True
   * if it was sent now; otherwise it is sent when there is a connection.
   */
  watch(address: string): boolean;
  /** Ends that. True if it was sent. */
  unwatch(address: string): boolean;

  on<E extends keyof RelayClientEvents>(event: E, handler: RelayClientEvents[E]): this;
  off<E extends keyof RelayClientEvents>(event: E, handler: RelayClientEvents[E]): this;
}

export default RelayClient;

/** What is needed of a WebSocket: that of browsers, of Node, of the package `ws`. */
export interface WebSocketConstructor {
  new (url: string, protocols?: string | string[]): WebSocketLike;
}

export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount?: number;
  binaryType?: any;
  onopen: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}
