// What an answer says: the verdict and what it rests on, what would fit, what is assumed, and what a number does not
// hold for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printPlan } from '../../js/cli/print.js';
import { answerTo, catalogue, core, GIB, questionTo, screenOf } from './answer-support.js';

const text = (answer) => printPlan(answer, screenOf(400));
const notes = (answer, pattern) => answer.notes.filter((note) => pattern.test(note));

/** Reserved memory with which a plan has `spare` bytes more than the margin, of one GPU. */
async function reserveFor(line, spare) {
  const { fit } = await answerTo(line);
  const [gpu] = fit.devices;
  return (gpu.available - gpu.needed - gpu.margin - spare) / GIB;
}

test('three verdicts: with the margin, only without it, not at all; the first two are no failure', async () => {
  for (const line of ['"llama 3.1 8b" --device 4090 --ram 64', '"gemma 3 12b" --device "4060 ti 16gb" --ram 32']) {
    const enough = await reserveFor(line, 2 ** 20);
    for (const [more, verdict, fits, said] of [
      [0, 'fits', true, /^It fits: 1\.00 GiB free on gpu0, /m],
      [
        0.5,
        'tight',
        true,
        /^It fits, but it is tight: only 0\.50 GiB free on gpu0, where 1\.00 GiB should stay so\.$/m,
      ],
      [1.5, 'doesNotFit', false, /^It does not fit: 0\.50 GiB short on gpu0\.$/m],
    ]) {
      const answer = await answerTo(`${line} --reserve ${(enough + more).toFixed(6)}`);
      assert.deepEqual([answer.fit.verdict, answer.fit.fits], [verdict, fits], line);
      assert.match(text(answer), said);
      // What would leave the margin free, or fit at all.
      if (verdict === 'fits') assert.equal(answer.suggestion, null);
      else {
        assert.equal(answer.suggestion.verdict, 'fits');
        const { gpuLayers } = answer.suggestion;
        const placed = await answerTo(`${line} --reserve ${(enough + more).toFixed(6)} --gpu-layers ${gpuLayers}`);
        assert.equal(placed.fit.verdict, 'fits');
        const next = await answerTo(`${line} --reserve ${(enough + more).toFixed(6)} --gpu-layers ${gpuLayers + 1}`);
        assert.notEqual(next.fit.verdict, 'fits');
      }
      // What is tight runs as it was asked.
      assert.equal(answer.commandFor, verdict === 'doesNotFit' ? 'suggestion' : 'plan');
      assert.match(answer.commandLine, verdict === 'doesNotFit' ? /--n-gpu-layers \d+ / : /--n-gpu-layers all /);
      assert.match(answer.commandLine, /--fit off$/);
    }
  }
});

test('auto leaves the margin free where anything does, and says where nothing does', async () => {
  for (const line of [
    '"llama 3.3 70b" --device 4090 --ram 64',
    '"qwen3 30b" --device "3060 12gb" --ram 32',
    '"mixtral 8x7b" --device "m4 max 40" --ram 36',
    '"gpt-oss-120b" --device 5090 --ram 96',
    '"qwen3 235b" --device 3090 --device 3090 --ram 128',
  ]) {
    const auto = await answerTo(`${line} --gpu-layers auto`);
    assert.equal(auto.fit.verdict, 'fits', line);
    assert.equal(auto.suggestion, null);
    const asked = await answerTo(line);
    const { gpuLayers, cpuMoeLayers } = asked.suggestion;
    assert.deepEqual([auto.runtime.gpuLayers, auto.runtime.cpuMoeLayers], [gpuLayers, cpuMoeLayers], line);
    assert.deepEqual(auto.speed.decode, asked.suggestion.decode);
    assert.equal(auto.commandLine, asked.commandLine);
  }
  // A processor with hardly more than the weights: nothing leaves a margin.
  const model = '"llama 3.1 8b" --device "epyc 9654"';
  const { fit } = await answerTo(`${model} --ram 64`);
  const needed = fit.devices[0].needed / GIB;
  assert.equal((await answerTo(`${model} --ram ${(needed + 0.1).toFixed(4)}`)).fit.verdict, 'tight');
  const small = `"llama 3.1 8b" --vram 0.6 --bandwidth 200 --ram ${(needed + 0.4).toFixed(4)}`;
  const tight = await answerTo(`${small} --gpu-layers auto`);
  assert.equal(tight.fit.verdict, 'tight');
  const { suggestion, fit: asked } = await answerTo(small);
  assert.deepEqual([asked.verdict, suggestion.verdict], ['doesNotFit', 'tight']);
  assert.match(text(await answerTo(small)), /^With --gpu-layers \d+ it fits, but without the margin: decode /m);
});

