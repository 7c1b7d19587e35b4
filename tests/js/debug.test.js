// The debug build: not part of the package, but it must run and be debuggable.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const build = new URL('../../build/wasm-debug/bindings/', import.meta.url);

test('debug.wasm computes, names its functions and points to its source map', async () => {
  const { default: instantiate } = await import(new URL('debug.js', build));
  const module = new WebAssembly.Module(readFileSync(new URL('debug.wasm', build)));
  const core = instantiate({ wasmBinary: readFileSync(new URL('debug.wasm', build)) }, WebAssembly);
  assert.equal(core.calculatePerformance(1008, 40, 1), 25.2);
  assert.ok(WebAssembly.Module.customSections(module, 'name').length > 0);
  const [section] = WebAssembly.Module.customSections(module, 'sourceMappingURL');
  assert.match(new TextDecoder().decode(section), /debug\.wasm\.map$/);
  const { sources } = JSON.parse(readFileSync(new URL('debug.wasm.map', build), 'utf8'));
  assert.ok(sources.some((source) => source.endsWith('include/llmcalc/quick/calculator.hpp')));
});
