/** One WebSocket to the relay at a time. It reports each end once, and never one that was hung up on purpose. */

const PROTOCOL = 'temoto.v1';

export interface LineSink {
  connected(): void;
  message(bytes: Uint8Array): void;
  disconnected(): void;
}

export class Transport {
  #socket: WebSocket | null = null;

  constructor(private readonly sink: LineSink) {}

  dial(url: string): void {
    this.hangUp();
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, PROTOCOL);
    } catch {
      // A blocked or malformed address: the same to the core as a line that broke at once.
      queueMicrotask(() => this.sink.disconnected());
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      if (this.#socket === socket) this.sink.connected();
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (this.#socket !== socket) return;
      if (data instanceof ArrayBuffer) this.sink.message(new Uint8Array(data));
      else this.#lost(socket);
    };
    socket.onclose = () => this.#lost(socket);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  hangUp(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    socket.close();
    this.sink.disconnected();
  }
}
