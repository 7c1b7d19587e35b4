// @ts-check
// wasm-calculator/readers: models from files.
export { readGguf } from './gguf-file.js';
export { HUGGING_FACE_TYPES as huggingFaceTypes, modelFromHuggingFaceConfig } from './huggingface.js';
export { readHuggingFace } from './safetensors.js';
