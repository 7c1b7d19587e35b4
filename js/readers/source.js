// @ts-check
// Parts of a file, wherever it is: in memory, on disk, or behind a URL, of which only the parts asked for are moved.
import { checkKeys } from '../core/keys.js';
import { display } from '../core/violation.js';

/**
 * @typedef {import('../entries/readers.d.ts').ReadOptions} ReadOptions
 * @typedef {{ location: string, size: number | undefined, bytesRead: number,
 *   read: (offset: number, length: number) => Promise<Uint8Array>, close: () => Promise<void> }} Source
 */

const PAUSE_MILLISECONDS = 100;
/** What a timer can wait; one set for longer goes off at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** What will not get better by trying again. */
class Refused extends Error {}
/** There is no such file, or not for us. */
class Missing extends Refused {}

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
  // A pipe's opening waits for its writer, and a device has no end.
  if (!(await files.stat(path)).isFile()) throw new Refused('it is a folder, a pipe or a device, not a file');
  const file = await files.open(path);
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

/**
 * An answer of a server: the bytes that follow `at`.
 *
 * @typedef {{ stop: AbortController, body: ReadableStreamDefaultReader<Uint8Array>, at: number, rest: Uint8Array,
 *   whole: boolean }} Connection
 */

/** What every reader takes. */
const OPTIONS = [
  'fetch',
  'headers',
  'signal',
  'timeoutSeconds',
  'idleTimeoutSeconds',
  'leastBytesPerSecond',
  'attempts',
  'onProgress',
  'maximumHeaderBytes',
];

/**
 * The options of a reader that begins now: checked, with what is left out, and when it must be done. One limit holds
 * for all files of a question.
 *
 * @template {ReadOptions} T @param {string} who @param {T} options @param {string[]} [further] options of this reader
 */
