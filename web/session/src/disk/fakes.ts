/** Folders in memory for tests, as far as the disk uses them; a file can be open once only, as in a browser. */

const fail = (name: string) => {
  throw Object.assign(new Error(name), { name });
};

export class FakeFile {
  readonly kind = 'file';
  bytes = new Uint8Array(0);
  lastModified = Date.now();
  open = false;

  constructor(readonly name: string) {}

  getFile = async () => new File([this.bytes], this.name, { lastModified: this.lastModified });

  createWritable = async () => {
    const parts: Uint8Array[] = [];
    return new WritableStream<Uint8Array>({
      write: (chunk) => void parts.push(chunk),
      close: async () => {
        this.bytes = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
      },
    });
  };

  createSyncAccessHandle = async () => {
    if (this.open) fail('NoModificationAllowedError');
    this.open = true;
    const resize = (size: number) => {
      const bytes = new Uint8Array(size);
      bytes.set(this.bytes.subarray(0, size));
      this.bytes = bytes;
    };
    return {
      read: (into: Uint8Array, { at }: { at: number }) => {
        const from = this.bytes.subarray(at, at + into.length);
        into.set(from);
        return from.length;
      },
      write: (from: Uint8Array, { at }: { at: number }) => {
        if (at + from.length > this.bytes.length) resize(at + from.length);
        this.bytes.set(from, at);
        return from.length;
      },
      truncate: resize,
      getSize: () => this.bytes.length,
      flush: () => undefined,
      close: () => void (this.open = false),
    };
  };
}

export class FakeFolder {
  readonly kind = 'directory';
  readonly inside = new Map<string, FakeFile | FakeFolder>();

  constructor(readonly name = '') {}

  getDirectoryHandle = async (name: string, { create = false } = {}): Promise<FakeFolder> => {
    if (!this.inside.has(name) && create) this.inside.set(name, new FakeFolder(name));
    const there = this.inside.get(name) ?? fail('NotFoundError');
    return there instanceof FakeFolder ? there : (fail('TypeMismatchError') as never);
  };

  getFileHandle = async (name: string, { create = false } = {}): Promise<FakeFile> => {
    if (!this.inside.has(name) && create) this.inside.set(name, new FakeFile(name));
    const there = this.inside.get(name) ?? fail('NotFoundError');
    return there instanceof FakeFile ? there : (fail('TypeMismatchError') as never);
  };

  removeEntry = async (name: string) => {
    if (!this.inside.delete(name)) fail('NotFoundError');
  };

  async *[Symbol.asyncIterator]() {
    yield* this.inside.entries();
  }

  async *values() {
    yield* this.inside.values();
  }

  /** Every file below, with its content as text. */
  async files(prefix = ''): Promise<Record<string, string>> {
    const out: Record<string, string> = {};
    for (const [name, one] of this.inside)
      if (one instanceof FakeFolder) Object.assign(out, await one.files(`${prefix}${name}/`));
      else out[prefix + name] = new TextDecoder().decode(one.bytes);
    return out;
  }
}

export const asFolder = (folder: FakeFolder) => folder as unknown as FileSystemDirectoryHandle;
