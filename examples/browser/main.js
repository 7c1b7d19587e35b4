// The whole page: reads the form, asks wasmCalculator, shows the answers.
import wasmCalculator from 'wasm-calculator';
import { newChart, rate } from './chart.js';
import { showPlan } from './plan.js';

const {
  calculateVRAM,
  calculatePerformance,
  batchCalculatePerformanceColumns,
  calculateOffloadBandwidth,
  isOutOfMemory,
  getCPUFactor,
} = wasmCalculator;

const form = document.querySelector('#inputs');
const at = (id) => document.getElementById(id);

/** The form's fields by name; an empty number is NaN, which the calculator refuses by name. */
function readForm() {
  return Object.fromEntries(
    [...form.elements]
      .filter(({ name }) => name && name !== 'preset')
      .map((field) => [field.name, field.type === 'checkbox' ? field.checked : Number(field.value || Number.NaN)]),
  );
}

function estimate(input) {
  const { paramCount, bitsPerWeight, contextLength, batchSize, vramGB, systemRAMGB, gpuBW, ramBW, totalLayers } = input;
  const needed = calculateVRAM(paramCount, bitsPerWeight, contextLength, batchSize);
  const weights = (paramCount * bitsPerWeight) / 8;
  const factor = getCPUFactor(input.generation, input.coreCount, input.isHighEnd);

  if (!isOutOfMemory(needed, vramGB)) {
    const speed = calculatePerformance(gpuBW, weights);
    return { needed, weights, factor, speed, verdict: 'fits', text: 'Fits on the GPU' };
  }
  if (isOutOfMemory(needed, vramGB, systemRAMGB, input.allowOffload)) {
    return { needed, weights, factor, verdict: 'out', text: 'Out of memory' };
  }
  // Cache and buffers stay on the GPU; as many layers as the rest of its memory holds go there too.
  const room = Math.max(0, vramGB - (needed - weights));
  const gpuLayers = Math.min(totalLayers, Math.floor((room / weights) * totalLayers));
  const bandwidth = calculateOffloadBandwidth(gpuBW, ramBW * factor, gpuLayers, totalLayers);
  const speed = calculatePerformance(bandwidth, weights);
  const text = `Fits with offload: ${gpuLayers} of ${totalLayers} layers on the GPU`;
  return { needed, weights, factor, speed, verdict: 'offload', text };
}

let chart;

function drawChart({ gpuBW, paramCount }) {
  const { bits, tps } = batchCalculatePerformanceColumns(gpuBW, paramCount, 2, 16, 0.5);
  const line = { label: 'tokens/s', stroke: '#3b82f6', width: 2, value: (_, value) => rate(value) };
  if (chart) chart.setData([bits, tps]);
  else chart = newChart(at('chart'), [bits, tps], ['bits per weight', 'tokens per second'], [line]);
}

function show({ needed, weights, factor, speed, verdict, text }) {
  const rest = needed - weights;
  at('memory').textContent = `${needed.toFixed(1)} GB (${weights.toFixed(1)} weights + ${rest.toFixed(1)} context)`;
  at('verdict').textContent = text;
  at('verdict').className = verdict;
  at('speed').textContent = speed === undefined ? '–' : `${speed.toFixed(1)} tokens/s`;
  at('cpu-factor').textContent = factor.toFixed(2);
}

function update() {
  const input = readForm();
  try {
    show(estimate(input));
    drawChart(input);
    at('error').textContent = '';
  } catch (error) {
    at('error').textContent = error.message;
    for (const id of ['memory', 'verdict', 'speed', 'cpu-factor']) at(id).textContent = '–';
    at('verdict').className = '';
  }
}

form.addEventListener('input', ({ target }) => {
  if (target.name === 'preset') {
    const [paramCount, bitsPerWeight, totalLayers] = target.value.split(' ');
    for (const [name, value] of Object.entries({ paramCount, bitsPerWeight, totalLayers })) {
      form.elements[name].value = value;
    }
  }
  update();
});

at('backend').textContent = wasmCalculator.backend;
at('backend').title = wasmCalculator.fallbackReason?.message ?? '';
update();
showPlan();
