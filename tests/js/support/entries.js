// Every way in which a user gets a calculator, on both back ends: each suite runs over all of them.
import assert from 'node:assert/strict';
import { describe } from 'node:test';

const at = (specifier) => import.meta.resolve(specifier);

/** Runs `action` with the global WebAssembly replaced by `replacement`. */
async function withWebAssembly(replacement, action) {
  const original = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly');
  Object.defineProperty(globalThis, 'WebAssembly', { configurable: true, ...replacement });
  try {
    return await action();
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', original);
  }
}

/** As in an engine without WebAssembly. */
export const withoutWebAssembly = (action) => withWebAssembly({ value: undefined }, action);

/** As under a policy of `script-src 'self'`: present, willing to validate, refusing to compile. */
export function withBlockedWebAssembly(action) {
  const refuse = () => {
    throw new WebAssembly.CompileError('blocked by policy');
  };
  const blocked = {
    CompileError: WebAssembly.CompileError,
    Instance: WebAssembly.Instance,
    Module: new Proxy(WebAssembly.Module, { construct: refuse }),
    compile: async () => refuse(),
    compileStreaming: async () => refuse(),
    validate: WebAssembly.validate,
  };
  return withWebAssembly({ value: blocked }, action);
}

/** Fails as soon as anybody looks at WebAssembly. */
export function withForbiddenWebAssembly(action) {
  const get = () => assert.fail('WebAssembly was touched');
  return withWebAssembly({ get }, action);
}

/** A fresh copy of an entry's module: the query makes it another module. */
export const fresh = (specifier, query) => import(`${at(specifier)}?${query}`);

async function classicScript() {
  const { default: vm } = await import('node:vm');
  const { readFile } = await import('node:fs/promises');
  const source = await readFile(new URL(at('wasm-calculator/global')), 'utf8');
  vm.runInThisContext(source, { filename: 'wasmCalculator.global.js' });
  const calculator = globalThis.wasmCalculator;
  delete globalThis.wasmCalculator;
  return calculator;
}

const loaded = async (query, options) => (await fresh('wasm-calculator/load', query)).load(options);

export const entries = [
  { name: 'wasm-calculator', backend: 'wasm', calculator: (await import('wasm-calculator')).default },
  {
    name: 'wasm-calculator without WebAssembly',
    backend: 'js',
    calculator: (await withoutWebAssembly(() => fresh('wasm-calculator', 'without'))).default,
  },
  {
    name: 'wasm-calculator with WebAssembly blocked',
    backend: 'js',
    calculator: (await withBlockedWebAssembly(() => fresh('wasm-calculator', 'blocked'))).default,
  },
  { name: 'wasm-calculator/load', backend: 'wasm', calculator: await loaded('suite-wasm') },
  { name: 'wasm-calculator/load, js', backend: 'js', calculator: await loaded('suite-js', { backend: 'js' }) },
  { name: 'wasm-calculator/js', backend: 'js', calculator: (await import('wasm-calculator/js')).default },
  { name: 'wasm-calculator/global', backend: 'wasm', calculator: await classicScript() },
];

/** And those that have the six formulas alone. */
export const formulaEntries = [
  ...entries,
  {
    name: 'wasm-calculator/calculator',
    backend: 'wasm',
    calculator: (await import('wasm-calculator/calculator')).default,
  },
  {
    name: 'wasm-calculator/calculator without WebAssembly',
    backend: 'js',
    calculator: (await withoutWebAssembly(() => fresh('wasm-calculator/calculator', 'without'))).default,
  },
  {
    name: 'wasm-calculator/calculator with WebAssembly blocked',
    backend: 'js',
    calculator: (await withBlockedWebAssembly(() => fresh('wasm-calculator/calculator', 'blocked'))).default,
  },
];

/** One suite per entry, each with its back end asserted: a fallback must not hide a broken build. */
export function describeEntries(subject, suite, among = entries) {
  for (const entry of among) {
    describe(`${subject}: ${entry.name}`, () => {
      assert.equal(entry.calculator.backend, entry.backend);
      suite(entry);
    });
  }
}