test('layers are counted as the file counts them', async () => {
  const { model } = catalogue.findModel('qwen3.5 9b');
  const readGguf = (predictionLayerCount) => async () => ({
    name: 'With blocks',
    model: { ...model, tensors: undefined, predictionLayerCount, predictionGroup: 0 },
    architecture: 'qwen35',
    fileType: 'Q4_K_M',
    source: { kind: 'gguf', locations: ['m.gguf'] },
  });
  for (const blocks of [0, 1, 2]) {
    const readers = { readGguf: readGguf(blocks) };
    const answer = await answerTo('https://x.y/m.gguf --device 4090 --ram 64 --curve', { readers });
    assert.equal(answer.model.predictionLayers, blocks);
    assert.equal(answer.offloadCurve.length, model.layerCount + blocks + 2);
    const all = answer.offloadCurve.at(-1);
    assert.deepEqual(all.decode, answer.speed.decode);
    const whole = await answerTo(`https://x.y/m.gguf --device 4090 --ram 64 --gpu-layers ${all.gpuLayers}`, {
      readers,
    });
    assert.deepEqual(whole.memory, answer.memory);
    const less = await answerTo(`https://x.y/m.gguf --device 4090 --ram 64 --gpu-layers ${all.gpuLayers - 1}`, {
      readers,
    });
    assert.notDeepEqual(less.memory, answer.memory);
  }
});

test('what the driver leaves is what fits; both sizes are shown, and what is assumed', async () => {
  const answer = await answerTo('"llama 3.1 8b" --device 3090 --ram 64');
  const { memory, memorySold, memorySource } = answer.hardware.gpus[0];
  assert.ok(memory < memorySold && memorySource);
  assert.equal(answer.fit.devices[0].available, memory);
  const sizes = [memory, memorySold].map((bytes) => (bytes / GIB).toFixed(2));
  assert.match(text(answer), new RegExp(`^GeForce RTX 3090: ${sizes[0]} GiB usable, of ${sizes[1]} GiB as sold$`, 'm'));
  assert.match(
    text(answer),
    /^Assumed: Nothing else uses the GPU \(--reserve\), 1 GiB of each GPU is to stay free \(--margin\), 4 GiB of the host's memory are for the system \(--ram-reserve\)\.$/m,
  );
  const told = await answerTo('"llama 3.1 8b" --device 3090 --ram 64 --reserve 2 --margin 0.5 --ram-reserve 8');
  assert.deepEqual(told.assumptions, []);
  assert.doesNotMatch(text(told), /Assumed/);
  assert.equal(told.fit.devices[0].available, memory - 2 * GIB);
  assert.equal(told.fit.devices[0].margin, GIB / 2);
  assert.equal(told.fit.devices[1].available, 56 * GIB);
  // Of the host, where its speed matters.
  const host = await answerTo('"llama 3.3 70b" --device 4090 --ram 64');
  assert.ok(host.assumptions.includes('The host has 75 GB/s of memory (--ram-bandwidth) and 8 cores (--threads).'));
  const cores = await answerTo('"llama 3.3 70b" --device 4090 --ram 64 --ram-bandwidth 50');
  assert.ok(cores.assumptions.includes('The host has 8 cores (--threads).'));
});

