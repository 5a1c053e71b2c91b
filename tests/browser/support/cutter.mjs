// A way to the relay that can be cut.
import { once } from 'node:events';
import net from 'node:net';

export class Cutter {
  #sockets = new Set();

  static async start(t, port) {
    const cutter = new Cutter();
    cutter.server = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        cutter.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          cutter.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    cutter.server.listen(0, '127.0.0.1');
    await once(cutter.server, 'listening');
    t.after(() => {
      cutter.server.close();
      cutter.cut();
    });
    return cutter;
  }

  get url() {
    return `ws://127.0.0.1:${this.server.address().port}`;
  }

  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }
}
