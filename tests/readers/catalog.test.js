// The catalogues, loose names, and what machines say of themselves.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  devices,
  findDevice,
  findModel,
  gpuOf,
  models,
  nearestNames,
  parseModelName,
  searchDevices,
  searchModels,
} from '../../dist/catalog.js';
import { detectDevices as detectInBrowser } from '../../dist/detect.js';
import { detectDevices as detectInNode } from '../../dist/detect-node.js';
import { fits, planMemory } from '../../dist/js.js';
import { parseCsv } from '../../scripts/support/csv.mjs';
import { deviceMemory, memoryRules } from '../../scripts/support/device-memory.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const GIB = 2 ** 30;
const names = (items) => items.map(({ name }) => name);

test('315 models and 515 devices, each of its own name and with its source', () => {
  assert.equal(models.length, 315);
  assert.equal(devices.length, 515);
  for (const list of [models, devices]) {
    assert.equal(new Set(names(list)).size, list.length);
    assert.deepEqual(names(list.filter(({ source }) => !source)), []);
  }
  assert.equal(models.filter(({ model }) => model).length, 310);
});

test('memory is what a program can have, never more than drivers report', () => {
  for (const [name, reported] of [
    ['Tesla T4', 15.0],
    ['L4', 22.49],
    ['A10', 22.49],
    ['L40S', 44.99],
    ['A40', 44.99],
    ['H100 PCIe', 79.65],
    ['GeForce RTX 4090', 23.52],
    ['GeForce RTX 5060 Ti 16GB', 15.48],
    ['GeForce RTX 3060 12GB', 11.63],
    ['RTX PRO 6000 Blackwell', 95.0],
  ]) {
    const { memory, memorySold, memorySource } = findDevice(name);
    assert.ok(memory <= reported * GIB && memory > 0.96 * reported * GIB && memory < memorySold, `${name} ${memory}`);
    assert.match(memorySource, /MiB (?:reported|less)/);
  }
});

test('facts of devices are possible', () => {
  for (const device of devices) {
    const { name, kind, bandwidth, bandwidthGBs, memorySold, multiprocessors, channels, megatransfers } = device;
    const { fp32Tflops } = device;
    assert.ok(bandwidth === null || (bandwidth >= 12e9 && bandwidth <= 8200e9), name);
    assert.ok(device.power === null || (device.power >= 6 && device.power <= 1400), name);
    assert.ok(device.releaseYear === null || (device.releaseYear >= 2014 && device.releaseYear <= 2026), name);
    assert.equal(bandwidthGBs, bandwidth === null ? null : bandwidth / 1e9, name);
    assert.ok(memorySold === null || (memorySold >= 3 * GIB && memorySold <= 288 * GIB), name);
    if (kind === 'cpu') assert.ok(Math.abs(bandwidthGBs - (channels * megatransfers * 8) / 1000) < 0.06, name);
    else assert.ok(device.memoryKind, name);
    // Two operations of 64 or 128 lanes, at clocks that exist.
    if (multiprocessors && fp32Tflops) {
      const clocks = [64, 128].map((lanes) => (fp32Tflops * 1e12) / (2 * lanes * multiprocessors));
      assert.ok(
        clocks.some((clock) => clock > 0.75e9 && clock < 2.9e9),
        name,
      );
    }
  }
  // What CUDA takes depends on them.
  const without = devices.filter(
    ({ vendor, kind, multiprocessors }) => vendor === 'NVIDIA' && kind === 'gpu' && !multiprocessors,
  );
  assert.deepEqual(names(without), ['GB300']);
});

test('a card has less memory than it is sold with, as its driver reports it', () => {
  for (const [query, gib] of [
    ['t4', 14.56],
    ['l4', 22.03],
    ['a10', 22.06],
    ['a10g', 22.05],
    ['l40s', 44.4],
    ['a40', 44.35],
    ['h100 sxm', 79.18],
    ['rtx 4090', 23.52],
    ['5060 ti 16gb', 15.45],
    ['3060 12gb', 11.63],
    ['rtx pro 6000 blackwell', 94.97],
    ['rtx 3090', 23.56],
    ['rtx 5090', 31.36],
    ['a100-sxm4-80gb', 79.14],
    ['7900 xtx', 23.98],
    ['arc b580', 11.33],
    ['gb10', 119.63],
  ]) {
    const { memory, memorySource } = findDevice(query);
    assert.equal(Number((memory / GIB).toFixed(2)), gib, query);
    assert.match(memorySource, /^\d+ MiB reported/, query);
  }
  for (const { name, kind, memory, memorySold, memorySource } of devices) {
    if (memorySold === null) assert.deepEqual([memory, memorySource], [null, null], name);
    else if (kind !== 'accelerator') {
      assert.ok(memory < memorySold && memory > 0.84 * memorySold, name);
      assert.match(memorySource, /^\d+ MiB reported.*: \S|^rule \(.*, n \d+\): \d+ MiB less/, name);
    }
  }
});

