// The functions of the headers that programs call: those that the declarations of the package have too, and their twins
// that return a Result.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const headers = () =>
  readdirSync(join(root, 'include/llmcalc'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.hpp'))
    .sort();

/** Every header: its name, and its text. */
export const headerTexts = () =>
  headers().map((name) => ({ name, text: readFileSync(join(root, 'include/llmcalc', name), 'utf8') }));

/** @returns {string[]} */
export function publicFunctions() {
  const declarations = join(root, 'js/types');
  const declared = readdirSync(declarations)
    .filter((file) => file.endsWith('.d.ts'))
    .flatMap((file) =>
      Array.from(readFileSync(join(declarations, file), 'utf8').matchAll(/^export declare function (\w+)/gm)),
    )
    .flatMap(([, name]) => [name, `try${name[0].toUpperCase()}${name.slice(1)}`]);
  const texts = headerTexts().map(({ text }) => text);
  return declared.filter((name) => texts.some((text) => new RegExp(`^[^/\\n=]*[\\w>\\]] ${name}\\(`, 'm').test(text)));
}