test('the speed says at which depth, and how much is left of it at the end of the context', async () => {
  for (const [line, depth, end] of [
    ['"llama 3.1 8b" --device 4090', 512, 8192 - 128],
    ['"llama 3.1 8b" --device 4090 --context 64k --depth 1k --prompt 100 --output 10', 1124, 65536 - 10],
    ['"llama 3.1 8b" --device 4090 --context 8192 --parallel 2', 512, 4096 - 128],
    ['"llama 3.1 8b" --device 4090 --context 640', 512, null],
    ['"llama 3.1 8b" --device "epyc 9654" --ram 64', 512, 8064],
  ]) {
    const answer = await answerTo(line);
    assert.equal(answer.speed.depth, depth, line);
    assert.equal(answer.speed.atEnd?.depth ?? null, end, line);
    assert.match(text(answer), new RegExp(`^decode .* after ${depth} tokens, limited by `, 'm'));
    if (end === null) continue;
    assert.ok(answer.speed.atEnd.decode.p50 < answer.speed.decode.p50, line);
    assert.match(text(answer), new RegExp(` after ${end}, at the end of the context`));
    const { question, runtime, hardware, subject } = await questionTo(line);
    const { outputLength } = question.workload;
    const there = core.estimateSpeed(
      subject.model,
      { ...runtime, gpus: hardware.gpus },
      {
        kind: hardware.kind,
        gpus: hardware.gpus,
        host: { bandwidth: hardware.host.bandwidth ?? 75e9, name: hardware.host.name ?? undefined },
      },
      { promptLength: 0, outputLength, cachedTokens: end },
    );
    assert.deepEqual(answer.speed.atEnd.decode, there.decode, line);
  }
});

test('sequences together, drafts and another engine reach the speed and are said', async () => {
  const line = '"qwen3 8b" --device 4090 --ram 64';
  const plain = await answerTo(line);
  const eight = await answerTo(`${line} --concurrency 8 --context 16384`);
  assert.ok(eight.speed.tokensPerSecondTotal.p50 > 2 * plain.speed.decode.p50);
  assert.match(text(eight), /^together +\d.* each of 8 sequences \d/m);
  // All of them share the context.
  const many = await answerTo(`${line} --concurrency 32`);
  assert.deepEqual([many.workload.promptLength, many.workload.outputLength], [192, 64]);
  await assert.rejects(answerTo(`${line} --concurrency 32 --prompt 500`), {
    message:
      /^--depth 0, --prompt 500 and --output \d+ do not fit into the 256 tokens that --context gives a sequence of 32 at once$/,
  });
  await assert.rejects(
    answerTo(`${line} --prompt 100000`),
    /do not fit into the 8192 tokens that --context gives a sequence$/,
  );
  const draft = await answerTo(`${line} --draft 4,0.8,0.05`);
  assert.ok(draft.speed.tokensPerSecondUser.p50 > plain.speed.decode.p50);
  assert.match(text(draft), /^with draft +\d/m);
  assert.equal(
    notes(draft, /A draft takes memory of its own, which is not counted here.*--spec-draft-n-max 4\.$/).length,
    1,
  );
  const vllm = await answerTo(`${line} --engine vllm`);
  assert.equal(vllm.speed.engine, 'vllm');
  for (const more of ['--gpu-layers 10', '--no-kv-offload', '--device "epyc 9654" --ram 64']) {
    const machine = more.includes('device') ? '' : '--device 4090 --ram 64';
    const host = await answerTo(`"qwen3 8b" ${machine} ${more} --engine vllm`);
    assert.equal(host.speed.decode, null, more);
    assert.equal(
      notes(host, /^vllm computes nothing on the host: there is no estimate of its speed\.$/).length,
      1,
      more,
    );
  }
  // What would fit is another placement, of llama.cpp's.
  assert.equal((await answerTo('"llama 3.3 70b" --device 4090 --ram 64 --engine vllm')).suggestion.decode, null);
  assert.equal(notes(vllm, /^The speed is that of vllm; memory and command are those of llama\.cpp\.$/).length, 1);
});