export function started(who, options, further = []) {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${who}: options must be an object, got ${display(options)}`);
  }
  checkKeys(options, new Set([...OPTIONS, ...further]), `${who}: options`);
  const { timeoutSeconds = 600, idleTimeoutSeconds = 30, leastBytesPerSecond = 1000, attempts = 4 } = options;
  /** @param {string} name @param {unknown} value @param {boolean} holds @param {string} range */
  const check = (name, value, holds, range) => {
    if (typeof value !== 'number')
      throw new TypeError(`${who}: options.${name} must be ${range}, got ${display(value)}`);
    if (!holds) throw new RangeError(`${who}: options.${name} must be ${range}, got ${display(value)}`);
  };
  check('timeoutSeconds', timeoutSeconds, timeoutSeconds > 0, 'above 0 (s; Infinity for no limit)');
  check('idleTimeoutSeconds', idleTimeoutSeconds, idleTimeoutSeconds > 0, 'above 0 (s)');
  check('leastBytesPerSecond', leastBytesPerSecond, leastBytesPerSecond >= 0, 'from 0 (bytes/s)');
  check('attempts', attempts, Number.isInteger(attempts) && attempts >= 1, 'an integer from 1');
  const until = performance.now() + timeoutSeconds * 1000;
  return { ...options, timeoutSeconds, idleTimeoutSeconds, leastBytesPerSecond, attempts, until };
}

/** What fetch refuses by its own rules, in our words; its runtimes have one each. @type {[RegExp, string][]} */
const REFUSALS = [
  [/redirect count|maximum number of redirects|TooManyRedirects/i, 'it is redirected too often'],
  [/scheme must be|non HTTP\(s\)|UnsupportedRedirectProtocol/i, 'it is redirected to what is neither http nor https'],
  [/invalid url|RedirectURLInvalid/i, 'it is redirected to what is no address'],
  [/cross origin not allowed/i, 'it is redirected to an address with a user name or password'],
  [/bad port|requests to port \d+ are blocked/i, 'fetch keeps away from its port, which is that of another service'],
];

/** Whole numbers that a header gives; none where they are too large to be exact. @param {string | undefined} digits */
function wholeNumber(digits) {
  const value = Number(digits);
  return digits !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** @param {string} location @param {ReturnType<typeof started>} options @returns {Source} */
function fromUrl(location, options) {
  const { fetch: get = fetch, headers = {}, signal, onProgress } = options;
  const { timeoutSeconds, idleTimeoutSeconds, leastBytesPerSecond, attempts, until } = options;
  const { username, password } = new URL(location);
  if (username || password) throw new Refused('an address must not hold a user name or password; headers may');
  const outOfTime = () => new Refused(`it was not read within ${timeoutSeconds} s; timeoutSeconds allows it more`);
  /** @type {string | null | undefined} */
  let tag;
  /** Of a server that knows no ranges and sends everything: the next read goes on with it. @type {Connection | undefined} */
  let open;
  /** Seconds that the connection may still take: they pass while it is waited for, and what it brings adds to them. */
  let patience = idleTimeoutSeconds;
  let silent = true;

  /**
   * What a connection brings, unless it takes too long.
   *
   * @template T @param {AbortController} stop @param {() => Promise<T>} ask @param {(brought: T) => number} [bytesOf]
   * @returns {Promise<T>}
   */
  function patiently(stop, ask, bytesOf = () => 0) {
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      // Not every fetch listens to its signal.
      const giveUp = (/** @type {unknown} */ reason) => {
        leave();
        stop.abort(reason);
        reject(reason);
      };
      const abort = () => giveUp(signal?.reason);
      const expire = () => {
        if (performance.now() >= until) giveUp(outOfTime());
        else
          giveUp(
            new Error(silent ? `no data for ${idleTimeoutSeconds} s` : `less than ${leastBytesPerSecond} bytes/s`),
          );
      };
      // A timer may go off a fraction of a millisecond early.
      const timer = setTimeout(expire, Math.min(LONGEST_TIMER, until - begun + 1, patience * 1000));
      signal?.addEventListener('abort', abort);
      ask().then((brought) => {
        leave();
        const bytes = bytesOf(brought);
        silent &&= bytes === 0;
        const passed = (performance.now() - begun) / 1000;
        if (leastBytesPerSecond === 0) patience = idleTimeoutSeconds;
        else patience = Math.min(idleTimeoutSeconds, patience - passed + bytes / leastBytesPerSecond);
        resolve(brought);
      }, giveUp);
    });
  }

  /** @param {AbortController} stop @param {number} start @param {number} end */
  async function ask(stop, start, end) {
    try {
      return await get(location, { headers: { ...headers, Range: `bytes=${start}-${end - 1}` }, signal: stop.signal });
    } catch (error) {
      const { message, code, cause } = /** @type {any} */ (error);
      const said = `${message} ${code} ${cause?.message}`;
      const [, refusal] = REFUSALS.find(([pattern]) => pattern.test(said)) ?? [];
      throw refusal ? new Refused(refusal) : error;
    }
  }

  /** Asks for bytes; null where the file ends before them. @param {Source} source @param {number} start @param {number} end @returns {Promise<Connection | null>} */
  async function connect(source, start, end) {
    const stop = new AbortController();
    patience = idleTimeoutSeconds;
    silent = true;
    const { status, headers: told, body } = await patiently(stop, () => ask(stop, start, end));
    const refuse = (/** @type {string} */ message, Kind = Refused) => {
      stop.abort();
      return new Kind(message);
    };
    const contentRange = told.get('content-range') ?? '';
    if (status === 416) {
      stop.abort();
      source.size ??= wholeNumber(/\/(\d+)$/.exec(contentRange)?.[1]) ?? start;
      return null;
    }
    if (status >= 500 || status === 429) {
      stop.abort();
      throw new Error(`status ${status}`);
    }
    if (status !== 200 && status !== 206) {
      const Kind = [401, 403, 404, 410].includes(status) ? Missing : Refused;
      throw refuse(`the server answers with status ${status}`, Kind);
    }
    if (!body) throw refuse(`the server answers with status ${status} and nothing more`);
    const seen = told.get('etag');
    if (tag !== undefined && seen !== tag) throw refuse('it changed while it was read');
    tag = seen;
    const whole = status === 200;
    if (!whole) {
      const [, from, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange) ?? [];
      if (Number(from) !== start || !(Number(last) >= start)) throw refuse('the server answers with another range');
      const size = total === '*' ? source.size : wholeNumber(total);
      if (total !== '*' && !(size !== undefined && size > Number(last))) {
        throw refuse(`the server says that the file has ${total} bytes`);
      }
      if (source.size !== undefined && source.size !== size) throw refuse('it changed while it was read');
      source.size = size;
    }
    return { stop, body: body.getReader(), at: whole ? 0 : start, rest: new Uint8Array(), whole };
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
          const { done, value } = await patiently(
            connection.stop,
            () => connection.body.read(),
            (brought) => brought.value?.length ?? 0,
          );
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
      if (error instanceof Refused) throw error;
      const { message, cause } = /** @type {Error} */ (error);
      throw Object.assign(new Error(message, { cause }), { filled });
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
      let since = performance.now();
      for (let failures = 0; filled < buffer.length; ) {
        signal?.throwIfAborted();
        if (performance.now() >= until) throw outOfTime();
        const before = filled;
        let error = new Error('the server sends less than it was asked for');
        let dropped = false;
        try {
          filled = await attempt(this, offset, buffer, filled);
          if (filled === before || (this.size !== undefined && offset + filled >= this.size)) break;
        } catch (caught) {
          if (caught instanceof Refused) throw caught;
          signal?.throwIfAborted();
          error = /** @type {Error} */ (caught);
          filled = /** @type {any} */ (error).filled ?? filled;
          dropped = true;
        }
        // Of a byte in each connection no end is seen: what comes too slowly is no progress.
        const gained = filled - before;
        const now = performance.now();
        const progress = gained > 0 && gained >= (leastBytesPerSecond * (now - since)) / 1000;
        since = now;
        failures = progress ? 0 : failures + 1;
        if (failures >= attempts && filled < buffer.length) {
          // fetch says little itself.
          const { message, cause } = error;
          const reason = /** @type {any} */ (cause)?.message || message;
          throw new Error(`it cannot be read: ${reason}, after ${attempts} attempts`);
        }
        const pause = dropped || failures > 0 ? PAUSE_MILLISECONDS * 2 ** failures : 0;
        if (pause > 0 && filled < buffer.length) {
          await new Promise((resolve) => setTimeout(resolve, Math.min(pause, until - now)));
        }
      }
      return buffer.subarray(0, filled);
    },
    async close() {
      close();
    },
  };
}

/** @param {import('../entries/readers.d.ts').Input} input @param {ReturnType<typeof started>} options @returns {Promise<Source>} */
async function openSource(input, options) {
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) {
    return fromBlob('bytes in memory', new Blob([/** @type {ArrayBuffer} */ (input)]));
  }
  if (input instanceof Blob) return fromBlob(/** @type {File} */ (input).name ?? 'a Blob', input);
  const location = String(input);
  const [, scheme] = /^(https?:|[a-z][a-z0-9+.-]*:(?=\/\/))/i.exec(location) ?? [];
  switch (scheme?.toLowerCase()) {
    case 'http:':
    case 'https:':
      return fromUrl(location, options);
    case 'file:':
      return fromPath(new URL(location));
    case undefined:
      return fromPath(location);
    default:
      throw new Refused(`an address must be of http, https or file, got ${display(scheme)}`);
  }
}

/** What systems say of a file, in our words. @type {Record<string, string>} */
const SYSTEM_ERRORS = {
  ENOENT: 'there is no such file (ENOENT)',
  ENOTDIR: 'there is no such file (ENOTDIR)',
  EACCES: 'it may not be read (EACCES)',
  ERR_INVALID_URL: 'it is no address',
};

/** Whether an error of `withSource` says that there is no such file. @param {any} error */
export const isMissing = (error) => error.code === 'ENOENT' || error.cause instanceof Missing;

/**
 * Reads a file; what goes wrong is told with who reads what.
 *
 * @template T
 * @param {string} who @param {import('../entries/readers.d.ts').Input} input @param {ReturnType<typeof started>} options
 * @param {(source: Source) => Promise<T>} read
 */
export async function withSource(who, input, options, read) {
  const known =
    input instanceof URL || input instanceof Blob || input instanceof ArrayBuffer || ArrayBuffer.isView(input);
  if (typeof input !== 'string' && !known) {
    throw new TypeError(`${who}: a file must be a path, a URL, a Blob or bytes, got ${display(input)}`);
  }
  /** @type {Source | undefined} */
  let source;
  try {
    source = await openSource(input, options);
    return await read(source);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const Kind = error instanceof RangeError ? RangeError : Error;
    // Sizes of tensors are checked as planMemory does.
    const said = SYSTEM_ERRORS[code ?? ''] ?? message.replace(/^planMemory: model\./, '');
    const told = new Kind(`${who}: ${source?.location ?? String(input)}: ${said}`, { cause: error });
    throw code === 'ENOENT' ? Object.assign(told, { code }) : told;
  } finally {
    await source?.close();
  }
}