test('what fits a card as sold need not fit it as it is', () => {
  for (const [model, fileType, query] of [
    ['qwen2.5 72b', 'Q4_K_M', 'l40s'],
    ['phi-4 14b', 'Q8_0', 't4'],
    ['qwen3 32b', 'Q5_K_M', 'l4'],
  ]) {
    const device = findDevice(query);
    const plan = planMemory(findModel(model).model, { contextLength: 8192, fileType, gpus: [device] });
    const on = (memory) => fits(plan, { gpus: [{ ...device, memory }], hostMemory: 256 * GIB }).fits;
    assert.deepEqual([on(device.memorySold), on(device.memory)], [true, false], query);
  }
});

test('where nobody reported it, a rule of the class errs low', () => {
  const rows = parseCsv(readFileSync(new URL('../../data/devices.csv', import.meta.url), 'utf8'));
  const rules = memoryRules(rows);
  assert.deepEqual(
    rules.map(({ name, n }) => [name, n]),
    [
      ['one memory', 5],
      ['NVIDIA with HBM', 15],
      ['NVIDIA before Turing', 7],
      ['NVIDIA Turing', 8],
      ['NVIDIA since Ampere', 35],
      ['AMD with HBM', 6],
      ['AMD RDNA4', 3],
      ['AMD', 10],
      ['Intel', 4],
    ],
  );
  for (const row of rows.filter(({ usable_mib }) => usable_mib)) {
    assert.ok(Number(row.usable_mib) <= Number(row.driver_mib || Infinity), row.name);
    assert.ok(row.memory_reports, row.name);
    const ruled = deviceMemory({ ...row, usable_mib: '' }, rules);
    // No report is below what the rule says of it.
    assert.ok(ruled.memory <= Number(row.usable_mib) * 2 ** 20, row.name);
  }
  // Left out, a card is told by the others within 20 MiB, but for one of each class.
  for (const { name, leftOutAbove } of rules) assert.ok(leftOutAbove <= 1, name);
  const printed = spawnSync(process.execPath, ['scripts/make-catalog.mjs', '--memory'], {
    cwd: root,
    encoding: 'utf8',
  });
  const page = readFileSync(new URL('../../docs/inputs.md', import.meta.url), 'utf8');
  assert.ok(page.includes(printed.stdout.trim()), 'docs/inputs.md has another table than --memory prints');
});

test('loose names find one', () => {
  for (const [query, name] of [
    ['4090', 'GeForce RTX 4090'],
    ['rtx 3090', 'GeForce RTX 3090'],
    ['RTX3060 12gb', 'GeForce RTX 3060 12GB'],
    ['rtx 4090 24gb', 'GeForce RTX 4090'],
    ['m4 max 40', 'Apple M4 Max (40-core)'],
    ['7900 xtx', 'Radeon RX 7900 XTX'],
    ['h100 sxm', 'H100 SXM'],
    ['epyc 9654', 'AMD EPYC 9654, DDR5-4800 x12'],
    // With the vendor, which is not in the name.
    ['NVIDIA GeForce RTX 4090', 'GeForce RTX 4090'],
    ['amd 7900 xtx', 'Radeon RX 7900 XTX'],
    ['Intel Arc B580', 'Arc B580'],
    // What people call a computer.
    ['4060 laptop', 'GeForce RTX 4060 Mobile'],
    ['mac studio m3 ultra', 'Apple M3 Ultra'],
    ['macbook pro 16 inch m3 max 40-core gpu', 'Apple M3 Max (40-core)'],
    ['mac mini m4 pro 20', 'Apple M4 Pro (20-core)'],
    ['dgx spark', 'GB10 (DGX Spark)'],
    ['strix halo', 'Radeon 8060S (Ryzen AI Max+ 395)'],
    ['framework desktop', 'Radeon 8060S (Ryzen AI Max+ 395)'],
    ['steam deck', 'Steam Deck (AMD Custom GPU 0405)'],
    ['steam deck oled', 'Steam Deck OLED (AMD Custom GPU 0932)'],
    ['rog ally', 'Radeon 780M'],
    ['iris xe', 'Iris Xe Graphics (96 EU)'],
    ['raspberry pi 5', 'Raspberry Pi 5, LPDDR4X-4267'],
    ['rpi5', 'Raspberry Pi 5, LPDDR4X-4267'],
  ]) {
    assert.equal(findDevice(query).name, name, query);
  }
  for (const [query, name] of [
    ['llama 3.1 8b', 'Llama 3.1 8B'],
    ['gpt oss 20b', 'gpt-oss-20b'],
    ['qwen3 30b', 'Qwen3 30B-A3B'],
    ['deepseek r1', 'DeepSeek R1'],
    ['GEMMA-3-27B', 'Gemma 3 27B'],
    ['phi-4', 'Phi-4 14B'],
    ['llama3.1:8b', 'Llama 3.1 8B'],
    ['llama 3.1 8b instruct', 'Llama 3.1 8B'],
    ['meta-llama/Llama-3.1-8B-Instruct', 'Llama 3.1 8B'],
  ]) {
    assert.equal(findModel(query).name, name, query);
  }
});

