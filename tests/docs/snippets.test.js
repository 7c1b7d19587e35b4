// The code in README.md and docs/ is run, and what it prints must be what its comments say: each statement that prints
// ends in `// what it prints`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import wasmCalculator from 'wasm-calculator';
import { formatTable, measure, percent, tableOf } from '../../scripts/support/memory-accuracy.mjs';
import { readCompact } from '../../scripts/support/memory-golden.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
// Inside the tree, so that 'wasm-calculator' means this package.
mkdirSync(join(root, 'build'), { recursive: true });
const work = mkdtempSync(join(root, 'build', 'snippets-'));
after(() => rmSync(work, { recursive: true, force: true }));

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .filter((page) => page.endsWith('.md'))
    .map((page) => `docs/${page}`),
];

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trimEnd();
}

const languages = {
  js: {
    prints: /^\s*console\.log\(.*\); \/\/ (.*)$/gm,
    run(source, name) {
      const file = join(work, `${name}.mjs`);
      writeFileSync(file, source);
      return run('node', file);
    },
  },
  cpp: {
    prints: /std::printf\(.*\); \/\/ (.*)$/gm,
    run(source, name) {
      const file = join(work, `${name}.cpp`);
      const program = join(work, name);
      writeFileSync(file, source);
      run('g++', '-std=c++20', '-Wall', '-Wextra', '-Werror', '-I', join(root, 'include'), file, '-o', program);
      return run(program);
    },
  },
};

let snippets = 0;
for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8');
  for (const [, language, source] of text.matchAll(/^```(js|cpp)\n([\s\S]*?)^```$/gm)) {
    const name = `${page.replaceAll(/\W/g, '-')}-${++snippets}`;
    test(`${page}: ${language} snippet ${snippets} prints what it says`, () => {
      const expected = [...source.matchAll(languages[language].prints)].map(([, output]) => output);
      assert.ok(expected.length > 0, 'the snippet states no output');
      assert.deepEqual(languages[language].run(source, name).split('\n'), expected);
    });
  }

  test(`${page}: every file it links to is there`, () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      assert.ok(existsSync(join(root, dirname(page), target)), target);
    }
  });
}

test('the pages have snippets in both languages', () => {
  assert.ok(snippets >= 6);
});

test('the errors stated in README.md are those of the fit', () => {
  const report = run('node', 'scripts/fit-vram-curve.mjs');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const formulas = readFileSync(join(root, 'docs/formulas.md'), 'utf8');
  const figures = [...report.matchAll(/n (\d+), median x([\d.]+), p90 x([\d.]+), max x([\d.]+)/g)];
  assert.equal(figures.length, 8);
  for (const [, n, median, p90, max] of figures)
    assert.ok(formulas.includes(`| ${n} | ${median} | ${p90} | ${max} |`), `${n} ${median}`);
  assert.match(readme, new RegExp(`median factor ${figures[0][2]}, p90 ${figures[0][3]}`));
  const corners = [...report.matchAll(/^ {2}([\d.]+)\t(\d+)\t(\d+)$/gm)];
  for (const column of [1, 2, 3]) {
    assert.ok(formulas.includes(corners.map((corner) => corner[column]).join(' | ')));
  }
});

test('the accuracy stated in docs/memory.md and README.md is that of the build', () => {
  const golden = readCompact(join(root, 'tests/golden'));
  const rows = tableOf(measure(golden, wasmCalculator.planMemory));
  const memory = readFileSync(join(root, 'docs/memory.md'), 'utf8');
  assert.ok(memory.includes(`<!-- accuracy -->\n${formatTable(rows)}\n<!-- /accuracy -->`));
  const plan = rows.find((row) => row.table === 'whole plan');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  assert.ok(readme.includes(`${percent(plan.median)} at the median and ${percent(plan.p90)} at p90 (n 6,381`));
  assert.equal(plan.n, 6381);
  assert.ok(readme.includes(`largest ${percent(plan.max)}`));
});

test('the figure of a plan is up to date', () => {
  run('node', 'scripts/plan-figure.mjs', '--check');
});
