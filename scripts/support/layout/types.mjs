// Interfaces of TypeScript whose fields are those of a table: the sentence of a field is the comment of its member in C++.
import { commentsOf } from './comments.mjs';

const WIDTH = 120;
const HEADERS = {
  LayerGroup: 'model/spec.hpp',
  ModelSpec: 'model/spec.hpp',
  CommonRuntime: 'question/runtime.hpp',
  Options: 'engines/llama_cpp/options.hpp',
  VllmOptions: 'engines/vllm/options.hpp',
  DeviceMemory: 'answer/memory_plan.hpp',
  MemoryPlan: 'answer/memory_plan.hpp',
  Machine: 'machine/machine.hpp',
  DeviceFit: 'fits.hpp',
  Fit: 'fits.hpp',
  ModelFit: 'fit.hpp',
  ContextFit: 'inverse.hpp',
  Device: 'machine/hardware.hpp',
  Hardware: 'machine/hardware.hpp',
  Workload: 'question/workload.hpp',
  Measurement: 'calibration.hpp',
  SpeedProfile: 'speed/profile.hpp',
  SpeedTerms: 'answer/speed_estimate.hpp',
  SpeedEstimate: 'answer/speed_estimate.hpp',
};

/** Where JavaScript takes a field otherwise than C++ does: the default that it has there, its type, or all that is said. */
const OTHERWISE = {
  CommonRuntime: {
    contextLength: { doc: "Tokens of all sequences together. Default: the model's." },
    sequences: { usual: '4 with `server`, else 1' },
    backend: { doc: 'For `overhead`. Default: that of `gpus`, or `cuda`.' },
    multiprocessors: {
      type: 'number | null',
      doc:
        "Of every GPU, for CUDA's `overhead`. Default: of each in `gpus`; where that is unknown, 0 or null, the most that " +
        'its family and memory have, and where nothing is known the most of any card.',
    },
    gpus: {
      type: 'number | number[] | Gpu[]',
      doc:
        'GPUs: how many, their shares of the layers, or what they are. Default 1; 0 for none; at most 16. The shares of ' +
        "GPUs as objects are their `share`, or as llama.cpp's where all have `memory`: by memory - reserved; else equal.",
    },
  },
  DeviceMemory: { stage: { type: 'string' } },
  Options: {
    kvUnified: { usual: 'true with `server` where `sequences` is left out, else false' },
    gpuLayers: { type: "number | 'all'", usual: "`'all'`" },
  },
  ModelSpec: {
    tiedEmbeddings: { doc: 'The head is the token embedding. Default false.' },
    architecture: {
      type: 'string',
      doc: "One with rules of its own in llama.cpp's graphs, or `common`. Default `common`.",
    },
    groups: { type: 'LayerGroup[]', doc: '1 to 8.' },
    runs: {
      type: '[group: number, count: number][]',
      doc: '`[group, count]`, in order and over again until all layers are there; 1 to 160.',
    },
    contextLength: { doc: 'Tokens it was trained for.' },
    predictionLayerCount: {
      doc:
        'Multi-token-prediction blocks: in the file, not loaded, and counted among the layers. Default 0, as in files ' +
        'without; with `tensors` at most those that the list has.',
    },
  },
  Machine: {
    kind: { doc: '`apple`, `amd` and `shared` (DGX Spark) have one pool for host and GPU. Default `separate`.' },
    hostMargin: {
      doc: 'Bytes that should stay free, for `verdict`. Default `Math.min(4 * 2 ** 30, hostMemory / 4)`.',
    },
    gpus: {
      type: 'Gpu[]',
      doc: 'At least those of the plan, each with `memory`. With one pool left out, or with a budget instead of the usual.',
    },
  },
  ContextFit: {
    verdict: { doc: '`tight`: only without the margins. Never `doesNotFit`.' },
    contextLength: { doc: 'Tokens of all sequences together, for {@link LlamaCppRuntime.contextLength}.' },
  },
  ModelFit: {
    verdict: { doc: '`tight`: only without the margins. Never `doesNotFit`.' },
    gpuLayers: { type: "number | 'all'", doc: 'Layers on the GPUs, for {@link LlamaCppRuntime.gpuLayers}.' },
    cpuMoeLayers: { doc: 'Layers whose experts stay on the host, for {@link LlamaCppRuntime.cpuMoeLayers}.' },
  },
  Device: {
    threads: { doc: 'Of a host: cores that compute. Default 8.' },
  },
  Hardware: { linkBandwidth: { usual: '25e9' }, gpuLinkBandwidth: { usual: '25e9' } },
  Workload: {
    promptLength: { usual: '512, or what the context leaves' },
    outputLength: { usual: '128, or what the context leaves' },
    fileBytes: {
      doc: "Bytes of the file's tensors, where its mix of types is not the file type's usual one. Default: by the rules.",
    },
  },
  SpeedEstimate: {
    prefill: { type: 'Band | null', doc: 'Tokens/s of one prompt; null without one.' },
    prefillLimit: { type: "Names['limit'] | null" },
  },
};

