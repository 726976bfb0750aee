/** The root of each pair as a key that no script can read; from it the browser derives the key of every run. */

const INFO = new TextEncoder().encode('temoto attach');

/** What HKDF is told for run `n`: "temoto attach" and `n` in four bytes (docs/protocol/secure-pair.md). */
export function runInfo(n: number): Uint8Array<ArrayBuffer> {
  const info = new Uint8Array(INFO.length + 4);
  info.set(INFO);
  new DataView(info.buffer).setUint32(INFO.length, n);
  return info;
}

export type RootKeys = Record<string, CryptoKey>;

export class Roots {
  readonly #keys = new Map<number, Promise<CryptoKey>>();

  constructor(kept: RootKeys = {}) {
    for (const [pair, key] of Object.entries(kept)) this.#keys.set(Number(pair), Promise.resolve(key));
  }

  /** Takes the bytes over: they are overwritten here. */
  async keep(pair: number, root: Uint8Array<ArrayBuffer>): Promise<void> {
    const key = crypto.subtle.importKey('raw', root, 'HKDF', false, ['deriveBits']);
    this.#keys.set(pair, key);
    try {
      await key;
    } finally {
      root.fill(0);
    }
  }

  /** The key of run `n`, or null if the root is not here. */
  async derive(pair: number, n: number): Promise<Uint8Array | null> {
    const key = await this.#keys.get(pair);
    if (!key) return null;
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: runInfo(n) };
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
  }

  /** For storing: IndexedDB takes keys as they are, without their bytes. */
  async all(): Promise<RootKeys> {
    const out: RootKeys = {};
    for (const [pair, key] of this.#keys) out[pair] = await key;
    return out;
  }

  erase(): void {
    this.#keys.clear();
  }
}