test('tags, repositories of fine-tunes and nicknames find the model that has their shape', () => {
  for (const [query, name] of [
    ['qwen2.5-coder:7b', 'Qwen2.5 7B'],
    ['llama-3-8b-instruct', 'Llama 3 8B'],
    ['Qwen/Qwen2.5-VL-7B-Instruct', 'Qwen2.5 VL 7B'],
    ['hf.co/unsloth/Qwen3-VL-8B-Thinking-GGUF:Q4_K_M', 'Qwen3 VL 8B'],
    ['qwen3.8 27b', 'Qwen3.6 27B'],
    ['NousResearch/Hermes-3-Llama-3.1-8B', 'Llama 3.1 8B'],
    ['dolphin-mixtral:8x7b', 'Mixtral 8x7B'],
    ['bartowski/Codestral-22B-v0.1-GGUF', 'Mistral Small 22B (2409)'],
    ['deepseek-coder-v2:16b', 'DeepSeek V2 Lite'],
    ['TheBloke/MythoMax-L2-13B-GGUF', 'Llama 2 13B'],
    ['mistral small 4', 'Mistral Small 4 119B-A6B'],
    ['glm-4.6v-flash', 'GLM-4.6V Flash 9B'],
    ['command r+', 'Command-R+ 104B'],
    ['command r plus', 'Command-R+ 104B'],
    ['MiniMax-M2.7', 'MiniMax M2.7'],
    ['functiongemma', 'Gemma 3 270M'],
  ]) {
    assert.equal(findModel(query).name, name, query);
  }
  const { use, released, license } = findModel('qwen3 vl 8b');
  assert.deepEqual({ use, released, license }, { use: ['vision'], released: '2025-10', license: 'apache-2.0' });
});

test('machines of clouds, laptops, boards, phones and processors find the device', () => {
  for (const [query, name] of [
    ['g6.xlarge', 'L4'],
    ['g5.2xlarge', 'A10G'],
    ['p5', 'H100 SXM'],
    ['p5en.48xlarge', 'H200 SXM'],
    ['colab t4', 'Tesla T4'],
    ['Colab A100', 'A100 SXM 40GB'],
    ['a2-ultragpu-1g', 'A100 SXM 80GB'],
    ['Standard_NC24ads_A100_v4', 'A100 PCIe 80GB'],
    ['NVIDIA GeForce RTX 2050', 'GeForce RTX 2050 Mobile'],
    ['rtx 5090 d v2', 'GeForce RTX 5090 D V2'],
    ['4070 gddr6', 'GeForce RTX 4070 GDDR6'],
    ['rtx 4070', 'GeForce RTX 4070'],
    ['orange pi 5', 'Rockchip RK3588, LPDDR4X-4224 x1'],
    ['Snapdragon X Elite', 'Snapdragon X Elite X1E-80-100, LPDDR5X-8448 x2'],
    ['9800x3d', 'AMD Ryzen 7 9800X3D, DDR5-5600 x2'],
    ['epyc 7763', 'AMD EPYC 7763, DDR4-3200 x8'],
    ['MI50 32GB', 'Instinct MI50 32GB'],
  ]) {
    assert.equal(findDevice(query).name, name, query);
  }
  const { memoryType, power, releaseYear } = findDevice('rtx 3090');
  assert.deepEqual({ memoryType, power, releaseYear }, { memoryType: 'GDDR6X', power: 350, releaseYear: 2020 });
  assert.deepEqual([findDevice('9800x3d').channels, findDevice('9800x3d').bandwidth], [2, 89.6e9]);
});