test('where nothing fits: in words, with what would, and without curve and command', async () => {
  for (const [line, nearest] of [
    ['"llama 3.1 405b" --device 4090 --ram 64', /^Llama /],
    ['"deepseek v3" --device "3060 12gb" --ram 32', /^DeepSeek/],
    ['"kimi k2" --device "m4 max 40" --ram 64', /^Kimi|^Moonlight/],
    ['"mistral large" --device "epyc 9654" --ram 16', /^Mistral/],
  ]) {
    const answer = await answerTo(`${line} --curve`);
    const { noFit } = answer;
    assert.equal(answer.fit.verdict, 'doesNotFit', line);
    assert.deepEqual(
      [answer.suggestion, answer.offloadCurve, answer.commandLine, answer.commandFor],
      [null, null, null, null],
      line,
    );
    assert.ok(noFit.needed > noFit.available, line);
    assert.ok(noFit.smallest.needed < noFit.needed && noFit.smallest.fileBytes < noFit.smallest.needed, line);
    const said = text(answer);
    assert.match(said, /^(?:No split over this machine holds it|This machine does not hold it): it takes /m, line);
    assert.doesNotMatch(said, /llama-server --model|no room|^decode /m, line);
    // The model that is named does fit, and none that is larger and of its family does.
    assert.match(noFit.nearest.name, nearest, line);
    assert.ok(said.includes(noFit.nearest.name), line);
    const other = await answerTo(`"${noFit.nearest.name}" ${line.replace(/^"[^"]*"/, '')} --gpu-layers auto`);
    assert.equal(other.fit.verdict, noFit.nearest.verdict, line);
    if (noFit.smaller) {
      const { fileType, verdict } = noFit.smaller;
      const imatrix = /^IQ[12]/.test(fileType) ? '--imatrix' : '';
      const less = await answerTo(`${line} --quant ${fileType} ${imatrix} --gpu-layers auto`);
      assert.equal(less.fit.verdict, verdict, line);
    } else
      assert.match(said, new RegExp(`The smallest file type, ${noFit.smallest.fileType}, takes .* and does not fit`));
  }
});

test('where a smaller file, or less context, would fit, that is said', async () => {
  const small = await answerTo('"qwen3 32b" --device "3060 12gb" --ram 8');
  assert.ok(['fits', 'tight'].includes(small.noFit.smaller.verdict));
  assert.match(text(small), new RegExp(`^As ${small.noFit.smaller.fileType} \\(--quant\\) it fits: `, 'm'));
  const long = await answerTo('"llama 3.1 8b" --device "3060 12gb" --ram 8 --context 131072');
  const { contextLength, verdict } = long.noFit.lessContext;
  assert.match(text(long), new RegExp(`^With --context ${contextLength} it fits`, 'm'));
  const again = await answerTo(
    `"llama 3.1 8b" --device "3060 12gb" --ram 8 --context ${contextLength} --gpu-layers auto`,
  );
  assert.equal(again.fit.verdict, verdict);
});

test('what a publisher quantised for good has no smaller file', async () => {
  const { model } = catalogue.findModel('gpt-oss-120b');
  const readHuggingFace = async () => ({
    model,
    name: 'Quantised',
    architecture: 'gpt-oss',
    tensorBytes: null,
    quantization: { method: 'mxfp4', bits: 4, groupSize: 32, bitsPerWeight: 4.25, label: 'MXFP4, 4.25 bits a weight' },
    source: { kind: 'huggingface', locations: ['x'] },
  });
  const answer = await answerTo('https://x.y/config.json --device "3060 12gb" --ram 16', {
    readers: { readHuggingFace },
  });
  assert.equal(answer.runtime.fileType, 'MXFP4_MOE');
  assert.deepEqual([answer.noFit.smaller, answer.noFit.smallest.fileType], [null, 'MXFP4_MOE']);
});

test('a context beyond training has a note: how long, and what extends it', async () => {
  const beyond = await answerTo('"llama 2 7b" --device 4090 --context 32768');
  assert.equal(
    notes(
      beyond,
      /^Llama 2 7B was trained for 4096 tokens of context, not 32768: .* no more than 4096 unless it gets --override-kv llama\.context_length=int:32768 --rope-scaling yarn --rope-scale 8 --yarn-orig-ctx 4096\.$/,
    ).length,
    1,
  );
  for (const line of [
    '"llama 2 7b" --device 4090 --context 4096',
    // Each of four sequences has 4,096.
    '"llama 2 7b" --device 4090 --context 16384 --parallel 4',
    '"qwen3 8b" --device 4090 --context max',
  ]) {
    assert.equal(notes(await answerTo(line), /was trained for/).length, 0, line);
  }
  const cli = await answerTo('"llama 2 7b" --device 4090 --context 8192 --no-server');
  assert.equal(notes(cli, /llama\.cpp extends it with --rope-scaling yarn --rope-scale 2 /).length, 1);
});

