// @ts-check
// npx wasm-calculator: will it fit, and how fast? Exit status: 0 it fits (or nothing was asked), 1 it does not,
// 2 the question is not understood or a file cannot be read.
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import picocolors from 'picocolors';
import {
  devices,
  findDevice,
  findModel,
  gpuOf,
  models,
  recordedArchitectures,
  searchDevices,
  searchModels,
} from './catalog.js';
import { planAnswer } from './cli/answer.js';
import { calibrated } from './cli/calibrate.js';
import { explanation, printExplanation } from './cli/explain.js';
import { gib, printable, printPlan, table } from './cli/print.js';
// Not as WebAssembly: Node 20 can wait for ever at its end for a thread that still optimises a module.
import wasmCalculator from './js.js';
import { NAMES } from './memory.js';
import { measurementsOf, parseBenchmarks, readGguf, readHuggingFace } from './readers.js';

const USAGE = 2;
const GIB = 2 ** 30;
const DEFAULT_CONTEXT = 8192;
const DEFAULT_TYPE = 'Q4_K_M';

/** @param {number} minimum @param {number} maximum @param {boolean} [whole] */
const within = (minimum, maximum, whole) => (/** @type {string} */ text) => {
  const value = Number(text);
  const fits = text.trim() !== '' && value >= minimum && value <= maximum && (!whole || Number.isInteger(value));
  if (!fits)
    throw new InvalidArgumentError(
      `It must be ${whole ? 'a whole number' : 'a number'} from ${minimum} to ${maximum}.`,
    );
  return value;
};
/** @param {string[]} words */
const countOr =
  (...words) =>
  (/** @type {string} */ text) => {
    if (words.includes(text)) return text;
    if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`It must be a whole number, ${words.join(' or ')}.`);
    return Number(text);
  };

/** @param {Command} command */
function withPlanOptions(command) {
  const cacheTypes = [...NAMES.cacheType.keys()].map(String);
  return command
    .argument(
      '<model>',
      'a name of the catalogue, a GGUF file or its address, a config.json, or the JSON of a ModelSpec',
    )
    .option('--device <name>', 'a name of the catalogue: "4090", "m4 max 40", "epyc 9654"')
    .option('--gpus <n>', 'how many of that device', within(0, 16, true))
    .option('--vram <GB>', 'memory of one GPU, as sold (1 GB is 2^30 bytes)', within(0, 1e6))
    .option('--bandwidth <GB/s>', "of the GPU's memory", within(0.1, 1e6))
    .option('--ram <GB>', 'memory of the host; of Apple and APUs, all of it', within(0, 1e6))
    .option('--ram-bandwidth <GB/s>', "of the host's memory", within(0.1, 1e6))
    .option('--threads <n>', 'cores of the host that compute', within(1, 4096, true))
    .addOption(
      new Option('--backend <name>', 'interface to the GPU').choices([
        'cuda',
        'metal',
        'vulkan',
        'rocm',
        'sycl',
        'cpu',
      ]),
    )
    .addOption(
      new Option('--quant <type>', "file type; default Q4_K_M, or the file's").argParser((text) => {
        const found = [...NAMES.fileType.keys()].find((name) => String(name).toLowerCase() === text.toLowerCase());
        if (!found) throw new InvalidArgumentError(`It must be one of ${[...NAMES.fileType.keys()].join(', ')}.`);
        return found;
      }),
    )
    .option('--imatrix', 'quantised with an importance matrix')
    .option(
      '--context <n>',
      `tokens of all sequences together; default ${DEFAULT_CONTEXT}, or as trained if that is less`,
      within(1, 1e9, true),
    )
    .addOption(new Option('--kv <type>', 'type of both caches').choices(cacheTypes))
    .addOption(new Option('--kv-k <type>', 'type of the keys').choices(cacheTypes))
    .addOption(new Option('--kv-v <type>', 'type of the values').choices(cacheTypes))
    .option(
      '--gpu-layers <n>',
      "layers on the GPU: a number, 'all' or 'auto' for what fits",
      countOr('all', 'auto'),
      'all',
    )
    .option('--cpu-moe <n>', 'layers whose experts stay on the host', within(0, 1e9, true), 0)
    .option('--parallel <n>', 'sequences at once, each with its part of the context', within(1, 256, true))
    .option('--batch <n>', 'logical batch', within(1, 1e9, true), 2048)
    .option('--ubatch <n>', 'micro-batch', within(1, 1e9, true), 512)
    .option('--server', 'as llama-server', true)
    .option('--no-server', 'as llama-cli')
    .option('--no-flash-attention', 'without flash attention')
    .option('--swa-full', 'whole caches for sliding layers')
    .option('--no-kv-offload', 'caches on the host')
    .option('--build <n>', 'build number of llama.cpp', within(1, 1e9, true), 11669)
    .option('--prompt <n>', 'of the speed: tokens of the prompt', within(0, 1e9, true), 512)
    .option('--output <n>', 'of the speed: tokens generated', within(1, 1e9, true), 128)
    .option('--calibrate <file>', 'what llama-bench printed on this machine, in any of its formats');
}

