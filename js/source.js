// @ts-check
// Parts of a file, wherever it is: in memory, on disk, or behind a URL, of which only the parts asked for are moved.
import { display } from './violation.js';

/**
 * @typedef {import('./readers.d.ts').ReadOptions} ReadOptions
 * @typedef {{ location: string, size: number | undefined, bytesRead: number,
 *   read: (offset: number, length: number) => Promise<Uint8Array>, close: () => Promise<void> }} Source
 */

const PAUSE_MILLISECONDS = 100;

/** @param {string} location @param {Blob} blob @returns {Source} */
const fromBlob = (location, blob) => ({
  location,
  size: blob.size,
  bytesRead: 0,
  async read(offset, length) {
    const bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    this.bytesRead += bytes.length;
    return bytes;
  },
  async close() {},
});

/** @param {string | URL} path @returns {Promise<Source>} */
async function fromPath(path) {
  // Not an import: bundlers for browsers would look for the module.
  const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (!files) throw new TypeError(`a path can be read in Node, Deno and Bun only, got ${display(String(path))}`);
  const { open } = files;
  const file = await open(path);
  const { size } = await file.stat();
  /** @type {Source} */
  const source = {
    location: String(path),
    size,
    bytesRead: 0,
    async read(offset, length) {
      const buffer = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      source.bytesRead += bytesRead;
      return buffer.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
  return source;
}

/** What will not get better by trying again. */
class Refused extends Error {}
/** There is no such file, or not for us. */
class Missing extends Refused {}

/**
 * An answer of a server: the bytes that follow `at`.
 *
 * @typedef {{ stop: AbortController, body: ReadableStreamDefaultReader<Uint8Array>, at: number, rest: Uint8Array,
 *   whole: boolean }} Connection
 */

/** @param {string} location @param {ReadOptions} options @returns {Source} */
function fromUrl(location, options) {
  const { fetch: get = fetch, headers = {}, signal, idleTimeoutSeconds = 30, attempts = 4, onProgress } = options;
  /** @type {string | null | undefined} */
  let tag;
  /** Of a server that knows no ranges and sends everything: the next read goes on with it. @type {Connection | undefined} */
  let open;

  /** What a connection brings, unless it is silent for too long. @template T @param {AbortController} stop @param {() => Promise<T>} ask */
  async function patiently(stop, ask) {
    const timer = setTimeout(() => stop.abort(new Error('no data')), idleTimeoutSeconds * 1000);
    const abort = () => stop.abort(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      return await ask();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Asks for bytes; null where the file ends before them. @param {Source} source @param {number} start @param {number} end @returns {Promise<Connection | null>} */
  async function connect(source, start, end) {
    const stop = new AbortController();
    const response = await patiently(stop, () =>
      get(location, { headers: { ...headers, Range: `bytes=${start}-${end - 1}` }, signal: stop.signal }),
    );
    const refuse = (/** @type {string} */ message) => {
      stop.abort();
      return new Refused(message);
    };
    if (!response.ok) stop.abort();
    if (response.status === 416) {
      source.size ??= Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? start);
      return null;
    }
    if (response.status >= 500 || response.status === 429) throw new Error(`status ${response.status}`);
    if (!response.ok) {
      const Kind = [401, 403, 404, 410].includes(response.status) ? Missing : Refused;
      throw new Kind(`the server answers with status ${response.status}`);
    }
    const seen = response.headers.get('etag');
    if (tag !== undefined && seen !== tag) throw refuse('it changed while it was read');
    tag = seen;
    const whole = response.status !== 206;
    if (!whole) {
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
      if (!range || Number(range[1]) !== start) throw refuse('the server answers with another range');
      const size = range[2] === '*' ? source.size : Number(range[2]);
      if (source.size !== undefined && source.size !== size) throw refuse('it changed while it was read');
      source.size = size;
    }
    const body = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    return { stop, body, at: whole ? 0 : start, rest: new Uint8Array(), whole };
  }

  const hangUp = (/** @type {Connection} */ { body }) => body.cancel().catch(() => {});

  /**
   * Reads into `buffer` from where `filled` bytes are there already; says how many are there after.
   *
   * @param {Source} source @param {number} offset @param {Uint8Array} buffer @param {number} filled
   */
  async function attempt(source, offset, buffer, filled) {
    const start = offset + filled;
    if (open && open.at > start) close();
    const connection = open ?? (await connect(source, start, offset + buffer.length));
    if (!connection) return filled;
    open = undefined;
    try {
      while (filled < buffer.length) {
        if (connection.rest.length === 0) {
          const { done, value } = await patiently(connection.stop, () => connection.body.read());
          if (done) {
            if (connection.whole) source.size ??= connection.at;
            break;
          }
          connection.rest = value;
          source.bytesRead += value.length;
          onProgress?.({ location, bytesRead: source.bytesRead, size: source.size });
        }
        // What comes before is passed over.
        const skipped = Math.min(connection.rest.length, offset + filled - connection.at);
        const part = connection.rest.subarray(skipped, skipped + buffer.length - filled);
        buffer.set(part, filled);
        filled += part.length;
        connection.at += skipped + part.length;
        connection.rest = connection.rest.subarray(skipped + part.length);
      }
    } catch (error) {
      hangUp(connection);
      throw Object.assign(new Error(String(error)), { filled });
    }
    if (connection.whole) open = connection;
    else hangUp(connection);
    return filled;
  }

  const close = () => {
    if (open) hangUp(open);
    open = undefined;
  };

  return {
    location,
    size: undefined,
    bytesRead: 0,
    async read(offset, length) {
      const end = this.size === undefined ? offset + length : Math.min(this.size, offset + length);
      const buffer = new Uint8Array(Math.max(0, end - offset));
      let filled = 0;
      for (let failures = 0; filled < buffer.length; ) {
        signal?.throwIfAborted();
        const before = filled;
        try {
          filled = await attempt(this, offset, buffer, filled);
          if (filled === before || (this.size !== undefined && offset + filled >= this.size)) break;
        } catch (error) {
          if (error instanceof Refused) throw error;
          signal?.throwIfAborted();
          filled = /** @type {any} */ (error).filled ?? filled;
          failures = filled > before ? 0 : failures + 1;
          if (failures >= attempts) {
            // fetch says little itself.
            const { message, cause } = /** @type {Error} */ (error);
            const reason = /** @type {any} */ (cause)?.message || message;
            throw new Error(`it cannot be read: ${reason}, after ${attempts} attempts`);
          }
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS * 2 ** failures));
        }
      }
      return buffer.subarray(0, filled);
    },
    async close() {
      close();
    },
  };
}

/**
 * @param {import('./readers.d.ts').Input} input
 * @param {ReadOptions} [options]
 * @returns {Promise<Source>}
 */
async function openSource(input, options = {}) {
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) {
    return fromBlob('bytes in memory', new Blob([/** @type {ArrayBuffer} */ (input)]));
  }
  if (input instanceof Blob) return fromBlob(/** @type {File} */ (input).name ?? 'a Blob', input);
  if (typeof input === 'string' || input instanceof URL) {
    const location = String(input);
    if (/^https?:/i.test(location)) return fromUrl(location, options);
    return fromPath(location.startsWith('file:') ? new URL(location) : location);
  }
  throw new TypeError(`a file must be a path, a URL, a Blob or bytes, got ${display(input)}`);
}

/** Whether an error of `withSource` says that there is no such file. @param {any} error */
export const isMissing = (error) => error.code === 'ENOENT' || error.cause instanceof Missing;

/**
 * Reads a file; what goes wrong is told with who reads what.
 *
 * @template T
 * @param {string} who @param {import('./readers.d.ts').Input} input @param {ReadOptions} options
 * @param {(source: Source) => Promise<T>} read
 */
export async function withSource(who, input, options, read) {
  const source = await openSource(input, options);
  try {
    return await read(source);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const Kind = error instanceof RangeError ? RangeError : Error;
    // Sizes of tensors are checked as planMemory does.
    const message = /** @type {Error} */ (error).message.replace(/^planMemory: model\./, '');
    throw new Kind(`${who}: ${source.location}: ${message}`, { cause: error });
  } finally {
    await source.close();
  }
}