test('what a config says of its extension is said', async () => {
  const { model } = catalogue.findModel('qwen2.5 7b');
  const readHuggingFace = (contextLength, rope) => async () => ({
    model: { ...model, contextLength },
    name: 'Long',
    architecture: 'qwen2',
    tensorBytes: null,
    quantization: null,
    rope,
    source: { kind: 'huggingface', locations: ['x'] },
  });
  const ask = (context, trained, rope) =>
    answerTo(`https://x.y/config.json --device 4090 --context ${context}`, {
      readers: { readHuggingFace: readHuggingFace(trained, rope) },
    });
  const yarn = { type: 'yarn', factor: 4, originalContextLength: 32768 };
  const extended = await ask(65536, 32768, yarn);
  assert.equal(
    notes(extended, /Its config extends 32768 tokens with YaRN by 4, to 131072\..*--rope-scale 2 --yarn-orig-ctx 32768/)
      .length,
    1,
  );
  const within = await ask(262144, 131072, yarn);
  assert.equal(
    notes(within, /YaRN by 4 from 32768 tokens is in that number already\..*--rope-scale 8 --yarn-orig-ctx 32768/)
      .length,
    1,
  );
  const unsaid = await ask(65536, 32768, { type: 'yarn', factor: 4, originalContextLength: null });
  assert.equal(notes(unsaid, /Its config extends 32768 tokens with YaRN by 4, to 131072/).length, 1);
  const none = await ask(65536, 32768, null);
  assert.equal(notes(none, /was trained for 32768/).length, 1);
  assert.equal(notes(none, /YaRN by|is in that number/).length, 0);
});

test('a quantised checkpoint is named, and that a GGUF file of it is planned', async () => {
  const { model } = catalogue.findModel('qwen3 8b');
  for (const [quantization, fileType, said] of [
    [
      { method: 'fp8', bits: 8, groupSize: 16384, bitsPerWeight: 8.002, label: 'FP8, 8 bits a weight' },
      'Q4_K_M',
      /quantised: FP8, 8 bits a weight\. llama\.cpp does not load that; what is planned is a GGUF file made of it, Q4_K_M\. Made of weights that are not quantised/,
    ],
    [
      { method: 'awq', bits: 4, groupSize: 128, bitsPerWeight: 4.16, label: 'AWQ, 4.16 bits a weight' },
      'Q4_K_M',
      /quantised: AWQ, 4\.16 bits a weight/,
    ],
    [
      { method: 'mxfp4', bits: 4, groupSize: 32, bitsPerWeight: 4.25, label: 'MXFP4, 4.25 bits a weight' },
      'MXFP4_MOE',
      /made of it, MXFP4_MOE, which keeps its weights as they are/,
    ],
    [null, 'Q4_K_M', null],
  ]) {
    const readHuggingFace = async () => ({
      model,
      name: 'Checkpoint',
      architecture: 'qwen3',
      tensorBytes: null,
      quantization,
      source: { kind: 'huggingface', locations: ['x'] },
    });
    const answer = await answerTo('https://x.y/config.json --device 4090', { readers: { readHuggingFace } });
    assert.equal(answer.runtime.fileType, fileType);
    assert.equal(notes(answer, /checkpoint is quantised/).length, said ? 1 : 0);
    if (said) assert.match(text(answer), said);
  }
});

test('what is released in less than 16 bits needs no more in a file', async () => {
  for (const [model, type, from] of [
    ['deepseek v3', 'BF16', 'FP8'],
    ['devstral small 2', 'F16', 'FP8'],
    ['minimax m2', 'F32', 'FP8'],
    ['kimi k2.5', 'Q8_0', 'INT4 QAT'],
  ]) {
    const { notes: said } = await answerTo(`"${model}" --device "h100 sxm" --quant ${type}`);
    const about = said.filter((note) => note.endsWith(`is released in ${from}: ${type} is larger and no better.`));
    assert.equal(about.length, 1, `${model} in ${type}`);
  }
  for (const [model, type] of [
    ['deepseek v3', 'Q8_0'],
    ['kimi k2.5', 'Q4_K_M'],
    ['gemma 3 27b', 'BF16'],
  ]) {
    const answer = await answerTo(`"${model}" --device "h100 sxm" --quant ${type}`);
    assert.equal(notes(answer, /released/).length, 0, `${model} in ${type}`);
  }
  assert.equal((await answerTo('"kimi k2.5" --device "h100 sxm"')).runtime.fileType, 'Q4_0');
});

test('a dense model has nothing that MXFP4_MOE makes small', async () => {
  const dense = await answerTo('"qwen3 8b" --device 3090 --quant MXFP4');
  assert.equal(
    notes(dense, /^Qwen3 8B has no experts, which alone MXFP4_MOE makes small: all of it is Q8_0\.$/).length,
    1,
  );
  assert.equal(notes(await answerTo('"qwen3 30b" --device 3090 --quant MXFP4'), /no experts/).length, 0);
});

