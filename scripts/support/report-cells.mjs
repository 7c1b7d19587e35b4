// Rows of public reports of speed, one question a line, as cells like those of a folder of measurements. docs/speed.md
// has the format. Rows are other people's: none is committed.
import { readFileSync } from 'node:fs';
import { findDevice, findModel, gpuOf, searchDevices } from '../../dist/catalog.js';
import wasmCalculator from '../../dist/wasmCalculator.js';
import { backendOf } from '../../js/core/backend-of.js';
import { ASSUMED_HOST } from '../../js/generated/machine.js';
import { parseCsv } from './csv.mjs';
import { deviceSpeed } from './device-speed.mjs';
import { withQuestion } from './speed-cells.mjs';
import { sourceKey } from './speed-validation.mjs';

const { estimateSpeed } = wasmCalculator;

const CONTEXT = 4096;
/** Engines and ways of running that the profiles are not of. */
const OTHERS = /^(?:mlx|vllm|draft|serving)/;

const sheets = new Map(
  parseCsv(readFileSync(new URL('../../data/devices.csv', import.meta.url), 'utf8')).map((row) => [row.name, row]),
);

/** @param {string} file of JSON lines */
export const reportRows = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Of devices that a name could mean the first, where they differ in memory alone: their speed is the same. */
function deviceNamed(name) {
  const { best } = searchDevices(name);
  const [first] = best;
  const isLike = ({ profileFamily, bandwidth, speed }) =>
    profileFamily === first.profileFamily &&
    Math.abs(bandwidth / first.bandwidth - 1) < 0.01 &&
    JSON.stringify(speed) === JSON.stringify(first.speed);
  return best.length > 1 && best.every(isLike) ? first : findDevice(name);
}

function devicesOf(q) {
  const names = Array.isArray(q.d) ? q.d : q.d ? new Array(q.n ?? 1).fill(q.d) : [];
  return names.map(deviceNamed);
}

/** A row as a question of estimateSpeed. */
export function reportQuestion({ q }) {
  const { model, unplannable } = typeof q.m === 'string' ? findModel(q.m) : { model: q.m };
  if (!model) throw new RangeError(`${q.m}: ${unplannable}`);
  const devices = devicesOf(q);
  const [first] = devices;
  const isProcessor = first?.kind === 'cpu';
  const kind = first && !isProcessor ? first.memoryKind : 'separate';
  const gpus = isProcessor
    ? []
    : devices.map((device) => ({ ...gpuOf(device), ...(q.bw && { bandwidth: q.bw * 1e9 }) }));
  const known = q.ram ? q.ram * 1e9 : isProcessor ? first.bandwidth : ASSUMED_HOST.bandwidth;
  const host = {
    ...(kind === 'separate' || q.ram ? { bandwidth: known } : {}),
    threads: q.th ?? ASSUMED_HOST.threads,
    name: isProcessor ? first.name : undefined,
    family: q.hfam,
  };
  const tokens = (q.p ?? 0) + (q.o ?? 128) + (q.c ?? 0) + 64;
  const defined = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
  return {
    model,
    runtime: defined({
      backend: q.be ?? (gpus.length > 0 ? backendOf(first.vendor) : 'cpu'),
      gpus: gpus.length,
      fileType: q.ft ?? 'Q4_K_M',
      contextLength: q.ctx ?? Math.max(CONTEXT, tokens) * (q.conc ?? 1),
      sequences: q.conc ?? 1,
      kvUnified: true,
      flashAttention: q.fa ?? true,
      cacheTypeK: q.kv,
      cacheTypeV: q.kv,
      gpuLayers: q.ngl,
      cpuMoeLayers: q.cmoe,
      microBatchSize: q.ub,
      batchSize: q.ub && Math.max(2048, q.ub),
      engine: q.eng,
      build: q.build,
    }),
    machine: defined({
      kind,
      gpus,
      host: defined(host),
      split: q.split,
      linkBandwidth: q.link && q.link * 1e9,
      gpuLinkBandwidth: q.glink && q.glink * 1e9,
    }),
    workload: defined({
      promptLength: q.p ?? 0,
      outputLength: q.o ?? 128,
      cachedTokens: q.c ?? 0,
      concurrency: q.conc,
      draftLength: q.dl,
      draftAcceptance: q.dl && q.ar,
      draftCost: q.dl && (q.dc ?? 0),
      fileBytes: q.fb,
    }),
  };
}

