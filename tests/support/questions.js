// Command lines of `plan` that both tools answer, of every kind that a user may ask: what they print is compared.

const MODELS = ['llama 3.1 8b', 'llama 3.3 70b', 'qwen3.5 9b', 'gpt-oss-120b', 'deepseek v3', 'granite 4.0 h small'];
const MACHINES = [
  ['--device', '4090', '--ram', '64', '--ram-bandwidth', '89.6'],
  ['--device', '3060 12gb', '--ram', '32', '--ram-bandwidth', '51.2'],
  ['--device', 'm4 max 40', '--ram', '64'],
  ['--device', 'dgx spark'],
  ['--device', 'epyc 9654', '--ram', '384'],
  ['--device', '4090', '--device', '3060 12gb', '--ram', '96'],
];

const ASKED = [
  ['gemma 2 9b', '--device', '3090', '--ram', '64'],
  ['gpt-oss-120b', '--device', '4090', '--ram', '48'],
];
/** What else can be said, of a model that fits and of one that does not. */
const OPTIONS = [
  [],
  ['--context', '4096', '--parallel', '2'],
  ['--context', 'max'],
  ['--context', '200000'],
  ['--context', '300', '--no-server'],
  ['--kv', 'q8_0'],
  ['--kv-k', 'q8_0', '--kv-v', 'q5_1'],
  ['--quant', 'q8_0', '--imatrix'],
  ['--quant', 'bf16'],
  ['--quant', 'f32'],
  ['--quant', 'iq2_xs'],
  ['--quant', 'mxfp4'],
  ['--no-server'],
  ['--no-flash-attention', '--swa-full', '--no-kv-offload'],
  ['--batch', '1024', '--ubatch', '256', '--build', '9000'],
  ['--gpu-layers', '7', '--backend', 'vulkan'],
  ['--gpu-layers', '0'],
  ['--gpu-layers', 'auto'],
  ['--fit'],
  ['--cpu-moe', '3'],
  ['--override-tensor', 'exps=CPU'],
  ['--curve'],
  ['--reserve', '2.5', '--margin', '0'],
  ['--margin', '6'],
  ['--ram-reserve', '8', '--threads', '16'],
  ['--vram-usable', '10.5'],
  ['--vram', '20'],
  ['--bandwidth', '600'],
  ['--gpus', '2'],
  ['--gpus', '5', '--curve'],
  ['--gpus', '2', '--tensor-split', '3,1'],
  ['--gpus', '2', '--split-mode', 'none', '--main-gpu', '1'],
  ['--gpus', '2', '--main-gpu', '1'],
  ['--prompt', '0'],
  ['--prompt', '2048', '--output', '256', '--depth', '1024'],
  ['--concurrency', '8'],
  ['--draft', '4'],
  ['--draft', '4,0.7'],
  ['--draft', '4,0.7,0.05', '--concurrency', '2'],
  ['--engine', 'vllm'],
  ['--engine', 'vllm', '--gpu-layers', '3'],
  ['--backend', 'cpu'],
];

/** What is described by its numbers, or not at all. */
const DESCRIBED = [
  ['llama 3.1 8b', '--no-detect'],
  ['llama 3.1 8b', '--no-detect', '--gpus', '2'],
  ['llama 3.1 8b', '--vram', '8'],
  ['llama 3.1 8b', '--vram', '24', '--bandwidth', '800'],
  ['llama 3.3 70b', '--vram', '24,16', '--bandwidth', '800,500', '--ram', '64'],
  ['llama 3.3 70b', '--vram', '24'],
  ['llama 3.3 70b', '--vram-usable', '23.5', '--ram', '16'],
  ['phi-2', '--gpus', '0', '--ram', '32'],
  ['phi-2', '--gpus', '0', '--no-detect'],
  ['phi-2', '--device', 'cpu', '--ram', '4'],
  ['phi-2', '--device', 'cpu', '--ram', '2'],
  ['phi-2', '--device', 'b580'],
  ['phi-2', '--device', '7900 xtx', '--device', '4090'],
  ['qwen3.5 9b', '--device', 'b580', '--gpus', '2', '--ram', '32'],
  ['qwen3 32b', '--device', '3060 12gb', '--ram', '8'],
  ['llama 3.1 8b', '--device', '3060 12gb', '--ram', '8', '--context', '131072'],
  ['llama 3.1 405b', '--device', '4090', '--ram', '64'],
  ['kimi k2', '--device', 'm4 max 40', '--ram', '64'],
  ['unsloth/Qwen3-8B-GGUF:Q4_K_M', '--device', '4090'],
];

/** What neither tool answers. */
export const REFUSED = [
  ['nonesuch', '--device', '4090'],
  ['llama 3', '--device', '4090'],
  ['kimi k3', '--device', '4090'],
  ['phi-2', '--device', 'm4 max'],
  ['phi-2', '--device', 'm4 max 40'],
  ['phi-2', '--device', 'rtx 4095'],
  ['phi-2', '--device', 'tpu v4'],
  ['phi-2', '--device', 'cpu', '--device', '4090'],
  ['phi-2', '--device', 'cpu', '--vram', '8'],
  ['phi-2', '--device', 'dgx spark', '--device', '4090'],
  ['phi-2', '--device', 'epyc 9654', '--device', 'epyc 9654'],
  ['phi-2', '--device', 'epyc 9654', '--gpus', '2'],
  ['phi-2', '--device', '4090', '--device', '3060 12gb', '--gpus', '3'],
  ['phi-2', '--device', '4090', '--kv', 'q8_0', '--no-flash-attention'],
  ['phi-2', '--device', '4090', '--context', '64', '--prompt', '100'],
  ['phi-2', '--device', '4090', '--parallel', '4', '--prompt', '3000', '--no-kv-unified'],
  ['phi-2', '--vram', '8,8', '--bandwidth', '1,2,3'],
  ['phi-2', '--vram', '8,8', '--tensor-split', '1,2,3'],
  ['phi-2', '--device', '4090', '--main-gpu', '1'],
  ['phi-2', '--device', '4090', '--quant', 'q7_x'],
  ['phi-2', '--device', '4090', '--override-tensor', 'exps'],
  ['phi-2', '--device', '4090', '--context', 'many'],
  ['phi-2', '--device', '4090', '--nonesuch'],
  ['phi-2', '--device', '4090', '--draft', '0'],
  ['llama 3.1 405b', '--device', '4090', '--gpu-layers', '0'],
  ['phi-2', '--gpus', '17', '--vram', '8'],
];

/** Every kind of question that is answered. */
export const QUESTIONS = [
  ...MODELS.flatMap((model) => MACHINES.map((machine) => [model, ...machine])),
  ...OPTIONS.map((more, i) => [...ASKED[i % ASKED.length], ...more]),
  ...DESCRIBED,
];

/** Columns that a screen may have. */
export const WIDTHS = [100, 72, 50];
