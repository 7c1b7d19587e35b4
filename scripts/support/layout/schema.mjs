// What the schemas of docs/ have of the tables: fields that are new get a property of their kind, fields that are gone lose
// theirs. What a property says beyond its kind is written by hand, and stays.
import { commentsOf } from './comments.mjs';
import { formatted } from './json.mjs';
import { sentenceOf } from './types.mjs';

const descriptionOf = (comments, key) => (comments.has(key) ? { description: sentenceOf(comments.get(key)) } : {});

function propertyOf({ kind, list, minimum }, lists, isAsked) {
  if (kind === 'flag') return { type: 'boolean' };
  if (kind === 'choice') return { enum: lists[list] };
  if (kind === 'part') return { $ref: '#/definitions/band' };
  if (!isAsked) return { $ref: '#/definitions/bytes' };
  return minimum === undefined ? { type: 'number' } : { type: 'integer', minimum };
}

/**
 * @param {string} text of the schema
 * @param {Record<string, string[]>} answered the fields of what is answered, with those that no table has
 * @param {string} root
 */
export function schemaText(text, { tables, lists }, answered, root) {
  const schema = JSON.parse(text);
  const { memory, runtime, fit, hardware, workload, speed } = schema.properties;
  const gpu = hardware.properties.gpus.items;
  const device = memory.properties.devices.items;
  const include = `${root}/include/llmcalc`;
  const asked = new Map([
    ...commentsOf(`${include}/question/runtime.hpp`, 'CommonRuntime'),
    ...commentsOf(`${include}/engines/llama_cpp/options.hpp`, 'Options'),
  ]);
  const plan = commentsOf(`${include}/answer/memory_plan.hpp`, 'MemoryPlan');
  const parts = commentsOf(`${include}/answer/memory_plan.hpp`, 'DeviceMemory');
  const { CacheCells, DeviceFit, DeviceLoad, DeviceParts, DeviceStage, DeviceTotal, Fit, MemoryPlan, Runtime } = tables;
  const { Band, Device, MachineGpu, SpeedBands, SpeedReasons, Workload } = tables;
  const none = new Map();
  const keysOf = (rows, not = []) => rows.map(({ key }) => key).filter((key) => !not.includes(key));
  const rates = keysOf(Device, ['threads']);
  /** Where, which fields, the rows of those, their comments. What was not always said is not required. */
  const compared = [
    [runtime, keysOf(Runtime, ['multiprocessors']), Runtime, asked],
    [memory, answered.plan, MemoryPlan, plan],
    [memory.properties.cells, answered.cells, CacheCells, none],
    [device, answered.device, [...DeviceTotal, ...DeviceLoad], parts],
    [device.properties.terms, answered.parts, [...DeviceParts, ...DeviceStage], parts],
    [fit, answered.fit, Fit, none],
    [fit.properties.devices.items, answered.deviceFit, DeviceFit, none],
    [workload, keysOf(Workload, ['fileBytes']), Workload, commentsOf(`${include}/question/workload.hpp`, 'Workload')],
    [
      speed,
      ['engine', 'kind', 'tokensPerSecond', 'depth', ...keysOf(SpeedBands), ...keysOf(SpeedReasons)].concat(
        'calibratedFrom',
        'atEnd',
      ),
      [...SpeedBands, ...SpeedReasons],
      commentsOf(`${include}/answer/speed_estimate.hpp`, 'SpeedEstimate'),
    ],
    [schema.definitions.quantiles, keysOf(Band), Band, none],
    [
      gpu,
      ['name', 'family', 'memorySold', 'memorySource', 'multiprocessors', 'share', ...keysOf(MachineGpu), ...rates],
      [...MachineGpu, ...Device],
      commentsOf(`${include}/machine/hardware.hpp`, 'Device'),
    ],
    [
      hardware.properties.host,
      ['name', ...keysOf(MachineGpu), ...keysOf(Device, ['shaderFlops', 'halfFlops', 'quantizedOps'])],
      [...MachineGpu, ...Device],
      none,
    ],
  ];
  for (const [place, keys, rows, comments] of compared) {
    for (const key of keys.filter((name) => !(name in place.properties))) {
      const row = rows.find((one) => one.key === key);
      if (!row) throw new Error(`docs/plan.schema.json lacks ${key}, of which no table says what it is`);
      place.properties[key] = {
        ...descriptionOf(comments, key),
        ...propertyOf(row, lists, rows === Runtime || rows === Workload),
      };
      place.required.push(key);
    }
    for (const key of Object.keys(place.properties).filter((name) => !keys.includes(name))) {
      delete place.properties[key];
      place.required = place.required.filter((name) => name !== key);
    }
  }
  const { cacheType, verdict, limit } = schema.definitions;
  const enums = [
    [runtime.properties.backend, lists.backend],
    [hardware.properties.backend, lists.backend],
    [hardware.properties.kind, lists.memoryKind],
    [cacheType, lists.cacheType],
    [verdict, lists.verdict],
    [limit, [...lists.limit, null]],
    [speed.properties.evidence, [...lists.evidence, null]],
    [speed.properties.engine, lists.engine],
    [device.properties.terms.properties.stage, lists.stage],
  ];
  for (const [property, names] of enums) if (property.enum) property.enum = names;
  return `${formatted(schema)}\n`;
}

/** docs/answers.schema.json @param {string} text of the schema */
export function answersText(text, { tables, lists }) {
  const schema = JSON.parse(text);
  const { devices, explain } = schema.definitions;
  const { memoryKind, backend, speed } = devices.items.properties;
  memoryKind.enum = [...lists.memoryKind, null];
  backend.enum = [...lists.backend, null];
  explain.properties.terms.items.properties.term.enum = tables.DeviceTotal.map(({ key }) => key);
  const rates = tables.Device.map(({ key }) => key).filter((key) => key !== 'bandwidth' && key !== 'threads');
  speed.required = rates;
  speed.properties = Object.fromEntries(rates.map((key) => [key, { type: 'number', minimum: 0 }]));
  return `${formatted(schema)}\n`;
}
