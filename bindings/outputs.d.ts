// What bindings/ builds, as scripts/bundle.mjs gives it to js/.
declare module 'llmcalc:transpiled' {
  type Bound = (...values: (number | boolean)[]) => number;
  type Core = Record<string, Bound> & { HEAPF64: Float64Array; HEAPU8: Uint8Array };
  export default function instantiate(configuration: object, webAssembly?: object): Core;
}

declare module 'llmcalc:release.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module 'llmcalc:catalog' {
  export const models: import('../js/entries/catalog.d.ts').CatalogModel[];
  export const devices: import('../js/entries/catalog.d.ts').CatalogDevice[];
  export const recordedArchitectures: string[];
}

/** Of package.json. */
declare const __VERSION__: string;

declare module 'llmcalc:calculator.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module 'llmcalc:calculator-transpiled' {
  export { default } from 'llmcalc:transpiled';
}
