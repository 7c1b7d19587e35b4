// `models --local`: what Ollama, LM Studio, Hugging Face and llama.cpp keep on a disk, in folders as theirs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { localModels } from '../../js/cli/local.js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { ggufBytes, tensorsOf } from '../support/gguf-writer.js';

const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const home = mkdtempSync(join(tmpdir(), 'wasm-calculator-local-'));
after(() => rmSync(home, { recursive: true, force: true }));

const SMALL = 'smollm2-135m';
const header = ggufBytes({
  metadata: { ...golden.entries[SMALL].metadata, 'general.file_type': 1 },
  tensors: tensorsOf(golden.models.get(SMALL)),
});
const put = (path, content) => {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), content);
};

const digest = 'a'.repeat(64);
const manifest = (layers) => JSON.stringify({ schemaVersion: 2, layers });
const layer = { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}`, size: header.length };
put(`.ollama/models/blobs/sha256-${digest}`, header);
put('.ollama/models/manifests/registry.ollama.ai/library/smollm2/135m', manifest([{ mediaType: 'x' }, layer]));
put('.ollama/models/manifests/hf.co/unsloth/SmolLM2-135M-GGUF/F16', manifest([layer]));
// What is no manifest, and one that leads out of the folder.
put('.ollama/models/manifests/registry.ollama.ai/library/odd/latest', 'not JSON');
put(
  '.ollama/models/manifests/registry.ollama.ai/library/out/latest',
  manifest([{ ...layer, digest: 'sha256:../../x' }]),
);
put('.lmstudio/models/unsloth/SmolLM2-GGUF/SmolLM2-F16.gguf', header);
put('.lmstudio/models/unsloth/SmolLM2-GGUF/mmproj-F16.gguf', 'GGUF');
put('.lmstudio/models/unsloth/Split-GGUF/Split-00001-of-00002.gguf', 'GGUF1');
put('.lmstudio/models/unsloth/Split-GGUF/Split-00002-of-00002.gguf', 'GGUF22');
const hub = '.cache/huggingface/hub/models--USER--a--b';
put(`${hub}/blobs/1`, header);
mkdirSync(join(home, `${hub}/snapshots/0`), { recursive: true });
symlinkSync('../../blobs/1', join(home, `${hub}/snapshots/0/x.gguf`));
put('.cache/huggingface/hub/models--USER--c/snapshots/0/config.json', '{"model_type":"bert"}');
put('.cache/huggingface/hub/models--USER--c/snapshots/0/model.safetensors', 'weights');
put('.cache/llama.cpp/ggml-org_x.gguf', 'not GGUF');

test('each program keeps models in its own way', async () => {
  const found = await localModels(home, {});
  assert.deepEqual(
    found.map(({ name, from, kind, bytes }) => [name, from, kind, bytes]),
    [
      ['hf.co/unsloth/SmolLM2-135M-GGUF:F16', 'ollama', 'model', header.length],
      ['smollm2:135m', 'ollama', 'model', header.length],
      ['unsloth/SmolLM2-GGUF/SmolLM2-F16.gguf', 'lmstudio', 'model', header.length],
      ['unsloth/SmolLM2-GGUF/mmproj-F16.gguf', 'lmstudio', 'projector', 4],
      ['unsloth/Split-GGUF/Split-00001-of-00002.gguf', 'lmstudio', 'model', 11],
      ['USER/a--b/x.gguf', 'huggingface', 'model', header.length],
      ['USER/c', 'huggingface', 'checkpoint', 7],
      ['ggml-org_x.gguf', 'llama.cpp', 'model', 8],
    ],
  );
});

test('variables of the programs name other places, and what is not there has nothing', async () => {
  const at = { OLLAMA_MODELS: join(home, '.ollama/models'), HF_HUB_CACHE: join(home, '.cache/huggingface/hub') };
  const found = await localModels(join(home, 'nowhere'), { ...at, LLAMA_CACHE: join(home, '.cache/llama.cpp') });
  assert.deepEqual([...new Set(found.map(({ from }) => from))], ['ollama', 'huggingface', 'llama.cpp']);
  assert.deepEqual(await localModels(join(home, 'nowhere'), { OLLAMA_MODELS: join(home, 'nowhere') }), []);
});

test('the command says of each whether it fits here, or why it is not planned', () => {
  const cli = (...args) =>
    spawnSync(process.execPath, [fileURLToPath(new URL('../../dist/cli.js', import.meta.url)), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home },
    });
  const { status, stdout } = cli('models', '--local', '--json');
  assert.equal(status, 0);
  const by = new Map(JSON.parse(stdout).map((item) => [item.name, item]));
  assert.deepEqual([by.get('smollm2:135m').fits, by.get('smollm2:135m').why], [true, null]);
  assert.equal(by.get('USER/a--b/x.gguf').fits, true);
  assert.equal(by.get('unsloth/SmolLM2-GGUF/mmproj-F16.gguf').why, 'goes beside a model, as --mmproj');
  assert.match(by.get('ggml-org_x.gguf').why, /GGUF/);
  assert.match(by.get('USER/c').why, /encoder/);
  assert.equal(JSON.parse(cli('models', 'smollm2', '--local', '--json').stdout).length, 4);
  assert.match(cli('models', '--local').stdout, /smollm2:135m +ollama +model +\S+ GiB +fits/);
});
