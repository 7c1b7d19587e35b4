// tests/golden/calculator.tsv, which GoogleTest reads too.
import { readFileSync } from 'node:fs';

const words = { true: true, false: false };

/** @returns {{ name: string, args: (number | boolean)[], outcome: string }[]} */
export function readGolden() {
  const text = readFileSync(new URL('../../golden/calculator.tsv', import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const [name, args, outcome] = line.split('\t');
      return { name, args: args.split(' ').map((word) => words[word] ?? Number(word)), outcome };
    });
}