test('what the tools of a system print finds the device', () => {
  for (const [printed, name] of [
    // nvidia-smi
    ['NVIDIA GeForce RTX 4060 Laptop GPU', 'GeForce RTX 4060 Mobile'],
    ['NVIDIA GB10, [N/A]', 'GB10 (DGX Spark)'],
    ['NVIDIA GeForce RTX 4060 Ti, 16380', 'GeForce RTX 4060 Ti 16GB'],
    ['0, NVIDIA GeForce RTX 3060, 12288 MiB, 550.54.14', 'GeForce RTX 3060 12GB'],
    ['GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-fef8089b-3c3a)', 'GeForce RTX 4090'],
    ['NVIDIA GeForce RTX 3050 Laptop GPU, 4096', 'GeForce RTX 3050 Mobile 4GB'],
    ['NVIDIA GeForce RTX 2070 with Max-Q Design', 'GeForce RTX 2070 Max-Q'],
    ['NVIDIA RTX 2000 Ada Generation Laptop GPU', 'RTX 2000 Ada Mobile'],
    ['NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition', 'RTX PRO 6000 Blackwell Max-Q'],
    ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 'RTX PRO 6000 Blackwell Server'],
    ['NVIDIA A100-SXM4-80GB', 'A100 SXM 80GB'],
    ['NVIDIA A100 80GB PCIe', 'A100 PCIe 80GB'],
    ['NVIDIA H100 80GB HBM3', 'H100 SXM'],
    ['NVIDIA H200', 'H200 SXM'],
    ['NVIDIA GH200 480GB', 'GH200 96GB'],
    ['NVIDIA B300 SXM6 AC', 'B300 SXM'],
    ['Tesla V100-SXM2-16GB', 'Tesla V100 SXM2 16GB'],
    // lspci
    ['NVIDIA Corporation AD102 [GeForce RTX 4090] (rev a1)', 'GeForce RTX 4090'],
    [
      '01:00.0 VGA compatible controller: NVIDIA Corporation AD107M [GeForce RTX 4060 Max-Q / Mobile] (rev a1)',
      'GeForce RTX 4060 Mobile',
    ],
    ['NVIDIA Corporation GH100 [H100 SXM5 80GB] [10de:2330] (rev a1)', 'H100 SXM'],
    ['VanGogh [AMD Custom GPU 0405] (rev ae)', 'Steam Deck (AMD Custom GPU 0405)'],
    ['Intel Corporation TigerLake-LP GT2 [Iris Xe Graphics] (rev 01)', 'Iris Xe Graphics (96 EU)'],
    // system_profiler
    ['Chipset Model: Apple M3 Ultra', 'Apple M3 Ultra'],
    ['Chipset Model: Apple M4 Max\n      Type: GPU\n      Total Number of Cores: 40', 'Apple M4 Max (40-core)'],
    // vulkaninfo
    ['deviceName        = AMD Radeon RX 7900 XTX (RADV NAVI31)', 'Radeon RX 7900 XTX'],
    ['AMD Radeon Graphics (RADV GFX1151)', 'Radeon 8060S (Ryzen AI Max+ 395)'],
    ['Intel(R) Arc(tm) A770 Graphics (DG2)', 'Arc A770'],
    ['Intel(R) Arc(TM) 140V GPU (16GB)', 'Arc 140V (Core Ultra 258V)'],
  ]) {
    assert.equal(findDevice(printed).name, name, printed);
  }
  const navi =
    'Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE] [1002:744c] (rev c8)';
  assert.deepEqual(names(searchDevices(navi).best), ['Radeon RX 7900 XT', 'Radeon RX 7900 XTX', 'Radeon RX 7900 GRE']);
  const halo = 'Strix Halo [Radeon Graphics / Radeon 8050S Graphics / Radeon 8060S Graphics] (rev c1)';
  assert.equal(searchDevices(halo).best.length, 2);
});

test('repositories of GGUF files find their model, and tell the type of the file', () => {
  for (const [text, name, quant] of [
    ['hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M', 'Qwen3 8B', 'Q4_K_M'],
    ['https://huggingface.co/bartowski/Meta-Llama-3.1-8B-Instruct-GGUF', 'Llama 3.1 8B', null],
    ['bartowski/google_gemma-3-27b-it-GGUF:latest', 'Gemma 3 27B', null],
    ['lmstudio-community/gpt-oss-20b-GGUF', 'gpt-oss-20b', null],
    ['unsloth/Qwen3.6-35B-A3B-GGUF:UD-Q4_K_XL', 'Qwen3.6 35B-A3B', 'UD-Q4_K_XL'],
    ['mradermacher/Qwen3-32B-i1-GGUF:i1-IQ3_XS', 'Qwen3 32B', 'i1-IQ3_XS'],
    ['google/gemma-3-27b-it-qat-q4_0-gguf', 'Gemma 3 27B', 'q4_0'],
    ['unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF', 'Qwen3 30B-A3B 2507', null],
    ['bartowski/mistralai_Mistral-Small-3.2-24B-Instruct-2506-GGUF', 'Mistral Small 3.1 24B', null],
    ['unsloth/DeepSeek-R1-0528-GGUF:UD-Q2_K_XL', 'DeepSeek R1', 'UD-Q2_K_XL'],
  ]) {
    assert.equal(findModel(text).name, name, text);
    assert.equal(parseModelName(text).quant, quant, text);
  }
  assert.deepEqual(parseModelName('llama3.1:8b-instruct-q8_0'), { name: 'llama3.1:8b-instruct', quant: 'q8_0' });
  assert.deepEqual(parseModelName('Qwen3-8B-UD-Q4_K_XL.gguf'), { name: 'Qwen3-8B', quant: 'UD-Q4_K_XL' });
  assert.deepEqual(parseModelName('qwen2.5:7b'), { name: 'qwen2.5:7b', quant: null });
});

