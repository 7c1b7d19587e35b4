// Bytes over the wire of each entry, and whether they keep within the budget:
//
//   node scripts/sizes.mjs [--json]     exits with 1 if an entry is over its budget
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/**
 * What a page downloads for an entry, and the most that it may be, in bytes of brotli. Where an entry's declarations
 * say what it weighs, they say its budget. Of /load 1,500 are for refusing what would be answered wrong in silence:
 * keys that nobody knows, other units, plans that are none.
 */
const entries = [
  { name: 'wasm-calculator', files: ['wasmCalculator.js'], budget: 124_000, doc: 'js/wasmCalculator.d.ts' },
  { name: 'wasm-calculator/calculator', files: ['calculator.js'], budget: 10_000, doc: 'js/entries/calculator.d.ts' },
  { name: 'wasm-calculator/load', files: ['load.js', 'release.wasm'], budget: 64_000, doc: 'js/entries/load.d.ts' },
  { name: 'wasm-calculator/load-speed', files: ['load-speed.js', 'load.js', 'release.wasm'], budget: 64_200 },
  { name: 'wasm-calculator/js', files: ['js.js'], budget: 76_000, doc: 'js/entries/js.d.ts' },
  { name: 'wasm-calculator/readers', files: ['readers.js'], budget: 33_500 },
  { name: 'wasm-calculator/catalog', files: ['catalog.js'], budget: 44_500 },
  { name: 'wasm-calculator/detect', files: ['detect.js'], budget: 5_300 },
  { name: 'wasm-calculator/global', files: ['wasmCalculator.global.js'], budget: 124_000 },
];

const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

export const sizes = entries.map(({ name, files, budget, doc }) => {
  const contents = files.map((file) => readFileSync(new URL(`../dist/${file}`, import.meta.url)));
  const total = (measure) => contents.reduce((sum, content) => sum + measure(content).length, 0);
  return {
    name,
    files,
    raw: total((content) => content),
    gzip: total((content) => gzipSync(content, { level: 9 })),
    brotli: total((content) => brotliCompressSync(content, quality)),
    budget,
    doc,
  };
});

if (process.argv[1] === new URL(import.meta.url).pathname) {
  if (process.argv.includes('--json')) console.log(JSON.stringify(sizes, null, 2));
  else {
    console.log('| entry | files | raw | gzip | brotli | budget (brotli) |');
    console.log('|---|---|---:|---:|---:|---:|');
    for (const { name, files, raw, gzip, brotli, budget } of sizes) {
      console.log(`| \`${name}\` | ${files.join(' + ')} | ${raw} | ${gzip} | ${brotli} | ${budget} |`);
    }
  }
  const read = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  for (const { name, budget, doc } of sizes.filter((size) => size.doc)) {
    const weight = `${budget / 1000} KB`;
    const row = new RegExp(`^\\| \`${name}\` \\| ${weight} \\|`, 'm');
    for (const [file, says] of [
      [doc, read(doc).includes(`At most ${weight} of brotli`)],
      ['README.md', row.test(read('README.md'))],
    ]) {
      if (says) continue;
      console.error(`${file} does not say that ${name} is at most ${weight} of brotli`);
      process.exitCode = 1;
    }
  }
  for (const { name, brotli, budget } of sizes.filter((size) => size.brotli > size.budget)) {
    console.error(`${name} is ${brotli} bytes of brotli, over its budget of ${budget}`);
    process.exitCode = 1;
  }
}