/** Says on a terminal how far a remote file is read, of several parts all together. */
function progressOn(/** @type {NodeJS.WriteStream} */ stream) {
  if (!stream.isTTY) return { onProgress: undefined, done: () => {} };
  /** @type {Map<string, number>} */
  const read = new Map();
  let shown = 0;
  return {
    onProgress: (/** @type {{ location: string, bytesRead: number }} */ { location, bytesRead }) => {
      read.set(location, bytesRead);
      const sum = [...read.values()].reduce((a, b) => a + b);
      if (sum - shown < 256 * 1024) return;
      shown = sum;
      stream.write(`\rreading the header: ${(sum / 2 ** 20).toFixed(1)} MiB `);
    },
    done: () => {
      if (shown > 0) stream.write('\r\x1b[K');
    },
  };
}

const slug = (/** @type {string} */ name) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '');

const isAddress = (/** @type {string} */ text) => /^https?:/i.test(text);
const isFile = (/** @type {string} */ path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/**
 * What is asked about. `quant` is the type asked for, if any.
 *
 * @param {string} text @param {any} quant
 * @returns {Promise<import('./cli/answer.js').Subject & { fileType: any }>}
 */
async function subjectOf(text, quant) {
  const progress = progressOn(process.stderr);
  const options = { onProgress: progress.onProgress };
  const recorded = (/** @type {string} */ architecture) => recordedArchitectures.includes(architecture);
  const fileOf = (/** @type {string} */ name) => `${slug(name)}-${quant ?? DEFAULT_TYPE}.gguf`;
  try {
    if (/\.json(?:$|[?#])/i.test(text)) {
      const spec = isAddress(text) ? null : await specIn(text);
      if (spec) {
        const name = text.replace(/^.*[/\\]/, '').replace(/\.json$/i, '');
        const source = { kind: 'spec', locations: [text] };
        return {
          name,
          source,
          model: spec,
          architecture: null,
          recorded: null,
          file: fileOf(name),
          fileType: DEFAULT_TYPE,
        };
      }
      const { model, name: named, architecture, source, ...checkpoint } = await readHuggingFace(text, options);
      const folder = text.replace(/[/\\]?config\.json.*$/, '').replace(/^.*[/\\]/, '');
      const name = named ?? (folder || 'model');
      const { tensorBytes, quantization } = checkpoint;
      return {
        name,
        source: { ...source, tensorBytes, quantization },
        model,
        architecture,
        recorded: recorded(architecture),
        file: fileOf(name),
        fileType: DEFAULT_TYPE,
      };
    }
    if (/\.gguf(?:$|[?#])/i.test(text) || isAddress(text) || isFile(text)) {
      const read = await readGguf(text, options);
      const { model, fileType, source, architecture } = read;
      const name = read.name ?? text;
      const subject = { name, source, architecture, recorded: recorded(architecture), fileType };
      // Another type than the file's is another file: its sizes follow the rules.
      if (quant === undefined || quant === fileType) return { ...subject, model, file: source.locations[0] };
      const { tensors: _, ...shape } = model;
      return { ...subject, model: shape, file: fileOf(name) };
    }
  } finally {
    progress.done();
  }
  const { name, repository, architecture, model, unplannable } = findModel(text);
  if (!model) throw new RangeError(`${name} is in the catalogue, but cannot be planned: ${unplannable}`);
  const source = { kind: 'catalogue', repository };
  return {
    name,
    source,
    model,
    architecture,
    recorded: recorded(String(architecture)),
    file: fileOf(name),
    fileType: DEFAULT_TYPE,
  };
}

/** A ModelSpec in a file, told by its groups; null for another JSON. @param {string} path */
async function specIn(path) {
  const text = await readFile(path, 'utf8');
  try {
    const spec = JSON.parse(text);
    return Array.isArray(spec?.groups) ? spec : null;
  } catch (error) {
    throw new RangeError(`${path} must be JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {any} o */
function hardwareOf(o) {
  const memoryIn = (/** @type {number | undefined} */ gb) => (gb === undefined ? null : gb * GIB);
  /** @type {import('./cli/answer.js').Hardware} */
  const hardware = {
    device: null,
    kind: 'separate',
    gpus: o.gpus ?? 1,
    gpuMemory: memoryIn(o.vram),
    gpuBandwidth: o.bandwidth ?? null,
    hostMemory: memoryIn(o.ram),
    hostBandwidth: o.ramBandwidth ?? null,
    hostThreads: o.threads ?? null,
  };
  /** @type {import('./types.d.ts').SpeedDevice} */
  let rates = {};
  let backend = o.backend ?? 'cuda';
  let multiprocessors = 0;
  if (o.device !== undefined) {
    const device = findDevice(o.device);
    if (device.kind === 'accelerator') throw new RangeError(`--device: llama.cpp does not run on ${device.name}`);
    hardware.device = device.name;
    multiprocessors = device.multiprocessors ?? 0;
    if (device.kind === 'cpu') {
      hardware.gpus = 0;
      hardware.hostBandwidth ??= device.bandwidthGBs;
      backend = o.backend ?? 'cpu';
    } else {
      const memoryKind = device.memoryKind ?? 'separate';
      hardware.kind = memoryKind;
      hardware.gpuBandwidth ??= device.bandwidthGBs;
      if (memoryKind === 'separate') hardware.gpuMemory ??= device.memory;
      else {
        hardware.hostMemory ??= device.memory;
        hardware.hostBandwidth ??= hardware.gpuBandwidth;
        if (hardware.hostMemory === null)
          throw new RangeError(`--ram is needed: ${device.name} comes with several sizes of memory`);
      }
      backend = o.backend ?? device.backend;
      rates = gpuOf(device);
    }
  } else if (o.vram === undefined && o.gpus !== 0) {
    return { hardware: null, backend, multiprocessors, rates };
  }
  if (hardware.gpus > 0 && hardware.kind === 'separate' && hardware.gpuMemory === null) {
    throw new RangeError(`--vram is needed: the memory of ${hardware.device} is not known`);
  }
  return { hardware, backend, multiprocessors, rates };
}

/** @param {string} text */
const note = (text) => process.stderr.write(`wasm-calculator: --calibrate: ${printable(text)}\n`);

/** @param {string} text @param {any} o */
async function answerOf(text, o) {
  const { hardware, backend, multiprocessors, rates } = hardwareOf(o);
  const { fileType, ...subject } = await subjectOf(text, o.quant);
  const rows = o.calibrate === undefined ? null : parseBenchmarks(await readFile(o.calibrate, 'utf8'));
  const trained = subject.model.contextLength || DEFAULT_CONTEXT;
  /** @type {any} */
  const runtime = {
    engine: 'llama.cpp',
    build: o.build,
    server: o.server,
    fileType: o.quant ?? fileType ?? DEFAULT_TYPE,
    importanceMatrix: o.imatrix ?? false,
    contextLength: o.context ?? Math.min(DEFAULT_CONTEXT, trained),
    batchSize: o.batch,
    microBatchSize: o.ubatch,
    // A server left to itself has four slots in one cache.
    sequences: o.parallel ?? (o.server ? 4 : 1),
    kvUnified: o.server && o.parallel === undefined,
    flashAttention: o.flashAttention,
    cacheTypeK: o.kvK ?? o.kv ?? 'f16',
    cacheTypeV: o.kvV ?? o.kv ?? 'f16',
    gpuLayers: o.gpuLayers,
    cpuMoeLayers: o.cpuMoe,
    swaFull: o.swaFull ?? false,
    kvOffload: o.kvOffload,
    gpus: hardware ? hardware.gpus : (o.gpus ?? 1),
    backend,
    multiprocessors,
  };
  const answer = planAnswer(wasmCalculator, subject, runtime, hardware, {
    workload: { promptLength: o.prompt, outputLength: o.output },
    curve: o.curve ?? false,
    rates,
    calibrate:
      rows &&
      ((machine, of) =>
        calibrated(wasmCalculator, { rows, measurementsOf, planned: subject, models, machine, runtime: of, note })),
  });
  if (o.quant === undefined && fileType === null) {
    answer.notes.push(
      `The file names no known type, not ${DEFAULT_TYPE} either: the weights are those of its tensors.`,
    );
  }
  return answer;
}

const program = new Command('wasm-calculator');
// isTTY is undefined in a pipe, and undefined would ask picocolors, which colours wherever CI is set.
const colors = () =>
  picocolors.createColors(
    program.opts().color !== false && picocolors.isColorSupported && process.stdout.isTTY === true,
  );
/** Whether blocks can be drawn: on a terminal of UTF-8. */
const isUtf8 = () =>
  process.stdout.isTTY === true &&
  (process.platform === 'win32'
    ? process.env.WT_SESSION !== undefined
    : /utf-?8/i.test(process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || ''));
// `| head` closes the pipe before all is written.
process.stdout.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** @param {unknown} answer @param {() => string} text @param {boolean} json */
function print(answer, text, json) {
  process.stdout.write(`${json ? JSON.stringify(answer, null, 2) : text()}\n`);
}

program
  .description('Will a language model fit, and how fast will it be?')
  .version(__VERSION__)
  .option('--no-color', 'without colours; they are also left out when piped')
  .showHelpAfterError('(--help tells more)')
  .configureOutput({ outputError: (text, write) => write(`wasm-calculator: ${text}`) })
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : USAGE);
  })
  .addHelpText(
    'after',
    `
Examples:
  wasm-calculator plan "llama 3.1 8b" --device 4090 --context 32768
  wasm-calculator plan "gpt-oss-120b" --device 5090 --ram 96 --quant MXFP4_MOE --gpu-layers auto
  wasm-calculator plan "qwen3 30b" --device "m4 max 40" --ram 64 --kv q8_0
  wasm-calculator plan ./model.gguf --vram 12 --bandwidth 360 --ram 32 --json
  wasm-calculator explain "gemma 3 27b" --device 3090
  wasm-calculator models gemma
  wasm-calculator devices "rtx 50"
  wasm-calculator detect

Exit status: 0 it fits (or nothing was asked), 1 it does not, 2 bad usage.`,
  );

withPlanOptions(program.command('plan'))
  .description('whether a model fits a device, what takes how much, how fast it is, and the command to run it')
  .option('--curve', 'the speed with none to all layers on the GPU, also where everything fits')
  .option('--json', 'as JSON (docs/cli.md has the schema)')
  .action(async (text, o) => {
    const answer = await answerOf(text, o);
    print(answer, () => printPlan(answer, colors(), isUtf8()), o.json);
    if (answer.fit && !answer.fit.fits) process.exitCode = 1;
  });

withPlanOptions(program.command('explain'))
  .description('every term of a plan with its formula and source')
  .option('--json', 'as JSON')
  .action(async (text, o) => {
    const explained = explanation(await answerOf(text, o));
    print(explained, () => printExplanation(explained, colors()), o.json);
  });

program
  .command('models')
  .description('the models of the catalogue')
  .argument('[query]', 'a loose name')
  .option('--json', 'as JSON')
  .action((query, o) => {
    const found = query === undefined ? { best: models, others: [] } : searchModels(query);
    const list = [...found.best, ...found.others];
    print(
      list,
      () =>
        table(
          ['name', 'type', 'layers', 'context', 'repository'],
          list.map(({ name, modelType, model, repository }) => [
            name,
            modelType,
            model ? String(model.layerCount) : '-',
            model?.contextLength ? String(model.contextLength) : '-',
            repository,
          ]),
          colors(),
        ),
      o.json,
    );
    if (list.length === 0) process.exitCode = 1;
  });

program
  .command('devices')
  .description('the devices of the catalogue')
  .argument('[query]', 'a loose name')
  .option('--json', 'as JSON')
  .action((query, o) => {
    const found = query === undefined ? { best: devices, others: [] } : searchDevices(query);
    const list = [...found.best, ...found.others];
    print(
      list,
      () =>
        table(
          ['name', 'kind', 'memory', 'GB/s'],
          list.map(({ name, kind, memory, bandwidthGBs }) => [
            name,
            kind,
            memory === null ? '-' : gib(memory),
            bandwidthGBs === null ? '-' : String(bandwidthGBs),
          ]),
          colors(),
        ),
      o.json,
    );
    if (list.length === 0) process.exitCode = 1;
  });

program
  .command('detect')
  .description('what this machine is, as far as it tells')
  .option('--json', 'as JSON')
  .action(async (o) => {
    const { detectDevices } = await import('./detect-node.js');
    const detected = await detectDevices({ devices });
    const named = (/** @type {any} */ { reported, matches }) =>
      `${reported ?? '-'}: ${matches.length === 0 ? 'not in the catalogue' : matches.map((/** @type {any} */ m) => `${m.name} (${Math.round(100 * m.confidence)} %)`).join(', ')}`;
    print(
      detected,
      () =>
        [
          ...detected.gpus.map((gpu) => `GPU     ${named(gpu)}${gpu.memory ? `, ${gib(gpu.memory)}` : ''}`),
          `CPU     ${named(detected.cpu)}${detected.cpu.cores ? `, ${detected.cpu.cores} cores` : ''}`,
          `memory  ${detected.memory.bytes === null ? '-' : gib(detected.memory.bytes)}`,
          ...detected.hints,
        ].join('\n'),
      o.json,
    );
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`wasm-calculator: ${printable(/** @type {Error} */ (error).message)}\n`);
  process.exitCode = USAGE;
}
