// The catalogues of data/ as the JavaScript and the native build take them in, and their check:
//
//   node scripts/make-catalog.mjs --cpp FILE     C++ source with one JSON text per entry
//   node scripts/make-catalog.mjs --memory       the rules for the memory of devices that nobody reported, with their
// errors
//   node scripts/make-catalog.mjs --check        recomputes the parameter totals of data/models.csv (needs dist/), and
//                                                holds memory and names of devices against themselves
import { readFileSync, writeFileSync } from 'node:fs';
import { wordsOf } from '../js/catalog/search.js';
import { backendOf } from '../js/core/backend-of.js';
import { modelFromGgufMetadata } from '../js/models/gguf.js';
import { ggufMetadataFromHuggingFaceConfig } from '../js/readers/huggingface.js';
import { isAsPublished } from './support/add-model.mjs';
import { parseCsv } from './support/csv.mjs';
import { deviceMemory, memoryRules, rulesTable } from './support/device-memory.mjs';
import { deviceSpeed } from './support/device-speed.mjs';
import { configOf } from './support/model-rows.mjs';

const rowsOf = (name) => parseCsv(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8'));
/** Some sources leave out a few biases; the largest is 1.1e-7. */
const TOLERANCE = 2e-7;

const numberOf = (text) => (text === '' ? null : Number(text));

/** The spec, or why there is none. @param {boolean} [whole] with a prediction block that common files leave out */
function specOf(row, whole) {
  try {
    const { architecture, metadata, tiedEmbeddings } = ggufMetadataFromHuggingFaceConfig(configOf(row, whole));
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

/** Names that people and drivers have for it beside its own. */
const aliasesOf = ({ aliases }) =>
  aliases
    .split(';')
    .map((alias) => alias.trim())
    .filter(Boolean);

/** What people take a model for. */
const USES = ['chat', 'code', 'vision', 'audio', 'embedding'];

/** What people download of most models. */
const DEFAULT_FILE_TYPE = 'Q4_K_M';

const models = () =>
  rowsOf('models.csv').map((row) => ({
    name: row.name,
    aliases: aliasesOf(row),
    repository: row.hf_repo,
    modelType: row.architecture,
    ...specOf(row),
    defaultFileType: row.default_file_type || DEFAULT_FILE_TYPE,
    releasedAs: row.released_as || null,
    predictionBlock: row.prediction_block === '' ? null : row.prediction_block === 'yes',
    use: row.use.split(';').filter(Boolean),
    released: row.released || null,
    license: row.license || null,
    source: row.source,
  }));

/** What the laws of speed take from the row. */
function speedOf(row) {
  const { shaderFlops, halfFlops, quantizedOps, family } = deviceSpeed(row);
  return { speed: { shaderFlops, halfFlops, quantizedOps }, profileFamily: family };
}

/** What llama.cpp runs on a device with, where nothing else is asked for. */
const backendOfDevice = ({ kind, vendor }) => {
  if (kind === 'accelerator') return null;
  return kind === 'cpu' ? 'cpu' : backendOf(vendor);
};

function devices() {
  const rows = rowsOf('devices.csv');
  const rules = memoryRules(rows);
  return rows.map((row) => ({
    name: row.name,
    aliases: aliasesOf(row),
    vendor: row.vendor,
    family: row.family,
    kind: row.kind,
    ...deviceMemory(row, rules),
    memoryKind: row.memory_kind || null,
    bandwidth: row.bandwidth_gbs === '' ? null : Math.round(Number(row.bandwidth_gbs) * 1e9),
    bandwidthGBs: numberOf(row.bandwidth_gbs),
    backend: backendOfDevice(row),
    multiprocessors: numberOf(row.multiprocessors),
    fp16Tflops: numberOf(row.fp16_tflops),
    fp16Fp32AccumulateTflops: numberOf(row.fp16_fp32acc_tflops),
    fp8Tflops: numberOf(row.fp8_tflops),
    int8Tops: numberOf(row.int8_tops),
    fp32Tflops: numberOf(row.fp32_tflops),
    ...speedOf(row),
    channels: numberOf(row.channels),
    megatransfers: numberOf(row.mts),
    memoryType: row.memory_type || null,
    power: numberOf(row.power_w),
    releaseYear: numberOf(row.release_year),
    source: row.source,
    notes: row.notes,
  }));
}

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

/** Sourced totals against what a GGUF file holds and what the row says that it does not, to within rounding. */
async function check() {
  const core = await import('../dist/js.js');
  const entries = models();
  let alone = 0;
  let beyond = 0;
  const wrong = [];
  let published = 0;
  for (const row of rowsOf('models.csv')) {
    const { model, unplannable } = specOf(row, true);
    if (row.published_params && !unplannable) {
      const { parameters } = core.parameterCount(model);
      published++;
      if (!isAsPublished(parameters, row.published_params)) {
        wrong.push(`${row.name}: ${parameters}, published as ${row.published_params}`);
      }
    }
    if (row.total_params === '' || unplannable) continue;
    const total = Number(row.total_params);
    const counted = core.parameterCount(model).parameters + Number(row.total_params_beyond_gguf);
    if (Math.abs(counted - total) >= TOLERANCE * total) wrong.push(`${row.name}: ${counted} instead of ${total}`);
    else if (row.total_params_beyond_gguf === '') alone++;
    else {
      beyond++;
      console.log(`${row.name}: ${row.total_params_beyond_gguf} beyond: ${row.total_params_beyond_gguf_reason}`);
    }
  }
  const unplannable = entries.filter((model) => model.unplannable);
  for (const { name, unplannable: reason } of unplannable) console.log(`${name}: no spec: ${reason}`);
  console.log(
    `${entries.length} models, ${entries.length - unplannable.length} with a spec; of the sourced totals ${alone} recompute, ${beyond} with what a GGUF file does not hold, ${wrong.length} do not; ${published} others are as published`,
  );
  wrong.push(...wrongModels(), ...wrongDevices());
  if (wrong.length > 0) {
    console.error(wrong.join('\n'));
    process.exitCode = 1;
  }
}

/** Names that two rows have, and fields that are none of those that there are. */
function wrongModels() {
  const wrong = [];
  const owners = new Map();
  for (const row of rowsOf('models.csv')) {
    for (const text of [row.name, ...aliasesOf(row)]) {
      const words = wordsOf(text).join(' ');
      if (owners.has(words) && owners.get(words) !== row.name) {
        wrong.push(`${row.name}: ${owners.get(words)} has the name ${text} too`);
      }
      owners.set(words, row.name);
    }
    const unknown = row.use.split(';').find((use) => !USES.includes(use));
    if (unknown !== undefined) wrong.push(`${row.name}: use ${unknown} is none of ${USES.join(', ')}`);
    if (!/^(?:\d{4}(?:-\d\d)?)?$/.test(row.released)) wrong.push(`${row.name}: released ${row.released}`);
  }
  return wrong;
}

/** Memory and names of devices that contradict themselves; prints what is known of their memory, and how. */
function wrongDevices() {
  const rows = rowsOf('devices.csv');
  const rules = memoryRules(rows);
  const wrong = [];
  const owners = new Map();
  for (const row of rows) {
    const { name, usable_mib: usable, driver_mib: driver, memory_reports: reports } = row;
    const sold = Number(row.memory_gib) * 1024;
    if ((usable || driver) && !reports) wrong.push(`${name}: a size of memory without a source`);
    if (usable && Number(usable) > Number(driver || sold)) wrong.push(`${name}: more usable than there is`);
    if (driver && Number(driver) > sold) wrong.push(`${name}: its driver has more than is sold`);
    if (deviceMemory({ ...row, usable_mib: '' }, rules).memory > Number(usable || Infinity) * 2 ** 20) {
      wrong.push(`${name}: the rule is above its report`);
    }
    for (const text of [name, ...aliasesOf(row)]) {
      const words = wordsOf(text).join(' ');
      if (owners.has(words)) wrong.push(`${name}: ${owners.get(words)} has the name ${text} too`);
      owners.set(words, name);
    }
  }
  const sized = rows.filter((row) => row.memory_gib !== '' && row.kind !== 'accelerator');
  const reported = sized.filter((row) => row.usable_mib !== '').length;
  console.log(
    `${rows.length} devices, ${sized.length} with a size of memory: ${reported} as reported, ${sized.length - reported} by the rules of --memory`,
  );
  return wrong;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [, , action, file] = process.argv;
  if (action === '--cpp') writeFileSync(file, cppOf());
  else if (action === '--memory') console.log(rulesTable(memoryRules(rowsOf('devices.csv'))));
  else await check();
}