/** Of an estimate what a row measured, as p10, p50 and p90. */
export function answerOf(estimate, { metric, q }) {
  const through = (tokens) => {
    const { p10, p50, p90 } = estimate.requestTime;
    return { p10: tokens / p90, p50: tokens / p50, p90: tokens / p10 };
  };
  const output = q.o ?? 128;
  return {
    decode: () => estimate.decode,
    prefill: () => estimate.prefill,
    total: () => estimate.tokensPerSecondTotal,
    user: () => estimate.tokensPerSecondUser,
    wall: () => through(output),
    wallTotal: () => through(output * q.conc),
  }[metric]();
}

const ALL = 'all';

/** Without the number of one person's report. */
const sourceOf = (src) => src.replace(/ \d{9,}$/, '');

/** What sourceKey() says of a row's cell. */
export function reportSource({ src, hw, q }) {
  const [device] = devicesOf(q);
  const hardware = !device || device.kind === 'cpu' ? hw : device.name;
  return sourceKey({ source: sourceOf(src), hardware });
}

/** A row as a cell, or null where the profiles are not of such. */
function cellOf(row) {
  const { q, src, cls } = row;
  if (OTHERS.test(cls) || q.eng || q.dl || Array.isArray(q.d) || !['decode', 'prefill', 'wall'].includes(row.metric)) {
    return null;
  }
  const question = reportQuestion(row);
  const { model, runtime, machine, workload } = question;
  const [device] = devicesOf(q);
  const onHost = runtime.backend === 'cpu';
  const metric = row.metric === 'prefill' ? 'prefill' : 'decode';
  let value = row.measured;
  if (row.metric === 'wall') {
    // Tokens over all the time that they took: what prompt and start took is taken off as it is estimated.
    const estimate = estimateSpeed(model, runtime, machine, workload);
    value *= answerOf(estimate, { ...row, metric: 'decode' }).p50 / answerOf(estimate, row).p50;
  }
  const prompt = workload.promptLength;
  const sheet = device && !onHost ? deviceSpeed(sheets.get(device.name)) : null;
  const { bandwidth } = machine.host;
  return withQuestion({
    file: 'reports',
    source: sourceOf(src),
    reported: row,
    hardware: onHost ? row.hw : device.name,
    device: sheet
      ? { ...sheet, bandwidth: q.bw ? q.bw * 1e9 : sheet.bandwidth }
      : { bandwidth, shaderFlops: 0, halfFlops: 0, quantizedOps: 0, threads: machine.host.threads, family: '' },
    family: sheet?.family ?? '',
    host: { bandwidth: q.ram ? bandwidth : 0, threads: q.th ?? 0 },
    hostFamily: q.hfam,
    hostName: onHost ? row.hw : undefined,
    linkBandwidth: machine.linkBandwidth,
    gpuLinkBandwidth: machine.gpuLinkBandwidth,
    backend: runtime.backend,
    modelKey: typeof q.m === 'string' ? findModel(q.m).name : row.model,
    model,
    fileType: runtime.fileType,
    fileBytes: q.fb ?? 0,
    metric,
    value,
    depth: (q.c ?? 0) + (metric === 'decode' ? prompt : 0),
    promptLength: metric === 'prefill' ? prompt : 0,
    outputLength: metric === 'prefill' ? 0 : workload.outputLength,
    batch: q.conc ?? 1,
    gpus: machine.gpus.length,
    split: machine.split ?? 'layer',
    gpuLayers: q.ngl ?? (onHost ? 0 : ALL),
    cpuMoeLayers: q.cmoe ?? 0,
    kvOffload: true,
    threads: q.th ?? 0,
    flashAttention: runtime.flashAttention,
    cacheType: q.kv ?? 'f16',
    microBatchSize: q.ub ?? 512,
    era: Number(/\b(20\d\d)\)/.exec(src)?.[1] ?? 2026),
    n: 1,
    spread: 1,
    flags: {},
  });
}

/** Cells that fits can rest on. @param {string} file @param {(text: string) => void} [log] */
export function reportCells(file, log = () => {}) {
  return reportRows(file).flatMap((row) => {
    try {
      return cellOf(row) ?? [];
    } catch (error) {
      log(`left out: ${row.src}: ${error.message}`);
      return [];
    }
  });
}
