// Writes what the command lines shown in README.md print, from the built package:
//
//   node scripts/plan-transcript.mjs [--check]
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const shown = readFileSync(path('README.md'), 'utf8');
const printed = shown.replaceAll(
  /^(```console\n\$ npx wasm-calculator (.*)\n)[\s\S]*?^```$/gm,
  (_, opening, command) => {
    const words = command.match(/"[^"]*"|\S+/g).map((word) => word.replaceAll('"', ''));
    const { stdout, stderr } = spawnSync(process.execPath, [path('dist/cli.js'), ...words], {
      encoding: 'utf8',
      // As wide as a page shows it.
      env: { ...process.env, COLUMNS: '100' },
    });
    if (stdout === '') throw new Error(`${command}: ${stderr}`);
    return `${opening}${stdout}\`\`\``;
  },
);
if (!process.argv.includes('--check')) writeFileSync(path('README.md'), printed);
else if (printed !== shown) {
  console.error('README.md shows what another build printed: node scripts/plan-transcript.mjs');
  process.exitCode = 1;
}
