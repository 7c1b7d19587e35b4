// How fast a plan will be: tokens/s over layers on the GPU, with the band of what such machines measure.
import wasmCalculator from 'wasm-calculator';
import { devices, gpuOf } from 'wasm-calculator/catalog';
import { newChart, rate } from './chart.js';

const { estimateSpeed, fits } = wasmCalculator;

const GIB = 2 ** 30;
const OUTPUT_LENGTH = 128;
const quantiles = ['p10', 'p50', 'p90'];
const limits = {
  memory: 'memory bandwidth',
  compute: 'arithmetic',
  cache: 'reading the cache',
  launch: 'launching kernels',
  link: 'the link between host and GPU',
  host: 'the host, which has the other layers',
};
const evidences = {
  device: 'measurements of this device',
  family: 'measurements of its family',
  backend: 'measurements of its back end',
  none: 'its data sheet alone',
};

const at = (id) => document.getElementById(id);
const band = ({ p10, p50, p90 }, format) => `${format(p50)} (${format(p10)} to ${format(p90)})`;

/** llama.cpp does not run on accelerators; of some devices the bandwidth is unknown. */
const known = new Map(
  devices
    .filter(({ kind, memoryKind, bandwidth }) => kind !== 'accelerator' && memoryKind !== null && bandwidth !== null)
    .map((device) => [device.name, device]),
);

/** Fills a selection. */
export function offerDevices(select, chosen) {
  const vendors = Map.groupBy(known.values(), ({ vendor }) => vendor);
  for (const [label, ofVendor] of vendors) {
    const group = Object.assign(document.createElement('optgroup'), { label });
    group.append(...ofVendor.map(({ name }) => new Option(name)));
    select.append(group);
  }
  select.value = chosen;
}

/** What a plan depends on of the device. */
export function runtimeOf(deviceName) {
  const { backend, multiprocessors } = known.get(deviceName);
  return { backend, multiprocessors: multiprocessors ?? 0 };
}

/** Memory that a program can have of a device, and what it is sold with; bytes. */
export function memoryOf(deviceName) {
  const { memory, memorySold } = known.get(deviceName);
  return { memory, memorySold };
}

/** The catalogue's device in the machine of the first form; one pool of memory has no second bandwidth. */
function machineOf(deviceName) {
  const device = known.get(deviceName);
  const { memoryKind: kind } = device;
  const { systemRAMGB, ramBW, coreCount } = at('inputs').elements;
  const number = (field) => Number(field.value || Number.NaN);
  const { memory, ...gpu } = gpuOf(device);
  const threads = number(coreCount);
  const hostMemory = number(systemRAMGB) * GIB;
  if (kind !== 'separate') return { kind, hostMemory: memory ?? hostMemory, gpus: [gpu], host: { threads } };
  return { kind, hostMemory, gpus: [{ ...gpu, memory }], host: { threads, bandwidth: number(ramBW) * 1e9 } };
}

let chart;

function drawCurve(curve, chosen) {
  const layers = curve.map((_, gpuLayers) => gpuLayers);
  const of = (quantile) => curve.map(({ decode }) => decode[quantile]);
  const mark = curve.map(({ decode }, gpuLayers) => (gpuLayers === chosen ? decode.p50 : null));
  const data = [layers, ...quantiles.map(of), mark];
  if (chart) {
    chart.setData(data);
    return;
  }
  const value = (_, shown) => rate(shown);
  const edge = { value, points: { show: false } };
  chart = newChart(
    at('curve-chart'),
    data,
    ['layers on the GPU', 'tokens per second'],
    [
      { ...edge, label: 'p10' },
      { ...edge, label: 'p50', stroke: '#3b82f6', width: 2 },
      { ...edge, label: 'p90' },
      { value, label: 'chosen', stroke: '#ef4444', points: { show: true, size: 11, fill: '#ef4444' } },
    ],
    [{ series: [3, 1], fill: 'rgb(59 130 246 / 0.25)' }],
  );
}

/** The same numbers for those who see no canvas. */
function fillTable(curve, chosen) {
  const rows = curve.map(({ decode }, gpuLayers) => {
    const row = document.createElement('tr');
    for (const text of [gpuLayers, ...quantiles.map((quantile) => rate(decode[quantile]))]) {
      row.insertCell().textContent = text;
    }
    if (gpuLayers === chosen) row.setAttribute('aria-current', 'true');
    return row;
  });
  at('curve-points').replaceChildren(...rows);
}

function showFit({ verdict, devices: rooms }) {
  const lacking = (key, words) =>
    rooms
      .filter((room) => room[key] > 0)
      .map((room) => `${room.name} lacks ${(room[key] / GIB).toFixed(2)} GiB${words}`)
      .join(', ');
  at('curve-fit').textContent = {
    fits: 'fits',
    tight: `tight: ${lacking('shortOfMargin', ' of its margin')}`,
    doesNotFit: lacking('shortBy', ''),
  }[verdict];
  at('curve-fit').className = verdict === 'doesNotFit' ? 'out' : verdict;
}

function show(model, runtime, plan, deviceName) {
  const machine = machineOf(deviceName);
  const workload = { promptLength: runtime.contextLength - OUTPUT_LENGTH, outputLength: OUTPUT_LENGTH };
  const curve = Array.from({ length: model.layerCount + 2 }, (_, gpuLayers) =>
    estimateSpeed(model, { ...runtime, gpuLayers }, machine, workload),
  );
  const { gpuLayers } = runtime;
  const { decode, timeToFirstToken, decodeLimit, evidence } = curve[gpuLayers];
  const speed = band(decode, rate);
  at('curve-decode').textContent = `${speed} tokens/s`;
  at('curve-first').textContent = `${band(timeToFirstToken, (value) => Number(value.toPrecision(3)))} s`;
  at('curve-limit').textContent = limits[decodeLimit];
  at('curve-evidence').textContent = evidences[evidence];
  showFit(fits(plan, machine));
  drawCurve(curve, gpuLayers);
  fillTable(curve, gpuLayers);
  const all = curve.length - 1;
  at('curve-chart').setAttribute(
    'aria-label',
    `Tokens per second: ${rate(curve[0].decode.p50)} with no layer on the GPU, ${rate(curve[all].decode.p50)} with all ${all}; chosen: ${gpuLayers}, ${speed}`,
  );
}

/** The speed of `plan`, which is of `model` and `runtime`. */
export function showSpeed(model, runtime, plan, deviceName) {
  let message = '';
  try {
    show(model, runtime, plan, deviceName);
  } catch (error) {
    message = error.message;
  }
  at('curve-error').textContent = message;
  at('curve-body').classList.toggle('unknown', message !== '');
}