test('what is released and what people have', () => {
  const of = (query) => {
    const { defaultFileType, releasedAs, predictionBlock } = findModel(query);
    return [defaultFileType, releasedAs, predictionBlock];
  };
  assert.deepEqual(of('gpt oss 120b'), ['MXFP4_MOE', 'MXFP4', null]);
  assert.deepEqual(of('deepseek v3'), ['Q4_K_M', 'FP8', false]);
  assert.deepEqual(of('kimi k2.5'), ['Q4_0', 'INT4 QAT', null]);
  assert.deepEqual(of('qwen3 8b'), ['Q4_K_M', 'BF16', null]);
  assert.deepEqual(of('gemma 3 27b'), ['Q4_K_M', null, null]);
  // Files of Qwen3.6 27B log 65 layers, those of GLM-4.5 Air 48: with the head, and Air with its block.
  const layers = ({ model }) => model.layerCount + (model.predictionLayerCount ?? 0) + 1;
  assert.deepEqual([of('qwen3.6 27b')[2], layers(findModel('qwen3.6 27b'))], [false, 65]);
  assert.deepEqual([of('qwen3.5 9b')[2], layers(findModel('qwen3.5 9b'))], [false, 33]);
  assert.deepEqual([of('glm 4.5 air')[2], layers(findModel('glm 4.5 air'))], [true, 48]);
  for (const { name, model, predictionBlock } of models) {
    if (predictionBlock === false) assert.equal(model.predictionLayerCount, undefined, name);
    if (predictionBlock === true) assert.ok(model.predictionLayerCount > 0, name);
  }
});

test('every name and alias finds its own, and a repository its model', () => {
  for (const { name, aliases } of devices) {
    for (const text of [name, ...aliases]) assert.equal(findDevice(text).name, name, text);
  }
  for (const { name, aliases, repository } of models) {
    for (const text of [name, ...aliases]) assert.equal(findModel(text).name, name, text);
    if (repository) assert.equal(findModel(repository).repository, repository);
  }
});

test('ambiguous names list the candidates, and words of a kind its devices', () => {
  const chips = ['Apple M4 Max (32-core)', 'Apple M4 Max (40-core)'];
  for (const query of ['m4 max', 'macbook pro m4 max', 'm4 max 64gb']) {
    assert.deepEqual(names(searchDevices(query).best), chips, query);
  }
  assert.throws(() => findDevice('m4 max'), {
    name: 'RangeError',
    message: 'device must name one, "m4 max" could be Apple M4 Max (32-core), Apple M4 Max (40-core)',
  });
  // A sign that ends a name is part of it: the larger model is not the other by its name.
  assert.throws(() => findModel('command-r'), /"command-r" could be Command-R 35B v01, .*Command-R\+ 104B$/);
  for (const [query, kind] of [
    ['cpu', 'cpu'],
    ['gpu', 'gpu'],
    ['macbook pro', 'apple'],
    ['apple', 'apple'],
    ['integrated graphics', 'apu'],
  ]) {
    const all = devices.filter((device) => device.kind === kind).length;
    const { best } = searchDevices(query);
    assert.deepEqual([best.length, new Set(best.map((device) => device.kind))], [all, new Set([kind])], query);
  }
  assert.ok(searchDevices('laptop').best.every(({ name }) => name.includes('Mobile')));
  assert.throws(
    () => findDevice('cpu'),
    /^RangeError: device must name one, "cpu" could be DDR5-4800 x2 \(desktop\), /,
  );
  assert.deepEqual(names(searchModels('phi-3.5').best), ['Phi-3.5 mini', 'Phi-3.5 MoE', 'Phi-3.5 vision']);
  for (const query of ['rtx 3060', 'v100', 'rtx 6000']) assert.ok(searchDevices(query).best.length > 1, query);
});

