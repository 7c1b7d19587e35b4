// The recorded plans of llama.cpp: read from a folder in the golden format (memory.csv, weights.csv, models.json), and
// from the compact files of tests/golden that scripts/make-memory-golden.mjs makes of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeModel } from '../../js/core/memory.js';
import { modelFromGgufMetadata } from '../../js/models/gguf.js';
import { parseCsv } from './csv.mjs';

const number = (text) => (text === '' ? 0 : Number(text));
const flag = (text) => text === '1';

/** Options of a run, in the order of the columns of memory.tsv. */
const OPTIONS = [
  'fileType',
  'server',
  'gpus',
  'contextLength',
  'batchSize',
  'microBatchSize',
  'sequences',
  'kvUnified',
  'flashAttention',
  'cacheTypeK',
  'cacheTypeV',
  'gpuLayers',
  'cpuMoeLayers',
  'swaFull',
  'kvOffload',
];
const FLAGS = new Set(['server', 'kvUnified', 'flashAttention', 'swaFull', 'kvOffload']);
const NAMES = new Set(['fileType', 'cacheTypeK', 'cacheTypeV', 'gpuLayers']);
/** What was printed per device, MiB. */
const PRINTED = ['weights', 'weightsExact', 'kvCache', 'recurrentState', 'computeBuffer', 'outputBuffer'];

/**
 * The bytes that were worked out for the recording, or the whole number that llama.cpp printed where that contradicts
 * them. Without a GPU it leaves out what is repacked, so there is nothing to compare.
 * @param {Record<string, string>} row
 */
function weightsOf(row) {
  const weights = number(row.model_mib);
  const printed = row.model_mib_printed;
  if (row.backend === 'cpu' || printed === '' || Math.abs(weights - (number(printed) + 0.5)) <= 0.51) {
    return { weights, weightsExact: number(row.model_mib_exact) };
  }
  return { weights: number(printed), weightsExact: 0 };
}

/** @param {Record<string, string>[]} rows of memory.csv: one per run and device */
function runsOf(rows) {
  const runs = new Map();
  for (const row of rows) {
    const options = {
      fileType: row.file_type,
      server: row.tool === 'server',
      gpus: row.backend === 'cpu' ? 0 : 1,
      contextLength: number(row.n_ctx),
      batchSize: number(row.n_batch),
      microBatchSize: number(row.n_ubatch),
      sequences: number(row.n_seq),
      kvUnified: flag(row.kv_unified),
      flashAttention: row.flash_attn === 'on',
      cacheTypeK: row.type_k,
      cacheTypeV: row.type_v,
      gpuLayers: row.ngl === 'all' ? 'all' : number(row.ngl),
      cpuMoeLayers: number(row.n_cpu_moe),
      swaFull: flag(row.swa_full),
      kvOffload: !flag(row.no_kv_offload),
    };
    const key = [row.model, ...Object.values(options), row.cpu_fallback].join('\t');
    if (!runs.has(key)) {
      runs.set(key, {
        model: row.model,
        options,
        cpuFallback: flag(row.cpu_fallback),
        cells: number(row.kv_cells),
        slidingCells: number(row.swa_cells),
        devices: {},
      });
    }
    runs.get(key).devices[row.device === 'GPU' ? 'gpu0' : 'host'] = {
      ...weightsOf(row),
      kvCache: number(row.kv_mib),
      recurrentState: number(row.rs_mib),
      computeBuffer: number(row.compute_mib),
      outputBuffer: number(row.output_mib),
    };
  }
  return [...runs.values()];
}

/** The specs by name, and why some have none. @param {Record<string, any>} entries */
function modelsOf(entries) {
  const models = new Map();
  const unknown = [];
  for (const [name, { metadata, tied }] of Object.entries(entries)) {
    try {
      models.set(name, modelFromGgufMetadata(metadata, { tiedEmbeddings: tied }));
    } catch (error) {
      unknown.push(`${name}: ${error.message}`);
    }
  }
  return { models, unknown };
}

/** @param {string} folder in the golden format */
export function readRecorded(folder) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const entries = Object.fromEntries(
    Object.entries(JSON.parse(read('models.json'))).map(([name, entry]) => [
      name,
      {
        metadata: { 'general.architecture': entry.gguf_architecture, ...entry.gguf_metadata },
        tied: entry.tied_embeddings === 1,
      },
    ]),
  );
  const weights = parseCsv(read('weights.csv')).map((row) => ({
    model: row.model,
    fileType: row.file_type,
    mib: number(row.calc_mib),
  }));
  return { entries, ...modelsOf(entries), runs: runsOf(parseCsv(read('memory.csv'))), weights };
}

/** The lines of memory.tsv: a line with a model's name, then its runs. */
export function formatRuns(runs) {
  const value = (option) => (typeof option === 'boolean' ? Number(option) : option);
  const lines = [];
  let model;
  for (const run of runs) {
    if (run.model !== model) lines.push(run.model);
    model = run.model;
    const printed = ['gpu0', 'host'].map((device) =>
      run.devices[device] ? PRINTED.map((name) => run.devices[device][name]).join(' ') : '-',
    );
    lines.push(
      [
        ...OPTIONS.map((name) => value(run.options[name])),
        Number(run.cpuFallback),
        run.cells,
        run.slidingCells,
        ...printed,
      ].join('\t'),
    );
  }
  return `${lines.join('\n')}\n`;
}

function parseRuns(text) {
  let model;
  const runs = [];
  for (const line of text.trimEnd().split('\n')) {
    const fields = line.split('\t');
    if (fields.length === 1) {
      model = line;
      continue;
    }
    const options = Object.fromEntries(
      OPTIONS.map((name, i) => {
        if (FLAGS.has(name)) return [name, flag(fields[i])];
        return [name, NAMES.has(name) && Number.isNaN(Number(fields[i])) ? fields[i] : Number(fields[i])];
      }),
    );
    const at = OPTIONS.length;
    const devices = {};
    for (const [i, device] of ['gpu0', 'host'].entries()) {
      const printed = fields[at + 3 + i];
      if (printed === '-') continue;
      const values = printed.split(' ').map(Number);
      devices[device] = Object.fromEntries(PRINTED.map((name, n) => [name, values[n]]));
    }
    runs.push({
      model,
      options,
      cpuFallback: flag(fields[at]),
      cells: Number(fields[at + 1]),
      slidingCells: Number(fields[at + 2]),
      devices,
    });
  }
  return runs;
}

/** @param {string} folder tests/golden */
export function readCompact(folder) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const entries = JSON.parse(read('models.json'));
  const weights = read('weights.tsv')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
    .map(([model, fileType, mib]) => ({ model, fileType, mib: Number(mib) }));
  return { entries, ...modelsOf(entries), runs: parseRuns(read('memory.tsv')), weights };
}

/** A model in the numbers that C++ reads. */
export function flatModel(spec) {
  const numbers = new Float64Array(1024);
  return [...numbers.subarray(0, writeModel(numbers, 0, spec))];
}

/** The classes that accuracy is reported for. */
export function classOf(spec) {
  if (spec.groups.some((group) => group.attention === 'mla')) return 'MLA';
  if (spec.groups.some((group) => (group.recurrence ?? 'none') !== 'none')) return 'recurrent';
  if (spec.slidingWindow > 0) return 'SWA';
  return spec.groups.some((group) => group.expertCount > 0) ? 'MoE' : 'dense';
}
