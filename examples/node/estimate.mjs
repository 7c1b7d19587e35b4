// Prints estimates for real models on real machines, with whichever build of wasmCalculator this Node runs:
//
//   node examples/node/estimate.mjs
import wasmCalculator from 'wasm-calculator';

const { calculateVRAM, calculatePerformance, calculateOffloadBandwidth, isOutOfMemory, getCPUFactor } = wasmCalculator;

// Bits per weight of the Q4_K_M files that llama-quantize makes: 4,685.30 MiB, 42.51 GB and 243.06 GB.
const models = [
  { name: 'Llama 3.1 8B', paramCount: 8.03, bitsPerWeight: (4685.3 * 1024 ** 2 * 8) / 8.03e9, layers: 32 },
  { name: 'Llama 3.1 70B', paramCount: 70.6, bitsPerWeight: (42.51 * 8) / 70.6, layers: 80 },
  { name: 'Llama 3.1 405B', paramCount: 405.9, bitsPerWeight: (243.06 * 8) / 405.9, layers: 126 },
];

const ryzen = { generation: 5, cores: 16, highEnd: true };
const machines = [
  { name: 'RTX 4090 + dual-channel DDR5-6000', bandwidth: 1008, memory: 24, ramBandwidth: 96, ram: 64, cpu: ryzen },
  { name: 'Apple M4 Max (40-core GPU, 64 GB)', bandwidth: 546, memory: 51.8 * 1.073741824 },
  { name: 'Ryzen 9 9950X, dual-channel DDR5-6000', bandwidth: 96, memory: 64, cpu: ryzen, cpuOnly: true },
];

// A demonstration of the wrong build would prove nothing.
if (process.argv.includes('--require-wasm') && wasmCalculator.backend !== 'wasm') throw wasmCalculator.fallbackReason;

const contextLength = 8192;
const round = (value, digits = 1) => value.toFixed(digits);

console.log(`wasmCalculator runs as ${wasmCalculator.backend}; Q4_K_M, ${contextLength} tokens of context\n`);
for (const machine of machines) {
  const factor = machine.cpu && getCPUFactor(machine.cpu.generation, machine.cpu.cores, machine.cpu.highEnd);
  console.log(machine.name);
  if (factor) console.log(`  CPU factor: ${round(factor, 2)} of the memory bandwidth`);
  for (const { name, paramCount, bitsPerWeight, layers } of models) {
    const weights = (paramCount * bitsPerWeight) / 8;
    const needed = calculateVRAM(paramCount, bitsPerWeight, contextLength);
    const full = isOutOfMemory(needed, machine.memory);
    const shared = isOutOfMemory(needed, machine.memory, machine.ram ?? 0, true);
    const verdict = !full ? 'fits' : !shared ? 'out of memory without offload, fits with it' : 'out of memory';
    console.log(`  ${name}: needs ${round(needed)} GB of ${round(machine.memory)} GB, ${verdict}`);
    if (!full) {
      const speed = calculatePerformance(machine.bandwidth, weights, machine.cpuOnly ? factor : 1);
      console.log(`    at most ${round(speed)} tokens/s`);
    } else if (!shared) {
      // What is not weights stays on the GPU; as many layers as the rest of its memory holds go there too.
      const room = machine.memory - (needed - weights);
      const gpuLayers = Math.floor((room / weights) * layers);
      const bandwidth = calculateOffloadBandwidth(machine.bandwidth, machine.ramBandwidth * factor, gpuLayers, layers);
      const speed = calculatePerformance(bandwidth, weights);
      console.log(
        `    ${gpuLayers} of ${layers} layers on the GPU: ${round(bandwidth)} GB/s, at most ${round(speed)} tokens/s`,
      );
    }
  }
}
