// @ts-check
// wasm-calculator/readers: models from files, and measurements of them.
export { measurementsOf, parseBenchmarks } from '../readers/benchmarks.js';
export { readGguf } from '../readers/gguf-file.js';
export { HUGGING_FACE_TYPES as huggingFaceTypes, modelFromHuggingFaceConfig } from '../readers/huggingface.js';
export { readProjector } from '../readers/projector.js';
export { readHuggingFace } from '../readers/safetensors.js';
