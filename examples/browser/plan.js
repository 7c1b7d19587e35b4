// The exact plan of a real model: one stacked bar per device, which follows the sliders, and its speed.
import wasmCalculator from 'wasm-calculator';
import { models } from './models.js';
import { memoryOf, offerDevices, runtimeOf, showSpeed } from './speed.js';

const { planMemory, modelFromGgufMetadata } = wasmCalculator;

const GIB = 2 ** 30;
const terms = {
  weights: 'weights',
  kvCache: 'KV cache',
  recurrentState: 'recurrent state',
  computeBuffer: 'compute buffer',
  outputBuffer: 'output buffer',
  overhead: 'back end',
};

const at = (id) => document.getElementById(id);
const form = at('plan-inputs');
const gib = (bytes) => `${(bytes / GIB).toFixed(2)} GiB`;

function element(name, className, text = '') {
  const created = document.createElement(name);
  created.className = className;
  created.textContent = text;
  return created;
}

/** A bar of `device`, `largest` bytes being the whole width. */
function bar(device, largest) {
  const row = element('div', 'bar-row');
  const track = element('div', 'bar');
  for (const [term, label] of Object.entries(terms)) {
    if (device[term] === 0) continue;
    const part = element('span', term);
    part.style.width = `${(100 * device[term]) / largest}%`;
    part.title = `${label}: ${gib(device[term])}`;
    track.append(part);
  }
  row.append(element('span', 'device', device.name), track, element('span', 'total', gib(device.total)));
  return row;
}

/** @param {Event} [event] */
function update(event) {
  const { model: name, device, fileType, cacheType, gpuLayers, context } = form.elements;
  const { metadata, tiedEmbeddings } = models[name.value];
  const model = modelFromGgufMetadata(metadata, { tiedEmbeddings });
  // The slider counts powers of two; the head is one layer more.
  const contextLength = Math.min(Math.round(2 ** Number(context.value)), model.contextLength);
  gpuLayers.max = model.layerCount + 1;
  if (event?.target === form.elements.model) gpuLayers.value = gpuLayers.max;
  const runtime = {
    ...runtimeOf(device.value),
    fileType: fileType.value,
    cacheTypeK: cacheType.value,
    cacheTypeV: cacheType.value,
    contextLength,
    gpuLayers: Number(gpuLayers.value),
  };
  const plan = planMemory(model, runtime);
  const cells = plan.cells.sliding > 0 ? `, ${plan.cells.sliding} in sliding layers` : '';
  at('plan-text').textContent =
    `${contextLength} tokens: ${plan.cells.full} cells${cells}; ${plan.devices[0].layers} of ${model.layerCount} layers on the GPU`;
  const { memory, memorySold } = memoryOf(device.value);
  at('plan-memory').textContent =
    memory === null ? '' : `${device.value}: ${gib(memory)} can be used, of ${gib(memorySold)} as sold`;
  const largest = Math.max(...plan.devices.map(({ total }) => total));
  at('bars').replaceChildren(...plan.devices.map((part) => bar(part, largest)));
  showSpeed(model, runtime, plan, device.value);
}

/** Fills the selections and keeps the bars up to date. */
export function showPlan() {
  form.elements.model.append(...Object.keys(models).map((name) => new Option(name)));
  at('legend').append(...Object.entries(terms).map(([term, label]) => element('li', term, label)));
  offerDevices(form.elements.device, 'GeForce RTX 4090');
  form.addEventListener('input', update);
  // The host is described there.
  at('inputs').addEventListener('input', update);
  update();
}
