// @ts-check
// Written by scripts/make-layout.mjs from include/llmcalc/readers/gguf/architectures.hpp, never by hand.

/**
 * What an architecture's layers have beside a pair of norms, attention and a gated feed-forward network, and what no
 * key of its files tells.
 *
 * @typedef {object} Traits
 * @property {string} [like] the architecture whose plan it has, if not its own
 * @property {number} [norms] vectors of the hidden size per layer
 * @property {boolean} [normBiases] norms are LayerNorm with a bias
 * @property {boolean} [qkvBias]
 * @property {boolean} [outputBias] of the attention's output
 * @property {'none' | 'head' | 'full'} [qkNorm]
 * @property {number} [qkNormLayers] norms over queries and keys only from so many layers on; no key tells
 * @property {boolean} [fusedQKV]
 * @property {'none' | 'gated' | 'fusedGated' | 'plain'} [feedForward]
 * @property {boolean} [feedForwardBias]
 * @property {boolean} [sinks]
 * @property {boolean} [slidingSinks] sinks in layers that slide
 * @property {boolean} [tied] where neither tensors nor an option tell
 * @property {number} [window] the pattern's period: every n-th layer is full, the others slide
 * @property {boolean} [ignoresWindow] the loader reads no window though the file may have one
 * @property {number} [chunk] attention in chunks of so many tokens, of which no key tells
 * @property {number} [windowLayers] the number of layers of the one size that has a window, whether its file says so or not
 * @property {boolean} [expertBiases] the expert matrices have biases
 * @property {boolean} [routerBias] the router has a bias, whatever its gating function
 * @property {boolean} [headBias]
 * @property {boolean} [seventyB] counts as "70B" with 80 layers
 * @property {boolean} [parallelAtOneHead] with one key/value head: one norm, and a tied head
 * @property {boolean} [qkvBiasAtTwoHeads] biases with two key/value heads; no key tells
 * @property {boolean} [headGate] a gate of every head
 * @property {boolean} [indexSharing] above a million tokens, layers share the index of one before them
 * @property {boolean} [valueFromKey] full layers take values from keys where their key/value heads are listed
 * @property {'attention' | 'optional' | 'recurrence' | 'beside' | 'elsewhere' | 'oneOfThree' | 'interval'} [mixing]
 * @property {'none' | 'mamba1' | 'mamba2' | 'gatedDeltaNet' | 'shortConvolution'} [recurrence]
 * @property {boolean} [plainRecurrence] Mamba 2 has no norm of its channels
 * @property {boolean} [timeStepNorms] Mamba has norms of what its time steps are made of
 * @property {number} [expertPeriod] every n-th layer has experts, where no key says it
 * @property {boolean} [expertsShareLength] the experts used are as long together as the feed-forward network
 * @property {boolean} [sharedExpertAsLong] the shared expert is as long as the feed-forward network
 * @property {boolean} [oneSharedExpert] there is one shared expert, whatever is counted
 * @property {boolean} [sharedExpertGate]
 * @property {boolean} [densePrediction] prediction blocks have no experts
 * @property {number} [predictionNorms] of the embedding and of the hidden vector, and mostly one before the head
 * @property {boolean} [denseBesideExperts] a dense network beside fused experts, with norms and scales of their own
 * @property {boolean} [layerScale] every layer has a scale
 * @property {boolean} [ropeFrequencies] a vector of frequencies for the full layers
 * @property {boolean} [altUp] streams of AltUp, and Laurel
 */

// A name and its traits a line, which is half as long as an object.
const ROWS = `
llama ignoresWindow seventyB
mistral3 ignoresWindow
qwen2 qkvBias ignoresWindow seventyB
qwen2vl qkvBias ignoresWindow
qwen2moe qkvBias ignoresWindow expertsShareLength sharedExpertAsLong sharedExpertGate
qwen3 qkNorm=head ignoresWindow
qwen3vl qkNorm=head ignoresWindow
qwen3moe qkNorm=head ignoresWindow
qwen3vlmoe qkNorm=head ignoresWindow
qwen3next qkNorm=head mixing=interval recurrence=gatedDeltaNet sharedExpertGate
qwen35 qkNorm=head mixing=interval recurrence=gatedDeltaNet sharedExpertGate
qwen35moe qkNorm=head mixing=interval recurrence=gatedDeltaNet sharedExpertGate
gemma tied
gemma2 norms=4 tied window=2
gemma3 norms=4 qkNorm=head tied window=6
gemma3n norms=4 qkNorm=head tied altUp
gemma4 norms=4 qkNorm=head tied valueFromKey denseBesideExperts layerScale ropeFrequencies
phi3 fusedQKV feedForward=fusedGated ignoresWindow
phimoe normBiases qkvBias outputBias ignoresWindow headBias
deepseek2
mistral4 like=deepseek2
deepseek32
glm-dsa indexSharing
gpt-oss qkvBias outputBias sinks window=2 expertBiases
glm4 norms=4 feedForward=fusedGated qkvBiasAtTwoHeads
glm4moe qkvBias qkNorm=head qkNormLayers=91
granite
granitemoe
granitehybrid mixing=elsewhere recurrence=mamba2
mamba mixing=recurrence recurrence=mamba1
mamba2 mixing=recurrence recurrence=mamba2
falcon-h1 mixing=beside recurrence=mamba2 plainRecurrence
jamba mixing=elsewhere recurrence=mamba1 timeStepNorms expertPeriod=2
nemotron_h feedForward=plain mixing=oneOfThree recurrence=mamba2
nemotron_h_moe feedForward=plain routerBias mixing=oneOfThree recurrence=mamba2
lfm2 qkNorm=head tied mixing=elsewhere recurrence=shortConvolution
lfm2moe qkNorm=head tied mixing=elsewhere recurrence=shortConvolution
command-r norms=1 qkNorm=full qkNormLayers=64 tied
cohere2 norms=1 tied window=4
starcoder2 normBiases qkvBias outputBias feedForward=plain feedForwardBias tied ignoresWindow
minimax-m2 qkNorm=full
olmo norms=0 seventyB
olmo2 qkNorm=full window=4
olmoe qkNorm=full
smollm3 tied
llama4 window=4 chunk=8192 oneSharedExpert
seed_oss qkvBias
exaone
exaone4 qkNorm=head window=4 windowLayers=64
ernie4_5
ernie4_5-moe routerBias
hunyuan-dense qkNorm=head
hunyuan-moe qkNorm=head sharedExpertAsLong
dots1 qkNorm=head routerBias
internlm2
arcee feedForward=plain
stablelm normBiases
falcon normBiases fusedQKV feedForward=plain parallelAtOneHead
deci seventyB mixing=optional
chatglm qkvBias fusedQKV feedForward=fusedGated
mimo2 slidingSinks densePrediction predictionNorms=2
step35 qkNorm=head headGate densePrediction
minimax-m3 qkNorm=head
phi2 norms=1 normBiases qkvBias outputBias feedForward=plain feedForwardBias headBias`;

/** @param {string} row @returns {[string, Traits]} */
function parsed(row) {
  const [name, ...words] = row.split(' ');
  const traits = words.map((word) => {
    const [trait, value] = word.split('=');
    return [trait, value === undefined || (Number(value) >= 0 ? Number(value) : value)];
  });
  return [name, Object.fromEntries(traits)];
}

/** By general.architecture. @type {Record<string, Traits>} */
export const ARCHITECTURES = /* @__PURE__ */ Object.fromEntries(ROWS.trim().split('\n').map(parsed));
