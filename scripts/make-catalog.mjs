// The catalogues of data/ as the JavaScript and the native build take them in, and their check:
//
//   node scripts/make-catalog.mjs --cpp FILE     C++ source with one JSON text per entry
//   node scripts/make-catalog.mjs --check        recomputes the parameter totals of data/models.csv (needs dist/)
import { readFileSync, writeFileSync } from 'node:fs';
import { parametersOf } from '../js/cli/answer.js';
import { modelFromGgufMetadata } from '../js/gguf.js';
import { ggufMetadataFromHuggingFaceConfig } from '../js/huggingface.js';
import { parseCsv } from './support/csv.mjs';
import { configOf } from './support/model-rows.mjs';

const rowsOf = (name) => parseCsv(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8'));
const numberOf = (text) => (text === '' ? null : Number(text));

/** The spec, or why there is none. */
function specOf(row) {
  try {
    const { architecture, metadata, tiedEmbeddings } = ggufMetadataFromHuggingFaceConfig(configOf(row));
    return { architecture, model: modelFromGgufMetadata(metadata, { tiedEmbeddings }), unplannable: null };
  } catch (error) {
    return { architecture: null, model: null, unplannable: error.message.replace(/^[^:]*: /, '') };
  }
}

/** Architectures whose plans were recorded. */
const recordedArchitectures = () => {
  const golden = JSON.parse(readFileSync(new URL('../tests/golden/models.json', import.meta.url), 'utf8'));
  return [...new Set(Object.values(golden).map(({ metadata }) => metadata['general.architecture']))].sort();
};

const models = () =>
  rowsOf('models.csv').map((row) => ({
    name: row.name,
    repository: row.hf_repo,
    modelType: row.architecture,
    ...specOf(row),
    source: row.source,
  }));

const devices = () =>
  rowsOf('devices.csv').map((row) => ({
    name: row.name,
    vendor: row.vendor,
    family: row.family,
    kind: row.kind,
    memory: row.memory_gib === '' ? null : Number(row.memory_gib) * 2 ** 30,
    memoryKind: row.memory_kind || null,
    bandwidth: numberOf(row.bandwidth_gbs),
    multiprocessors: numberOf(row.multiprocessors),
    fp16Tflops: numberOf(row.fp16_tflops),
    fp16Fp32AccumulateTflops: numberOf(row.fp16_fp32acc_tflops),
    fp8Tflops: numberOf(row.fp8_tflops),
    int8Tops: numberOf(row.int8_tops),
    fp32Tflops: numberOf(row.fp32_tflops),
    channels: numberOf(row.channels),
    megatransfers: numberOf(row.mts),
    source: row.source,
    notes: row.notes,
  }));

export const catalogue = () => ({
  models: models(),
  devices: devices(),
  recordedArchitectures: recordedArchitectures(),
});

function cppOf() {
  const array = (name, entries) =>
    `const std::string_view k${name}[] = {\n${entries.map((entry) => `    R"json(${JSON.stringify(entry)})json",`).join('\n')}\n};\n` +
    `const std::size_t k${name}Count = ${entries.length};\n`;
  return `// Made by scripts/make-catalog.mjs from data/.\n#include "catalog_data.hpp"\n\nnamespace llmcalc::catalog {\n${array('Models', models())}${array('Devices', devices())}${array('RecordedArchitectures', recordedArchitectures())}}  // namespace llmcalc::catalog\n`;
}

/** Where a sourced total counts what a GGUF file does not hold, or the other way round. */
const SCOPES = {
  vision: 'the vision tower is a file of its own',
  audio: 'the audio tower is a file of its own',
  fp8scales: 'scales of the FP8 checkpoint are no parameters',
  tiedhead: 'the head is tied, and counted twice',
  mtpdup: 'the prediction block stores copies of embedding and head',
  mtp: 'the prediction block is not converted',
};
const EXPLAINED = {
  'Mistral Nemo 12B': 'the source is NeMo, whose total differs by 705,536 from the sum of the shapes',
  'GLM-4 32B 0414': 'the source rounds to 32.57 billion',
  'StableLM 2 1.6B': 'its biases of queries, keys and values have no key in a GGUF header',
};

async function check() {
  const core = await import('../dist/js.js');
  const entries = models();
  let exact = 0;
  let explained = 0;
  const wrong = [];
  for (const row of rowsOf('models.csv')) {
    const { model, unplannable } = entries.find(({ name }) => name === row.name);
    if (row.total_params === '' || unplannable) continue;
    const { parameters } = parametersOf(core, model);
    const embedding = model.vocabularySize * model.hiddenSize;
    const scope = row.total_params_scope;
    const counted =
      parameters + (scope.includes('mtpdup') ? 2 * embedding : 0) + (scope.includes('tiedhead') ? embedding : 0);
    const residual = (counted - Number(row.total_params)) / Number(row.total_params);
    const reasons = Object.keys(SCOPES).filter(
      (part) => scope.includes(part) && !(part === 'mtp' && model.predictionLayerCount),
    );
    if (Math.abs(residual) < 5e-6) exact++;
    else if (reasons.length > 0 || EXPLAINED[row.name]) {
      explained++;
      const reason = EXPLAINED[row.name] ?? reasons.map((part) => SCOPES[part]).join('; ');
      console.log(`${row.name}: ${(100 * residual).toFixed(4)} %: ${reason}`);
    } else wrong.push(`${row.name}: ${counted} instead of ${row.total_params} (${(100 * residual).toFixed(4)} %)`);
  }
  const unplannable = entries.filter((model) => model.unplannable);
  for (const { name, unplannable: reason } of unplannable) console.log(`${name}: no spec: ${reason}`);
  console.log(
    `${entries.length} models, ${entries.length - unplannable.length} with a spec; of the sourced totals ${exact} recompute exactly, ${explained} differ for a known reason, ${wrong.length} are wrong`,
  );
  if (wrong.length > 0) {
    console.error(wrong.join('\n'));
    process.exitCode = 1;
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [, , action, file] = process.argv;
  if (action === '--cpp') writeFileSync(file, cppOf());
  else await check();
}