test('a size in the query is the size of the card', () => {
  assert.equal(findDevice('3080 laptop 8gb').name, 'GeForce RTX 3080 Mobile 8GB');
  assert.equal(findDevice('mi50 32gb').name, 'Instinct MI50 32GB');
  assert.deepEqual(names(searchDevices('a100 80gb').best), ['A100 PCIe 80GB', 'A100 SXM 80GB']);
  assert.throws(() => findDevice('rtx 4090 48gb'), /nearest: GeForce RTX 4090, /);
});

test('unknown names list what is like them by meaning, or say that nothing is', () => {
  const nearest = (find, query) => {
    try {
      return find(query).name;
    } catch (error) {
      assert.equal(error.name, 'RangeError');
      return error.message.replace(/^.*; (?:nearest: )?/, '');
    }
  };
  const nothing = 'nothing in it is like that';
  for (const [query, expected] of [
    ['lama 3.1 8b', 'Llama 3.1 8B, Llama 3.1 70B, Llama 3.1 405B'],
    ['gemna 3 27b', 'Gemma 3 27B, Gemma 2 27B, Gemma 3 1B'],
    ['laguna', nothing],
    ['ling 3', nothing],
    ['whisper', nothing],
    ['nosuch', nothing],
  ]) {
    assert.equal(nearest(findModel, query), expected, query);
  }
  for (const [query, expected] of [
    ['geforce rtx 4009', /^GeForce RTX 4090, /],
    ['gefroce rtx 3090', /^GeForce RTX 3090, /],
    ['radeon rx 7950 xtx', /^Radeon RX 7900 XTX, /],
    ['banana', new RegExp(`^${nothing}$`)],
  ]) {
    assert.match(nearest(findDevice, query), expected, query);
  }
  assert.deepEqual(nearestNames('mixtrel 8x7b', models)[0], 'Mixtral 8x7B');
  assert.deepEqual(nearestNames('nosuch', devices), []);
});

test('what is no name is refused, what is too long is read no further', () => {
  for (const [find, what] of [
    [findModel, 'model'],
    [findDevice, 'device'],
    [searchModels, 'searchModels: query'],
    [searchDevices, 'searchDevices: query'],
  ]) {
    for (const query of [7, null, undefined, {}, ['4090']]) {
      assert.throws(() => find(query), { name: 'TypeError', message: new RegExp(`^${what} must be a name, got `) });
    }
  }
  assert.deepEqual(searchModels(''), { best: [], others: [] });
  assert.deepEqual(searchDevices(' ~ '), { best: [], others: [] });
  assert.throws(() => findModel('a '.repeat(200_000)), { name: 'RangeError' });
  assert.equal(findModel(`llama 3.1 8b${' '.repeat(300)}of another planet`).name, 'Llama 3.1 8B');
  assert.equal(findDevice(`4090${' '.repeat(300)}of another planet`).name, 'GeForce RTX 4090');
  // Half a number is no number, but in a list.
  assert.deepEqual(searchDevices('409').best, []);
  assert.ok(names(searchDevices('rtx 50').others).includes('GeForce RTX 5090'));
});

/** What a browser of that renderer detects. */
const browser = async (renderer, more = {}) =>
  detectInBrowser({
    devices,
    navigator: { hardwareConcurrency: 8, ...more },
    createCanvas: () => ({
      getContext: () => ({
        getExtension: () => ({ UNMASKED_RENDERER_WEBGL: 1 }),
        getParameter: () => renderer,
      }),
    }),
  });

