// Each fitting script owns one part of include/llmcalc/quick/fitted.hpp, between two marker comments.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../../include/llmcalc/quick/fitted.hpp', import.meta.url));

/**
 * Writes `part` where `--write` was given; where `--check` was, exits with 1 if it is not what the header has.
 *
 * @param {string} script the name of the script, which marks its part
 * @param {string} part C++ source
 * @param {{ write?: boolean, check?: boolean }} options
 */
export function putFitted(script, part, { write, check }) {
  if (!write && !check) return;
  const before = readFileSync(file, 'utf8');
  const begin = `// Begin of what ${script} --write makes.\n`;
  const end = `// End of what ${script} --write makes.\n`;
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error(`fitted.hpp has no part for ${script}`);
  const text = before.slice(0, from + begin.length) + part + before.slice(to);
  const after = execFileSync('clang-format', [`--assume-filename=${file}`], { input: text, encoding: 'utf8' });
  if (write) writeFileSync(file, after);
  if (check && after !== before) {
    console.error(`fitted.hpp is not what ${script} fits: run it with --write`);
    process.exit(1);
  }
}
