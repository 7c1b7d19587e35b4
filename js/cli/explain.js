// @ts-check
// Where every number of a plan comes from, term by term. docs/memory.md has the whole of it.
import { SCHEMA } from './answer.js';
import { gib, nameText, said, table, wrapped } from './layout.js';

/** @type {Record<string, [formula: string, source: string]>} */
const TERMS = {
  weights: [
    'sum over the tensors placed here of rows x blocks per row x bytes per block, each in the type that llama-quantize picks',
    'ggml-org/llama.cpp src/llama-quant.cpp; 1,690 files of tests/golden/weights.tsv',
  ],
  kvCache: [
    'layers x cells x (kvHeadCount x keyLength x bytes of cacheTypeK + kvHeadCount x valueLength x bytes of cacheTypeV); sliding layers have the cells of their window',
    'ggml-org/llama.cpp src/llama-kv-cache.cpp, src/llama-kv-cache-iswa.cpp; tests/golden/memory.tsv',
  ],
  recurrentState: [
    'layers x sequences x 4 bytes x ((convolutionLength - 1) x channels + stateLength x innerLength)',
    'ggml-org/llama.cpp src/llama-memory-recurrent.cpp; tests/golden/memory.tsv',
  ],
  computeBuffer: [
    'inputs of a micro-batch + the largest stage of the graph (attention, feed-forward, experts, recurrence, logits or a copy of weights)',
    'residuals over tests/golden/memory.tsv: include/llmcalc/engines/llama_cpp/graphs/stages.hpp',
  ],
  outputBuffer: ['sequences x vocabularySize x 4 bytes', 'ggml-org/llama.cpp src/llama-context.cpp'],
  draft: [
    'the context of the prediction blocks: their cache, inputs of two hidden vectors and the largest stage of one block; of a draft model its whole plan',
    'plans of llama-server b11669: tests/core/engines/llama_cpp/buffers/prediction_test.cpp',
  ],
  projector: [
    'bytes of its tensors + patches of an image x floats of the largest stage x 4',
    'what llama-server b11669 estimates before it loads one: include/llmcalc/readers/gguf/projector.hpp',
  ],
  promptCache: [
    'cacheRam MiB + sequences x contextCheckpoints x (states of one sequence + the window of its sliding layers)',
    'llama-server --help (--cache-ram, --ctx-checkpoints); an upper bound, not recorded: include/llmcalc/engines/llama_cpp/checkpoints.hpp',
  ],
  overhead: [
    'CUDA: 48 MiB + 2.5 KiB x threads at once (multiprocessors x 1,536 or 2,048; unknown: the largest card of such memory); ROCm: 1,380 MiB, without flash attention 2,320; Vulkan: 256 MiB; SYCL: 2,400 MiB; estimates on the high side',
    'docs/memory.md: ggml-org/llama.cpp#15860, #27953, #23604, #20858, #28860, #23203',
  ],
};

const SPEED = [
  'tokens/s (ceiling)',
  '1 / sum over devices of (bytes of weights read per token / bandwidth)',
  'calculatePerformance and calculateOffloadBandwidth: docs/formulas.md',
];

/** @param {ReturnType<typeof import('./answer.js').planAnswer>} answer */
export function explanation({ model, runtime, memory, speed }) {
  return {
    schema: SCHEMA,
    model,
    runtime,
    cells: memory.cells,
    terms: memory.devices.flatMap((device) =>
      Object.entries(TERMS).map(([term, [formula, source]]) => ({
        device: device.name,
        term,
        bytes: /** @type {any} */ (device)[term],
        formula,
        source,
      })),
    ),
    stages: memory.devices.map(({ name, terms }) => ({ device: name, ...terms })),
    speed: { ...speed, formula: SPEED[1], source: SPEED[2] },
  };
}

/** @param {ReturnType<typeof explanation>} explained @param {import('./layout.js').Screen} screen */
export function printExplanation(explained, screen) {
  const { model, runtime, cells, terms, stages, speed } = explained;
  const { colors, width } = screen;
  const paragraph = (/** @type {string} */ text, color = (/** @type {string} */ line) => line) =>
    wrapped(`  ${text}`, width, '    ').map(color);
  const sliding = cells.sliding ? `, ${cells.sliding} in sliding layers` : '';
  const lines = [
    ...said(
      nameText(model.name),
      `  ${runtime.fileType}, ${runtime.contextLength} tokens, build b${runtime.build} of llama.cpp`,
      screen,
      colors.bold,
      '  ',
    ),
    ...wrapped(
      `cells (places for the keys and values of one token): ${cells.streams} x ${cells.full}${sliding}`,
      width,
      '  ',
    ),
  ];
  for (const [term, [formula, source]] of Object.entries(TERMS)) {
    const rows = terms.filter((row) => row.term === term && row.bytes > 0);
    if (rows.length === 0) continue;
    lines.push('', colors.bold(term), ...paragraph(`= ${formula}`), ...paragraph(source, colors.dim));
    for (const { device, bytes } of rows) lines.push(...paragraph(`${device}: ${bytes} bytes (${gib(bytes)})`));
  }
  lines.push(
    '',
    colors.bold('of which'),
    table(
      ['', 'token embedding', 'head', 'experts', 'sliding cache', 'inputs', 'largest stage', ''],
      stages.map((s) => [
        s.device,
        ...[s.tokenEmbedding, s.outputHead, s.experts, s.slidingCache, s.inputs, s.largestStage].map(gib),
        s.stage,
      ]),
      screen,
    ),
  );
  if (speed.tokensPerSecond !== null) {
    lines.push(
      '',
      colors.bold(SPEED[0]),
      ...paragraph(`= ${speed.formula}`),
      ...paragraph(speed.source, colors.dim),
      `  ${speed.tokensPerSecond.toFixed(1)}`,
    );
  }
  return lines.join('\n');
}
