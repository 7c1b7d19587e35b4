import { backend, calculatePerformance } from '/dist/wasmCalculator.js';

postMessage({ backend, tps: calculatePerformance(1008, 40) });
