// Measurements as questions to estimateSpeed, one per cell, and the class in which each is judged.
import { readFileSync } from 'node:fs';
import { backendOf } from '../../js/core/backend-of.js';
import { catalogue } from '../make-catalog.mjs';
import { parseCsv } from './csv.mjs';
import { deviceSpeed } from './device-speed.mjs';
import { cellsOf, depthClassOf, isClean, measuredRows } from './measured-rows.mjs';

const HERE = new URL('../../', import.meta.url);
const REFERENCE_BUILD = 11669;
const BUILD_OF = { 2023: 1500, 2024: 3000 };
/** More than any prompt here; batches of long ones take more. */
const CONTEXT = 262144;
const CACHE_TYPES = new Set(['f32', 'f16', 'bf16', 'q8_0', 'q4_0', 'q4_1', 'iq4_nl', 'q5_0', 'q5_1']);

/** The back end that "llama.cpp" means on a device of a family, whose first word is the vendor. @param {string} family */
function backendIn(backend, family) {
  if (backend !== 'llama.cpp') return backend;
  const usual = backendOf(family.split(' ')[0]);
  // Who measures AMD's cards under Vulkan says so.
  return usual === 'vulkan' ? 'rocm' : usual;
}

/** Kind of memory of a machine that a name tells. @param {string} words */
function memoryKindOf(words) {
  if (/\bApple\b|\bM[1-9]\b/.test(words)) return 'apple';
  if (/GB10|GH200|DGX Spark/.test(words)) return 'shared';
  return /AMD APU|Ryzen AI|Radeon 8\d\d|Radeon 7[68]0M|Core Ultra|Intel iGPU|Arc iGPU|Lunar/.test(words)
    ? 'amd'
    : 'separate';
}

/** @param {string} name */
function hostFamilyOf(name, kind) {
  if (kind === 'apple') return 'Apple';
  if (/^dual\b|^2 ?x /i.test(name)) return 'two sockets';
  return /\bVM\b|vCPU|virtual/i.test(name) ? 'vCPU' : 'x86';
}

/** Depth and lengths of a cell, as a workload. */
function workloadOf(cell) {
  const depth = Math.round(cell.depth);
  if (cell.metric === 'prefill') {
    return { promptLength: Math.round(cell.promptLength), cachedTokens: depth, outputLength: 1 };
  }
  return {
    promptLength: 0,
    cachedTokens: depth,
    outputLength: Math.max(1, Math.round(cell.outputLength)),
    concurrency: cell.batch,
  };
}

/** Whether all is computed by the processor, whose memory is known. */
const isAllOnHost = ({ backend, gpuLayers, metric, host }) =>
  /^cpu\b/.test(backend) || (gpuLayers === 0 && metric === 'decode' && host?.bandwidth > 0);

function classOf(cell) {
  const { metric, gpus, gpuLayers, cpuMoeLayers, batch } = cell;
  if (isAllOnHost(cell)) return metric === 'decode' && batch === 1 ? 'cpu' : `cpu ${metric}`;
  if (gpus !== 1) return `several GPUs, ${metric}`;
  if (gpuLayers !== 'all' || cpuMoeLayers !== 0) return `offload, ${metric}`;
  if (batch > 1) return metric === 'prefill' ? 'batch, prefill' : 'batch';
  return metric;
}

/** One question. */
export function questionOf(cell) {
  const { model, fileType, device, host, family } = cell;
  const onHost = /^cpu\b/.test(cell.backend);
  const kind = memoryKindOf(`${family} ${cell.hardware}`);
  const [keys, values = keys] = cell.cacheType.split('/');
  const fa = cell.flashAttention ?? cell.era > 2024;
  const layers = model.layerCount + (model.predictionLayerCount ?? 0);
  const workload = workloadOf(cell);
  const { promptLength, cachedTokens, outputLength, concurrency = 1 } = workload;
  const runtime = {
    build: BUILD_OF[cell.era] ?? REFERENCE_BUILD,
    server: false,
    fileType,
    contextLength: Math.max(CONTEXT, concurrency * (promptLength + cachedTokens + outputLength)),
    microBatchSize: cell.microBatchSize > 0 ? cell.microBatchSize : 512,
    batchSize: Math.max(2048, cell.microBatchSize || 0),
    flashAttention: fa,
    cacheTypeK: CACHE_TYPES.has(keys) ? keys : 'f16',
    cacheTypeV: CACHE_TYPES.has(values) ? values : 'f16',
    gpus: onHost ? 0 : cell.gpus || 1,
    backend: onHost ? 'cpu' : backendIn(cell.backend, family),
    gpuLayers: cell.gpuLayers === 'all' || onHost ? 'all' : Number(cell.gpuLayers),
    cpuMoeLayers: cell.cpuMoeLayers === 'all' ? layers : cell.cpuMoeLayers,
    kvOffload: cell.kvOffload,
  };
  const rates = ({ bandwidth, shaderFlops, halfFlops, quantizedOps }) => ({
    bandwidth,
    shaderFlops,
    halfFlops,
    quantizedOps,
  });
  const gpu = { ...rates(device), family, name: cell.hardware };
  const threads =
    cell.threads > 0 && device.threads > 0 ? Math.min(cell.threads, device.threads) : cell.threads || device.threads;
  const machine = {
    kind,
    gpus: onHost ? [] : Array.from({ length: runtime.gpus }, () => gpu),
    host: onHost
      ? {
          bandwidth: device.bandwidth,
          threads,
          family: cell.hostFamily ?? hostFamilyOf(cell.hardware, kind),
          name: cell.hardware,
        }
      : {
          bandwidth: host?.bandwidth || undefined,
          threads: cell.threads || host?.threads || undefined,
          family: cell.hostFamily ?? hostFamilyOf('', kind),
          name: cell.hostName,
        },
    linkBandwidth: cell.linkBandwidth,
    gpuLinkBandwidth: cell.gpuLinkBandwidth,
    split: cell.split === 'tensor' ? 'tensor' : 'layer',
  };
  return {
    model,
    runtime,
    machine,
    workload: { ...workload, fileBytes: cell.fileBytes || undefined },
    metric: cell.metric,
    tokensPerSecond: cell.value,
  };
}

