// @ts-check
// The classic script for pages without modules: everything under one global, `wasmCalculator`.
import wasmCalculator from '../wasmCalculator.js';

Object.assign(globalThis, { wasmCalculator });
