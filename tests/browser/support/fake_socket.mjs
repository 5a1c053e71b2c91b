// A WebSocket that does what a test says, and remembers what it was told.
export function fakeSockets() {
  const sockets = [];
  class FakeSocket {
    readyState = 0;
    sent = [];
    closedWith = undefined;

    constructor(url, protocols) {
      this.url = url;
      this.protocols = protocols;
      sockets.push(this);
    }

    send(text) {
      this.sent.push(text);
    }

    close(code) {
      this.closedWith = code;
      this.readyState = 2;
    }

    // What happens to it.
    open() {
      this.readyState = 1;
      this.onopen?.({});
    }

    receive(data) {
      this.onmessage?.({ data: typeof data === 'string' || data instanceof ArrayBuffer ? data
        : JSON.stringify(data) });
    }

    end(code = 1006, reason = '') {
      this.readyState = 3;
      this.onclose?.({ code, reason });
    }
  }
  return { sockets, FakeSocket, last: () => sockets[sockets.length - 1] };
}
