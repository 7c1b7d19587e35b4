// Runs before `npm pack`: refuses a tree that was not built, so that no package without its content is made.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const { version, exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Every file that an entry names. */
const filesOf = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(filesOf));
const missing = [...filesOf(exports), ...filesOf(bin)].filter((file) => !existsSync(join(root, file)));
const refuse = (reason) => {
  console.error(`prepack: ${reason}; run scripts/build first`);
  process.exit(1);
};
if (missing.length > 0)
  refuse(`${missing[0]} is missing${missing.length > 1 ? `, and ${missing.length - 1} more` : ''}`);
if (!readFileSync(join(root, bin['wasm-calculator']), 'utf8').includes(JSON.stringify(version))) {
  refuse(`dist/ was built for another version than ${version}`);
}