/** @param {any} cell of measuredRows' properties */
export const withQuestion = (cell) => ({
  ...cell,
  backend: isAllOnHost(cell) ? 'cpu' : backendIn(cell.backend, cell.family),
  class: classOf(cell),
  moe: cell.model.groups.some((group) => group.expertCount > 0),
  depthClass: depthClassOf(cell),
  question: questionOf(cell),
});

/** Cells of a folder of measurements. @param {string} folder */
export function measuredCells(folder, options = {}) {
  return cellsOf(measuredRows(folder).filter((row) => isClean(row, options))).map(withQuestion);
}

/** Values of one cell that differ more are of different states of a machine, and no estimate is for all of them. */
const WIDEST = 2;

/** Those that fits and errors are of. */
export const judgedCells = (folder) => measuredCells(folder).filter(({ spread }) => spread <= WIDEST);

/** Bytes/s that the hosts of the runs were measured to read where a row does not say, and their links. */
const OWN_HOST = { bandwidth: 103.7e9, threads: 16 };
const OWN_LINK = 55e9;
const NVLINK = 450e9;

/** Our own runs: tests/golden/h100.tsv and h200.tsv. */
export const ownCells = () => ['h100', 'h200'].flatMap(ownCellsOf);

function ownCellsOf(set) {
  const [header, ...lines] = readFileSync(new URL(`tests/golden/${set}.tsv`, HERE), 'utf8')
    .trim()
    .split('\n');
  const names = header.split('\t');
  const rows = lines.map((line) => {
    const fields = line.split('\t');
    return Object.fromEntries(names.map((name, i) => [name, fields[i]]));
  });
  return cellsOfOwn(rows, set);
}

/** Cells of rows of our own runs. @param {Record<string, any>[]} lines @param {'h100' | 'h200'} set */
export function cellsOfOwn(lines, set) {
  const specs = new Map(catalogue().models.map(({ name, model }) => [name, model]));
  const devices = parseCsv(readFileSync(new URL('data/devices.csv', HERE), 'utf8'));
  const sheets = new Map(devices.map((row) => [row.name, row]));
  const rows = lines.map((row) => {
    const model = specs.get(row.model);
    const layers = model.layerCount + (model.predictionLayerCount ?? 0);
    const onGpu = Number(row.gpuLayers);
    const hardware = row.device ?? 'H100 SXM';
    const sheet = deviceSpeed(sheets.get(hardware));
    const bandwidth = Number(row.hostBandwidth ?? 0);
    return {
      file: row.file,
      source: `tests/golden/${set}.tsv`,
      hardware,
      device: sheet,
      family: sheet.family,
      host: bandwidth > 0 ? { bandwidth, threads: Number(row.threads) } : OWN_HOST,
      hostFamily: 'vCPU',
      hostName: `${set} host`,
      linkBandwidth: OWN_LINK,
      gpuLinkBandwidth: NVLINK,
      backend: 'cuda',
      modelKey: row.model,
      model,
      fileType: row.fileType,
      fileBytes: 0,
      metric: row.metric,
      value: Number(row.tokensPerSecond),
      depth: Number(row.depth),
      promptLength: Number(row.promptLength),
      outputLength: Number(row.outputLength),
      batch: Number(row.batch),
      gpus: Number(row.gpus ?? 1),
      split: row.split ?? 'layer',
      gpuLayers: onGpu > layers ? 'all' : onGpu,
      cpuMoeLayers: Number(row.cpuMoeLayers),
      kvOffload: true,
      threads: Number(row.threads),
      flashAttention: row.flashAttention === '1',
      cacheType: row.cacheType,
      microBatchSize: Number(row.microBatchSize),
      era: 2026,
      golden: set,
      flags: {},
    };
  });
  const keys = [
    'hardware',
    'gpus',
    'split',
    'modelKey',
    'fileType',
    'metric',
    'gpuLayers',
    'cpuMoeLayers',
    'depth',
    'promptLength',
    'batch',
  ];
  const more = ['microBatchSize', 'flashAttention', 'cacheType', 'threads'];
  return cellsOf(rows, { keys: [...keys, ...more] }).map(withQuestion);
}