test('what renderers report is found, and no more than that', async () => {
  for (const [renderer, expected] of [
    ['ANGLE (NVIDIA, NVIDIA GeForce RTX 3080 Ti Direct3D11 vs_5_0 ps_5_0, D3D11)', ['GeForce RTX 3080 Ti']],
    ['NVIDIA GeForce RTX 4090/PCIe/SSE2', ['GeForce RTX 4090']],
    [
      'ANGLE (NVIDIA, NVIDIA GeForce RTX 4070 Laptop GPU (0x00002860) Direct3D11 vs_5_0 ps_5_0, D3D11)',
      ['GeForce RTX 4070 Mobile'],
    ],
    [
      'ANGLE (NVIDIA, NVIDIA GeForce RTX 4060 Ti (0x00002803) Direct3D11 vs_5_0 ps_5_0, D3D11)',
      ['GeForce RTX 4060 Ti 8GB', 'GeForce RTX 4060 Ti 16GB'],
    ],
    ['AMD Radeon RX 7900 XTX (radeonsi, navi31, LLVM 15.0.7, DRM 3.49)', ['Radeon RX 7900 XTX']],
    ['Mesa Intel(R) Arc(tm) A770 Graphics (DG2)', ['Arc A770']],
    [
      'ANGLE (Apple, ANGLE Metal Renderer: Apple M2 Pro, Unspecified Version)',
      ['Apple M2 Pro (16-core)', 'Apple M2 Pro (19-core)'],
    ],
    ['AMD Custom GPU 0405 (radeonsi, vangogh, LLVM 17.0.6, DRM 3.57)', ['Steam Deck (AMD Custom GPU 0405)']],
    [
      'ANGLE (Intel, Intel(R) Iris(R) Xe Graphics (0x00009A49) Direct3D11 vs_5_0 ps_5_0, D3D11)',
      ['Iris Xe Graphics (96 EU)'],
    ],
    ['ANGLE (AMD, AMD Radeon(TM) 780M Graphics (0x000015BF) Direct3D11 vs_5_0 ps_5_0, D3D11)', ['Radeon 780M']],
    ['Mesa Intel(R) UHD Graphics 770 (ADL-S GT1)', ['UHD Graphics 770']],
    ['NVIDIA GeForce RTX 3050 Ti', []],
    ['AMD Radeon(TM) Graphics', []],
    ['NVIDIA GeForce RTX 9999', []],
    ['Something else', []],
  ]) {
    const { gpus } = await browser(renderer);
    assert.deepEqual(names(gpus[0].matches), expected, renderer);
    for (const { confidence } of gpus[0].matches) assert.ok(confidence > 0 && confidence <= 0.95, renderer);
  }
});

test('a browser that tells little, or draws with the processor, detects nothing', async () => {
  for (const renderer of ['Google SwiftShader', 'llvmpipe (LLVM 15.0.7, 256 bits)']) {
    const { gpus, hints } = await browser(renderer);
    assert.deepEqual(gpus, []);
    assert.match(hints[0], /drawn by the processor/);
  }
  assert.deepEqual(await detectInBrowser({ devices, navigator: {}, createCanvas: () => assert.fail() }), {
    gpus: [],
    cpu: { reported: null, cores: null, matches: [] },
    memory: { bytes: null, atLeast: false, channels: null, megatransfers: null, bandwidth: null },
    hints: [],
  });
  const { memory } = await browser('x', { deviceMemory: 8 });
  assert.deepEqual([memory.bytes, memory.atLeast], [8 * GIB, true]);
  const adapter = { info: { vendor: 'nvidia', description: 'NVIDIA GeForce RTX 3090' } };
  const webGpu = await browser(null, { gpu: { requestAdapter: async () => adapter } });
  assert.deepEqual(names(webGpu.gpus[0].matches), ['GeForce RTX 3090']);
});

const machine = (parts, smi) =>
  detectInNode({
    devices,
    systeminformation: {
      graphics: async () => ({ controllers: parts.controllers ?? [] }),
      cpu: async () => parts.cpu ?? {},
      mem: async () => ({ total: parts.total }),
      memLayout: async () => parts.layout ?? [],
    },
    run: async (command, [argument]) => {
      const said = command === 'cat' ? parts.files?.[argument] : smi;
      return said ?? assert.fail(`no ${command}`);
    },
  });

test('a machine tells its cards, processor and memory', async () => {
  const detected = await machine(
    {
      controllers: [{ vendor: 'NVIDIA', model: 'GeForce RTX 3060', vram: 12288 }],
      cpu: { manufacturer: 'AMD', brand: 'Ryzen 9 7950X', physicalCores: 16 },
      total: 64 * GIB,
      layout: [
        { size: 32 * GIB, clockSpeed: 6000 },
        { size: 32 * GIB, clockSpeed: 6000 },
      ],
    },
    'NVIDIA GeForce RTX 3060, 12288\nNVIDIA H100 80GB HBM3, 81559\nNVIDIA A100-PCIE-40GB, 40960\nNVIDIA RTX 6000 Ada Generation, 49140\n',
  );
  assert.deepEqual(
    detected.gpus.map(({ matches }) => matches[0].name),
    ['GeForce RTX 3060 12GB', 'H100 SXM', 'A100 PCIe 40GB', 'RTX 6000 Ada'],
  );
  assert.deepEqual(detected.cpu, {
    reported: 'AMD Ryzen 9 7950X',
    cores: 16,
    matches: [{ name: 'AMD Ryzen 9 7950X, DDR5-3600 x2', confidence: 0.6 }],
  });
  assert.deepEqual(detected.memory, {
    bytes: 64 * GIB,
    atLeast: false,
    channels: 2,
    megatransfers: 6000,
    bandwidth: 96,
  });
});

