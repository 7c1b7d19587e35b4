// A packed tarball, installed into an empty folder as a user would.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The command of a development dependency. */
export const bin = (name) => join(root, 'node_modules/.bin', name);

const npm = (args, cwd) => execFileSync('npm', [...args, '--loglevel=error'], { cwd, encoding: 'utf8' });

/** Packs the package into `folder`; its name, its files, and its bytes. */
export function pack(folder) {
  const [{ filename, files, size }] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], root));
  return { tarball: join(folder, filename), files: files.map(({ path }) => path), packedBytes: size };
}

/** An empty folder with the packed package installed; removed when the test file ends. */
export function consumer() {
  const folder = mkdtempSync(join(tmpdir(), 'wasm-calculator-consumer-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const { tarball, files, packedBytes } = pack(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  npm(['install', '--offline', '--no-audit', '--no-fund', tarball], folder);
  return { folder, tarball, files, packedBytes };
}

/** Runs a command in `cwd`; its standard output. A failure shows both outputs. */
export function run(command, args, cwd, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    timeout: 120_000,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** What each fixture prints: which back end it got, and three results. */
export const report = (backend) => ({
  backend,
  tps: 25.2,
  points: 29,
  error: 'calculatePerformance: bandwidth must be a number from 1e-9 to 1e9 (GB/s), got -1',
});

/** The source of a program that prints its report, for an entry. */
export function program(entry) {
  const obtain = /\/load/.test(entry)
    ? `import { load } from '${entry}';\nconst calculator = await load();`
    : `import calculator, { calculatePerformance } from '${entry}';\nif (calculator.calculatePerformance !== calculatePerformance) throw new Error('not the same');`;
  return `${obtain}
let error;
try {
  calculator.calculatePerformance(-1, 40);
} catch ({ message }) {
  error = message;
}
console.log(JSON.stringify({
  backend: calculator.backend,
  tps: calculator.calculatePerformance(1008, 40),
  points: calculator.batchCalculatePerformance(1008, 70).length,
  error,
}));
`;
}

export const read = (...path) => readFileSync(join(...path), 'utf8');
