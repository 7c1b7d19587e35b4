// Interfaces of TypeScript whose fields are those of a table: the sentence of a field is the comment of its member in C++.
import { commentsOf } from './comments.mjs';

const WIDTH = 120;
const HEADERS = {
  LayerGroup: 'model/spec.hpp',
  CommonRuntime: 'question/runtime.hpp',
  Options: 'engines/llama_cpp/options.hpp',
  DeviceMemory: 'answer/memory_plan.hpp',
  MemoryPlan: 'answer/memory_plan.hpp',
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
};

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
    return kind === 'choice' ? `Names['${list}']` : 'number';
  };
  const usualOf = ({ kind, list, default: usual }) => {
    if (kind === 'choice') return `\`${lists[list][usual]}\``;
    return kind === 'flag' ? String(usual === 1) : String(usual);
  };
  /** What is asked may be left out, and then is the default; what is answered is there. */
  const linesOf = (table, struct, { indent = '  ', asked = false, usual = true, not = [] } = {}) => {
    const comments = commentsOf(`${root}/include/llmcalc/${HEADERS[struct]}`, struct);
    const known = new Set(tables[table].map(({ key }) => key));
    for (const key of Object.keys(OTHERWISE[struct] ?? {})) {
      if (struct !== 'DeviceMemory' && !known.has(key)) throw new Error(`${table} has no ${key}`);
    }
    return tables[table]
      .filter(({ key }) => !not.includes(key))
      .map((row) => {
        const other = OTHERWISE[struct]?.[row.key] ?? {};
        const sentence = sentenceOf(comments.get(row.key));
        const wants = asked && (usual || row.kind === 'choice');
        const fallback = wants ? `Default ${other.usual ?? usualOf(row)}.` : '';
        const text = other.doc ?? [sentence, fallback].filter(Boolean).join(' ');
        return `${docOf(indent, text)}${indent}${row.key}${asked ? '?' : ''}: ${other.type ?? typeOf(row)};\n`;
      })
      .join('');
  };
  const cells = tables.CacheCells.map((row) => `${row.key}: ${typeOf(row)}`).join('; ');
  const plan = commentsOf(`${root}/include/llmcalc/${HEADERS.MemoryPlan}`, 'MemoryPlan');
  const inner = { indent: '    ' };
  return `// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.
import type { Gpu } from '../types/memory.js';
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
`;
}