/** Numbers of a struct's own arrays, which have no table of kinds. */
const rowsOf = (keys, kind, list) => keys.map(({ key }) => ({ key, kind, list }));

/** Structs of which a table has a part. */
const PIECES = ['DeviceMemory', 'SpeedEstimate'];

/** A comment as a sentence. Names stay as they are written. */
export function sentenceOf(comment) {
  if (comment === undefined) return '';
  const isName = /^(?:--|[a-z]+[A-Z\d]|mla\b|llama)/.test(comment);
  const text = isName ? comment.replace(/^(--[\w-]+|mla)/, '`$1`') : comment[0].toUpperCase() + comment.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Of a field, as Biome would format it. */
function docOf(indent, text) {
  if (!text) return '';
  if (indent.length + text.length + 7 <= WIDTH) return `${indent}/** ${text} */\n`;
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line && indent.length + line.length + word.length + 4 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

/** js/generated/fields.d.ts */
export function fieldsText({ tables, lists }, root) {
  const typeOf = ({ kind, list }) => {
    if (kind === 'flag') return 'boolean';
    if (kind === 'part') return list;
    return kind === 'choice' ? `Names['${list}']` : 'number';
  };
  const usualOf = ({ kind, list, default: usual }) => {
    if (kind === 'choice') return `\`${lists[list][usual]}\``;
    return kind === 'flag' ? String(usual === 1) : String(usual);
  };
  /** What is asked may be left out, and then is the default; what is answered is there. */
  const linesOf = (table, struct, { indent = '  ', asked = false, usual = true, not = [], needed = [], of } = {}) => {
    const comments = commentsOf(`${root}/include/llmcalc/${HEADERS[struct]}`, struct.replace('Vllm', ''));
    const rows = of ?? tables[table];
    const known = new Set(rows.map(({ key }) => key));
    for (const key of [...Object.keys(OTHERWISE[struct] ?? {}), ...not, ...needed]) {
      if (!PIECES.includes(struct) && !known.has(key)) throw new Error(`${table} has no ${key}`);
    }
    return rows
      .filter(({ key }) => !not.includes(key))
      .map((row) => {
        const other = OTHERWISE[struct]?.[row.key] ?? {};
        const sentence = sentenceOf(comments.get(row.key));
        const optional = asked && !needed.includes(row.key);
        const wants = optional && (usual || row.kind === 'choice');
        const fallback = wants ? `Default ${other.usual ?? usualOf(row)}.` : '';
        const text = other.doc ?? [sentence, fallback].filter(Boolean).join(' ');
        return `${docOf(indent, text)}${indent}${row.key}${optional ? '?' : ''}: ${other.type ?? typeOf(row)};\n`;
      })
      .join('');
  };
  const cells = tables.CacheCells.map((row) => `${row.key}: ${typeOf(row)}`).join('; ');
  const plan = commentsOf(`${root}/include/llmcalc/${HEADERS.MemoryPlan}`, 'MemoryPlan');
  const inner = { indent: '    ' };
  return `// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.
import type { Gpu, Runtime } from '../types/memory.js';
import type { GgufTensor } from '../types/model.js';
import type { Names } from './names.js';

/** Layers of one shape. Lengths are in elements; what does not apply is left out. */
export interface LayerGroup {
${linesOf('LayerGroup', 'LayerGroup', { asked: true, usual: false })}}

/** What every engine is asked. Defaults are those of llama-server. */
export interface CommonRuntime {
${linesOf('CommonRuntime', 'CommonRuntime', { asked: true, not: ['engine'] })}}

/** What llama.cpp is asked; defaults are llama-server's. */
export interface LlamaCppRuntime extends CommonRuntime {
  /** Default \`llama.cpp\`. */
  engine?: 'llama.cpp';
${linesOf('LlamaCppOptions', 'Options', { asked: true })}}

/** What vLLM is asked. There are estimates of its speed, on GPUs alone; its memory is not planned. */
export interface VllmRuntime extends CommonRuntime {
  engine: 'vllm';
${tables.VllmOptions.length > 0 ? linesOf('VllmOptions', 'VllmOptions', { asked: true }) : ''}}

/** What one device holds, in bytes. */
export interface DeviceMemory {
  /** \`gpu0\`, \`gpu1\`, ... or \`host\`. */
  name: string;
${linesOf('DeviceTotal', 'DeviceMemory')}  total: number;
${linesOf('DeviceLoad', 'DeviceMemory')}  /** Parts of the above. */
  terms: {
${linesOf('DeviceParts', 'DeviceMemory', inner)}    /** The rest of \`computeBuffer\`. */
    largestStage: number;
${linesOf('DeviceStage', 'DeviceMemory', inner)}  };
}

export interface MemoryPlan {
  /** The GPUs, then the host. */
  devices: DeviceMemory[];
${docOf('  ', sentenceOf(plan.get('cells')))}  cells: { ${cells} };
${linesOf('MemoryPlan', 'MemoryPlan', { not: ['devices', 'cells'] })}}

/** The shape of a decoder-only language model. */
export interface ModelSpec {
${linesOf('ModelSpec', 'ModelSpec', { asked: true, usual: false, needed: ['vocabularySize', 'hiddenSize', 'layerCount', 'groups', 'runs'] })}  /** Real tensors, whose sizes win over the file type. */
  tensors?: GgufTensor[];
}

/** A machine, as far as it holds a plan. */
export interface Machine {
${linesOf('Machine', 'Machine', { asked: true, needed: ['hostMemory'] })}}

export interface Fit {
${linesOf('Fit', 'Fit')}  /** In the plan's order, in bytes. With one pool the host's row is the whole pool. */
  devices: {
    name: string;
${linesOf('DeviceFit', 'DeviceFit', inner)}    /** Bytes missing, or 0. */
    shortBy: number;
    /** Bytes missing for the margin as well; 0 where nothing is needed. */
    shortOfMargin: number;
  }[];
}

/** A placement of a model's layers that a machine has room for. */
export interface ModelFit {
${linesOf('ModelFit', 'ModelFit')}}

/** The context that a machine has room for. */
export interface ContextFit {
${linesOf('ContextFit', 'ContextFit')}}

/** Of a GPU, or of the host's processor with its memory: data sheet rates, the base of estimates of speed. */
export interface Device {
  /** Of the catalogue (\`wasm-calculator/catalog\`), for the device's own profile. */
  name?: string;
  /** \`profileFamily\` of the catalogue; of a host \`Apple\`, \`x86\` (default) or \`vCPU\`. */
  family?: string;
${linesOf('Device', 'Device', { asked: true, usual: false })}}

/** A machine for \`fits\` and for estimates of speed. */
export interface Hardware extends Omit<Machine, 'gpus' | 'hostMemory'> {
  hostMemory?: number;
  gpus?: ({ memory?: number; reserved?: number } & Device)[];
  /** Default: 8 cores and 75e9 bytes/s; with one pool of memory the GPU's bandwidth. */
  host?: Device;
${linesOf('Hardware', 'Hardware', { asked: true, not: ['gpus', 'host', 'unified'] })}  /** Default: the shipped one of the first GPU. */
  profile?: SpeedProfile;
  /** Default: the shipped one of the host. */
  hostProfile?: SpeedProfile;
}

export interface Workload {
${linesOf('Workload', 'Workload', { asked: true })}}

/** The 10th, 50th and 90th percentile of what such machines measure. */
export interface Band {
${tables.Band.map(({ key }) => `  ${key}: number;\n`).join('')}}

/** Measured over estimated tokens per second, at those percentiles of measurements like it. */
export interface Spread {
${tables.Spread.map(({ key }) => `  ${key}: number;\n`).join('')}}

/** What a back end makes of a device: docs/speed.md has every parameter. */
export interface SpeedProfile {
${linesOf('', 'SpeedProfile', { of: rowsOf(tables.ProfileNumbers, 'number') })}${linesOf('', 'SpeedProfile', { of: rowsOf(tables.ProfileCosts, 'part', 'Record<string, number>') })}  /** Measured over estimated rates of what the profile was fitted to. */
  spreads: {
${linesOf('', 'SpeedProfile', { ...inner, of: rowsOf(tables.ProfileSpreads, 'part', 'Spread') })}  };
${linesOf('SpeedProfile', 'SpeedProfile')}}

/** Seconds of a step or a prompt by cause. */
export interface SpeedTerms {
${linesOf('SpeedTerms', 'SpeedTerms')}}

export interface SpeedEstimate {
${linesOf('', 'SpeedEstimate', { of: rowsOf(tables.SpeedBands, 'part', 'Band') })}  /** Seconds by cause. */
  terms: {
${linesOf('', 'SpeedEstimate', { ...inner, of: rowsOf(tables.SpeedPhases, 'part', 'SpeedTerms') })}  };
${linesOf('SpeedReasons', 'SpeedEstimate')}}

/** One number that a benchmark printed, and what was measured. */
export interface Measurement {
  model: ModelSpec;
  runtime?: Runtime;
  machine: Hardware;
  workload?: Workload;
${linesOf('Measurement', 'Measurement', { asked: true, needed: ['tokensPerSecond'] })}}
`;
}
