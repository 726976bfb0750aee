/**
 * AES-256-GCM of large records, by the browser: it has it from the processor, WebAssembly has not (67 MB/s).
 * The core decides about keys and nonces; here nothing but the arithmetic is done.
 */

/** What the core asks for; `key` only when it is another one than for the record before. */
export interface Work {
  pair: number;
  key: Uint8Array<ArrayBuffer> | null;
  nonce: Uint8Array<ArrayBuffer>;
  associated: Uint8Array<ArrayBuffer>;
  bytes: Uint8Array<ArrayBuffer>;
}

type Use = 'encrypt' | 'decrypt';

export class Records {
  readonly #keys = new Map<string, Promise<CryptoKey>>();

  /** The ciphertext with its tag, behind `head`. */
  async seal(head: Uint8Array, work: Work): Promise<Uint8Array<ArrayBuffer>> {
    const key = await this.#key('encrypt', work);
    const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(work), key, work.bytes));
    const message = new Uint8Array(head.length + sealed.length);
    message.set(head);
    message.set(sealed, head.length);
    return message;
  }

  /** The plaintext, or nothing when it is not what was sealed. */
  async open(work: Work): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const key = await this.#key('decrypt', work);
    return crypto.subtle.decrypt(parameters(work), key, work.bytes).then(
      (plaintext) => new Uint8Array(plaintext),
      () => undefined,
    );
  }

  forget(): void {
    this.#keys.clear();
  }

  /** Noted at once, before anything is waited for: the next record has the same key. */
  #key(use: Use, { pair, key }: Work): Promise<CryptoKey> {
    const name = `${use} ${pair}`;
    if (key) {
      const imported = crypto.subtle.importKey('raw', key, 'AES-GCM', false, [use]);
      this.#keys.set(
        name,
        imported.finally(() => key.fill(0)),
      );
    }
    return this.#keys.get(name) ?? Promise.reject(new Error(`no key to ${use} with`));
  }
}

const parameters = ({ nonce, associated }: Work): AesGcmParams => ({
  name: 'AES-GCM',
  iv: nonce,
  additionalData: associated,
  tagLength: 128,
});
