// The command line of the packed package with files: specs, GGUF headers from disks and addresses, configs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ggufBytes, tensorsOf } from '../support/gguf-writer.js';
import { both, cli, command, folder, golden, native, start, validate } from './cli-support.js';

test('a spec in JSON is planned by both', () => {
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(golden.models.get('gemma-3n-e4b')));
  const { answer } = both('mine.json', '--device', '4090');
  assert.equal(answer.model.name, 'mine');
  assert.deepEqual(answer.model.source, { kind: 'spec', locations: ['mine.json'] });
  writeFileSync(join(folder, 'bad.json'), JSON.stringify({ groups: [{ attention: 'odd' }], runs: [] }));
  for (const program of [command, native]) {
    const { status, stderr } = start(program, ['plan', 'bad.json', '--device', '4090']);
    assert.equal(status, 2);
    assert.match(stderr, /attention must be one of none, full, sliding, mla, got "odd"/);
  }
});

/** The address of a file that a server of ranges has. */
async function serve(bytes) {
  const server = createServer((request, response) => {
    const [, from, to] = /(\d+)-(\d+)/.exec(request.headers.range);
    const end = Math.min(Number(to), bytes.length - 1);
    response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${bytes.length}` });
    response.end(bytes.subarray(Number(from), end + 1));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/mine.gguf`;
}

test('a GGUF file, its address and a config.json are planned', async () => {
  const name = 'llama-3.1-8b';
  const bytes = ggufBytes({
    metadata: { ...golden.entries[name].metadata, 'general.name': 'Mine', 'general.file_type': 1 },
    tensors: tensorsOf(golden.models.get(name)),
  });
  writeFileSync(join(folder, 'mine.gguf'), bytes);
  const read = (text, ...more) =>
    JSON.parse(cli('plan', text, '--json', '--context', '8192', '--no-detect', ...more).stdout);
  const fromFile = read('mine.gguf');
  assert.ok(validate(fromFile), JSON.stringify(validate.errors));
  assert.deepEqual([fromFile.model.name, fromFile.runtime.fileType], ['Mine', 'F16']);
  const { memory } = both('llama 3.1 8b', '--context', '8192', '--quant', 'F16', '--no-detect').answer;
  assert.deepEqual(fromFile.memory.devices, memory.devices);
  assert.match(fromFile.commandLine, /^llama-server --model mine\.gguf /);
  // Another type is another file: its sizes follow the rules.
  const other = read('mine.gguf', '--quant', 'Q4_K_M');
  assert.equal(other.memory.fileBytes, both('llama 3.1 8b', '--no-detect').answer.memory.fileBytes);
  assert.match(other.commandLine, /^llama-server --model mine-Q4_K_M\.gguf /);
  // A file need not be called .gguf, and one that names no type is not said to have one.
  const { 'general.file_type': _, ...untyped } = golden.entries[name].metadata;
  const hostile = { ...untyped, 'general.name': 'Red \u001b[31m\u0007' };
  writeFileSync(join(folder, 'blob'), ggufBytes({ metadata: hostile, tensors: tensorsOf(golden.models.get(name)) }));
  const fromBlob = read('blob');
  assert.deepEqual(fromBlob.memory, fromFile.memory);
  assert.deepEqual(
    fromBlob.notes.filter((note) => note.startsWith('The file names no known type, not Q4_K_M either')).length,
    1,
  );
  assert.deepEqual(read('blob', '--quant', 'q8_0').notes, fromFile.notes);
  const text = cli('plan', 'blob').stdout;
  assert.match(text, /^Red {2}\[31m {2}8\.03 B parameters/);
  assert.match(cli('explain', 'mine.gguf').stdout, /^Mine {2}F16, 8192 tokens/);

  const url = await serve(bytes);
  const child = spawn(command, ['plan', url, '--json', '--context', '8192', '--no-detect'], { cwd: folder });
  let output = '';
  child.stdout.on('data', (part) => {
    output += part;
  });
  await new Promise((resolve) => child.on('close', resolve));
  const remote = JSON.parse(output);
  assert.deepEqual(remote.memory, fromFile.memory);
  assert.match(remote.commandLine, /^llama-server --model-url http:/);

  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      model_type: 'llama',
      vocab_size: 128256,
      hidden_size: 4096,
      intermediate_size: 14336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 131072,
    }),
  );
  const fromConfig = read('config.json', '--quant', 'F16');
  assert.deepEqual(fromConfig.memory.devices, memory.devices);
  assert.deepEqual(fromConfig.model.source, {
    kind: 'huggingface',
    locations: ['config.json'],
    tensorBytes: null,
    quantization: null,
  });
  // The native twin reads the file alike; a config it leaves to this tool.
  const twin = start(native, ['plan', 'mine.gguf', '--json', '--context', '8192', '--no-detect']);
  assert.deepEqual(JSON.parse(twin.stdout), fromFile);
  for (const [file, message] of [
    ['none.gguf', /^llmcalc: readGguf: none\.gguf: there is no such file \(ENOENT\)$/m],
    ['config.json', /^llmcalc: config\.json is no ModelSpec; a config\.json takes the npm tool/m],
  ]) {
    const { status, stderr } = start(native, ['plan', file, '--no-detect']);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});

test('a long header shows its progress on a terminal, and nowhere else', async () => {
  const name = 'llama-3.1-8b';
  const bytes = ggufBytes({
    metadata: { ...golden.entries[name].metadata, 'tokenizer.ggml.tokens': new Array(200_000).fill('a long token') },
    tensors: tensorsOf(golden.models.get(name)),
  });
  const url = await serve(bytes);
  const end = async (program, args) => {
    const child = spawn(program, args, { cwd: folder });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (part) => {
        output[stream] += part;
      });
    }
    await new Promise((resolve) => child.on('close', resolve));
    return output;
  };
  const piped = await end(command, ['plan', url]);
  assert.equal(piped.stderr, '');
  const terminal = await end('script', ['-qec', `${command} plan ${url}`, '/dev/null']);
  assert.match(terminal.stdout, /\rreading the header: \d\.\d MiB .*\r/);
  assert.match(terminal.stdout, /8\.03 B parameters/);
});
