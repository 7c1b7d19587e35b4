// @ts-check
// wasm-calculator/readers: models from files, and measurements of them.
export { measurementsOf, parseBenchmarks } from './benchmarks.js';
export { readGguf } from './gguf-file.js';
export { HUGGING_FACE_TYPES as huggingFaceTypes, modelFromHuggingFaceConfig } from './huggingface.js';
export { readHuggingFace } from './safetensors.js';
