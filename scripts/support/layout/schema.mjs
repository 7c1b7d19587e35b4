// What docs/plan.schema.json has of the tables: fields that are new get a property of their kind, fields that are gone lose
// theirs. What a property says beyond its kind is written by hand, and stays.
import { commentsOf } from './comments.mjs';
import { formatted } from './json.mjs';
import { sentenceOf } from './types.mjs';

const descriptionOf = (comments, key) => (comments.has(key) ? { description: sentenceOf(comments.get(key)) } : {});

function propertyOf({ kind, list, minimum }, lists, isAsked) {
  if (kind === 'flag') return { type: 'boolean' };
  if (kind === 'choice') return { enum: lists[list] };
  if (!isAsked) return { $ref: '#/definitions/bytes' };
  return minimum === undefined ? { type: 'number' } : { type: 'integer', minimum };
}

/**
 * @param {string} text of the schema
 * @param {Record<string, string[]>} interfaces the fields of interfaces of js/types/, with those that no table has
 * @param {string} root
 */
export function schemaText(text, { tables, lists }, interfaces, root) {
  const schema = JSON.parse(text);
  const { memory, runtime, fit, hardware } = schema.properties;
  const device = memory.properties.devices.items;
  const include = `${root}/include/llmcalc`;
  const asked = new Map([
    ...commentsOf(`${include}/question/runtime.hpp`, 'CommonRuntime'),
    ...commentsOf(`${include}/engines/llama_cpp/options.hpp`, 'Options'),
  ]);
  const plan = commentsOf(`${include}/answer/memory_plan.hpp`, 'MemoryPlan');
  const parts = commentsOf(`${include}/answer/memory_plan.hpp`, 'DeviceMemory');
  const { CacheCells, DeviceFit, DeviceLoad, DeviceParts, DeviceStage, DeviceTotal, Fit, MemoryPlan, Runtime } = tables;
  const none = new Map();
  const compared = [
    [runtime, Runtime.filter(({ key }) => key !== 'multiprocessors').map(({ key }) => key), Runtime, asked],
    [memory, interfaces.MemoryPlan, MemoryPlan, plan],
    [memory.properties.cells, interfaces["MemoryPlan['cells']"], CacheCells, none],
    [device, interfaces.DeviceMemory, [...DeviceTotal, ...DeviceLoad], parts],
    [device.properties.terms, interfaces["DeviceMemory['terms']"], [...DeviceParts, ...DeviceStage], parts],
    [fit, interfaces.Fit, Fit, none],
    [fit.properties.devices.items, interfaces["Fit['devices'][number]"], DeviceFit, none],
  ];
  for (const [place, keys, rows, comments] of compared) {
    for (const key of keys.filter((name) => !(name in place.properties))) {
      const row = rows.find((one) => one.key === key);
      if (!row) throw new Error(`docs/plan.schema.json lacks ${key}, of which no table says what it is`);
      place.properties[key] = { ...descriptionOf(comments, key), ...propertyOf(row, lists, rows === Runtime) };
      place.required.push(key);
    }
    for (const key of Object.keys(place.properties).filter((name) => !keys.includes(name))) {
      delete place.properties[key];
      place.required = place.required.filter((name) => name !== key);
    }
  }
  const { cacheType, verdict } = schema.definitions;
  const enums = [
    [runtime.properties.backend, lists.backend],
    [hardware.properties.backend, lists.backend],
    [hardware.properties.kind, lists.memoryKind],
    [cacheType, lists.cacheType],
    [verdict, lists.verdict],
    [device.properties.terms.properties.stage, lists.stage],
  ];
  for (const [property, names] of enums) if (property.enum) property.enum = names;
  return `${formatted(schema)}\n`;
}
