// The line between everybody and the server: passes bytes on, and can be cut or fall silent.
import { connect, createServer } from 'node:net';

export class Proxy {
  static async start() {
    const proxy = new Proxy();
    await proxy.mend();
    return proxy;
  }

  #sockets = new Set();
  #silent = false;
  /** Bytes that went through, both ways. */
  carried = 0;
  /** Port of the server, once it is known. */
  to = 0;
  port = 0;

  get address() {
    return `http://localhost:${this.port}`;
  }

  /** All connections break, and new ones are refused. */
  async cut() {
    const closed = new Promise((resolve) => this.listener.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Connections are taken again, at the same address. */
  async mend() {
    this.listener = createServer((customer) => this.#join(customer));
    await new Promise((resolve, reject) => {
      this.listener.once('error', reject);
      this.listener.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = this.listener.address().port;
  }

  /** Connections stay, but nothing comes through: what is sent waits in the buffers on the way. */
  silence() {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What waited comes through, late. */
  speak() {
    this.#silent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  #join(near) {
    const far = connect(this.to, '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        this.carried += bytes.length;
        if (into.write(bytes) || this.#silent) return;
        from.pause();
        into.once('drain', () => this.#silent || from.resume());
      });
      from.on('error', () => undefined);
      from.on('end', () => into.end());
      from.on('close', () => {
        this.#sockets.delete(from);
        into.destroy();
      });
      if (this.#silent) from.pause();
    }
  }
}