test('a file type at the end of a name is planned, also where the catalogue finds the whole name', async () => {
  for (const [name, fileType] of [
    ['gemma3:12b-it-qat', 'Q4_0'],
    ['gemma 3 27b qat', 'Q4_0'],
    ['llama3.1:8b-instruct-q6_K', 'Q6_K'],
    ['gemma 3 27b', 'Q4_K_M'],
    ['gpt oss 20b', 'MXFP4_MOE'],
  ]) {
    assert.equal((await answerTo(`"${name}" --device 3090`)).runtime.fileType, fileType, name);
  }
  assert.equal(notes(await answerTo('"gemma3:4b-it-qat" --device 3090'), /may keep its token embedding/).length, 1);
});

test('the bandwidth that is not known is named', async () => {
  const host = await answerTo('"llama 2 13b" --device "rtx 3060 12gb" --gpu-layers 20 --ram 32');
  assert.equal(notes(host, /^The bandwidth of the host's memory is not known \(--ram-bandwidth\)/).length, 1);
  const card = await answerTo('"qwen3 8b" --vram 24');
  assert.equal(notes(card, /^The bandwidth of a GPU is not known \(--bandwidth\)/).length, 1);
});

test('a type that nobody would make of what was released has a note', async () => {
  const wide = await answerTo('"llama 3.1 8b" --device "h100 sxm" --quant F32');
  assert.equal(
    notes(wide, /^Llama 3\.1 8B is released in (?:at most 16 bits|BF16): F32 is larger and no better\.$/).length,
    1,
  );
  for (const type of ['F16', 'BF16', 'Q8_0', 'Q4_K_M', 'IQ2_M']) {
    assert.equal(
      notes(await answerTo(`"llama 3.1 8b" --device "h100 sxm" --quant ${type}`), /released/).length,
      0,
      type,
    );
  }
  const { model } = catalogue.findModel('gpt-oss-20b');
  const readHuggingFace = async () => ({
    model,
    name: 'Quantised',
    architecture: 'gpt-oss',
    tensorBytes: null,
    quantization: { method: 'mxfp4', bits: 4, groupSize: 32, bitsPerWeight: 4.25, label: 'MXFP4, 4.25 bits a weight' },
    source: { kind: 'huggingface', locations: ['x'] },
  });
  const ask = (more) => answerTo(`https://x.y/config.json --device 4090 ${more}`, { readers: { readHuggingFace } });
  for (const type of ['Q4_K_M', 'Q8_0', 'Q2_K', 'F16']) {
    const said = notes(await ask(`--quant ${type}`), /^Quantised is released as MXFP4_MOE, and hardly anybody makes /);
    assert.equal(said.length, 1, type);
    assert.ok(said[0].includes(type) && said[0].includes('--quant MXFP4_MOE'), type);
  }
  assert.equal(notes(await ask(''), /hardly anybody/).length, 0);
  // A file at hand is what it is.
  const readGguf = async () => ({
    name: 'File',
    model,
    architecture: 'gpt-oss',
    fileType: 'F32',
    source: { kind: 'gguf', locations: ['m.gguf'] },
  });
  assert.equal(
    notes(await answerTo('https://x.y/m.gguf --device 4090', { readers: { readGguf } }), /released/).length,
    0,
  );
});

test('evidence is said as it is', async () => {
  const { speed } = await answerTo('"llama 3.1 8b" --device 4090 --ram 64');
  assert.equal(speed.evidence, 'device');
  const answer = await answerTo('"llama 3.1 8b" --device 4090 --ram 64');
  for (const [evidence, said] of [
    ['none', 'none (nothing like it was measured, a guess from data sheets); '],
    ['backend', 'backend (others with this back end were measured); '],
    ['family', 'family (others of its family, of like design, were measured); '],
    ['device', 'device (this device was measured); '],
  ]) {
    assert.ok(text({ ...answer, speed: { ...speed, evidence } }).includes(said), evidence);
  }
  const one = { ...answer, speed: { ...speed, evidence: 'calibrated', calibratedFrom: 1 } };
  assert.ok(text(one).includes('calibrated (1 measurement of this machine); '));
});
