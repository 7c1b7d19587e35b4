// The packed command line and its native twin, run in the folder where the package is installed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { consumer, root } from './support.js';

export const { folder } = consumer();
export const command = join(folder, 'node_modules/.bin/wasm-calculator');
export const native = join(root, 'build/native-release/src/llmcalc');
export const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
export const ajv = new Ajv({ allowUnionTypes: true });
const schema = (name) => JSON.parse(readFileSync(join(root, 'docs', name), 'utf8'));
export const validate = ajv.compile(schema('plan.schema.json'));
ajv.addSchema(schema('answers.schema.json'), 'answers');

export function start(program, args, env = process.env) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', timeout: 60_000, env });
  return { status, stdout, stderr };
}
export const cli = (...args) => start(command, args);

/** The answer of both tools, which must be one. */
export function both(...args) {
  const ours = cli('plan', ...args, '--json');
  const twin = start(native, ['plan', ...args, '--json']);
  assert.equal(ours.stdout, twin.stdout, args.join(' '));
  assert.equal(ours.status, twin.status, args.join(' '));
  assert.ok(validate(JSON.parse(ours.stdout)), JSON.stringify(validate.errors));
  return { status: ours.status, answer: JSON.parse(ours.stdout) };
}
