// @ts-check
// wasm-calculator/readers: models from files, and measurements of them.
export { auditLog } from '../readers/audit-log.js';
export { measurementsOf, parseBenchmarks } from '../readers/benchmarks.js';
export { readGguf } from '../readers/gguf-file.js';
export { HUGGING_FACE_TYPES as huggingFaceTypes, modelFromHuggingFaceConfig } from '../readers/huggingface.js';
export { parseLoadLog } from '../readers/load-log.js';
export { readProjector } from '../readers/projector.js';
export { readHuggingFace } from '../readers/safetensors.js';