test('nvidia-smi tells memory and what others use of it', async () => {
  const { gpus } = await machine(
    {},
    'NVIDIA GB10, [N/A], [N/A]\nNVIDIA GeForce RTX 4060 Laptop GPU, 8188, 390\nNVIDIA GeForce RTX 3060, 8192, 8000\nNVIDIA H200, 143771, 143000\nNVIDIA A100-SXM4-80GB, 81920, 81000\nNVIDIA RTX PRO 6000 Blackwell Server Edition, 97887, 97000\nNVIDIA GeForce RTX 2070 with Max-Q Design, 8192, 8000\nTesla V100-SXM2-16GB, 16384, 16000\n',
  );
  assert.deepEqual(
    gpus.map(({ matches }) => names(matches)),
    [
      ['GB10 (DGX Spark)'],
      ['GeForce RTX 4060 Mobile'],
      ['GeForce RTX 3060 8GB'],
      ['H200 SXM'],
      ['A100 SXM 80GB'],
      ['RTX PRO 6000 Blackwell Server'],
      ['GeForce RTX 2070 Max-Q'],
      ['Tesla V100 SXM2 16GB'],
    ],
  );
  assert.deepEqual([gpus[0].memory, gpus[0].used], [null, null]);
  assert.deepEqual([gpus[1].memory, gpus[1].used], [8188 * 2 ** 20, 390 * 2 ** 20]);
});

test('a card of AMD is told by the memory that its driver states, for lspci has several names', async () => {
  const model = 'Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]';
  const controllers = [{ vendor: 'Advanced Micro Devices, Inc. [AMD/ATI]', model, busAddress: '03:00.0' }];
  const of = async (gib) => {
    const files = { '/sys/bus/pci/devices/0000:03:00.0/mem_info_vram_total': `${gib * GIB - 16 * 2 ** 20}\n` };
    return names((await machine({ controllers, files: gib ? files : undefined })).gpus[0].matches);
  };
  assert.deepEqual(await of(24), ['Radeon RX 7900 XTX']);
  assert.deepEqual(await of(20), ['Radeon RX 7900 XT']);
  assert.deepEqual(await of(0), ['Radeon RX 7900 XT', 'Radeon RX 7900 XTX', 'Radeon RX 7900 GRE', 'Radeon RX 7900M']);
});

test('detection needs the devices, and refuses options that nobody knows', async () => {
  const need = "detectDevices needs { devices }: import { devices } from 'wasm-calculator/catalog'";
  for (const detect of [detectInNode, detectInBrowser]) {
    await assert.rejects(detect(), { name: 'TypeError', message: `${need}; got undefined` });
    await assert.rejects(detect({}), { name: 'TypeError', message: `${need}; got undefined for devices` });
    await assert.rejects(detect({ devices, device: 'x' }), {
      name: 'TypeError',
      message: 'detectDevices: options.device is not known; did you mean devices?',
    });
  }
});

test('an Apple chip is told by the cores of its GPU', async () => {
  const of = async (cores) =>
    (await machine({ controllers: [{ vendor: 'Apple', model: 'Apple M4 Max', cores }] })).gpus[0].matches;
  assert.deepEqual(await of('40'), [{ name: 'Apple M4 Max (40-core)', confidence: 0.95 }]);
  assert.deepEqual(names(await of('')), ['Apple M4 Max (32-core)', 'Apple M4 Max (40-core)']);
});

test('a machine that tells nothing detects nothing, and this one does not throw', async () => {
  const nothing = await machine({});
  assert.deepEqual([nothing.gpus, nothing.cpu.matches, nothing.memory.bytes], [[], [], null]);
  const here = await detectInNode({ devices });
  assert.ok(here.memory.bytes > 0);
});

test('a device of the catalogue becomes a GPU of a machine', () => {
  assert.deepEqual(gpuOf(findDevice('rtx 4090')), {
    name: 'GeForce RTX 4090',
    family: 'NVIDIA Ada GeForce',
    memory: 24080 * 2 ** 20,
    memorySold: 24 * GIB,
    bandwidth: 1008e9,
    multiprocessors: 128,
    backend: 'cuda',
    shaderFlops: 82.58e12,
    halfFlops: 165e12,
    quantizedOps: 660.64e12,
    power: 450,
  });
  // What is not known is not there.
  assert.deepEqual(Object.keys(gpuOf(findDevice('m4 max 40'))), [
    'name',
    'family',
    'bandwidth',
    'backend',
    'shaderFlops',
    'halfFlops',
    'quantizedOps',
  ]);
});
