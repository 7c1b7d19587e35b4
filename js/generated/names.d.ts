// Written by scripts/make-layout.mjs from the lists of include/llmcalc, never by hand.
export interface Names {
  architecture:
    | 'common'
    | 'command-r'
    | 'cohere2'
    | 'deepseek2'
    | 'falcon-h1'
    | 'gemma3n'
    | 'gemma4'
    | 'granitehybrid'
    | 'llama4'
    | 'olmo2'
    | 'qwen35'
    | 'qwen35moe'
    | 'qwen3next';
  attention: 'none' | 'full' | 'sliding' | 'mla';
  recurrence: 'none' | 'mamba1' | 'mamba2' | 'gatedDeltaNet' | 'shortConvolution';
  feedForward: 'none' | 'gated' | 'fusedGated' | 'plain';
  fileType:
    | 'F32'
    | 'F16'
    | 'BF16'
    | 'Q8_0'
    | 'Q6_K'
    | 'Q5_K_M'
    | 'Q5_K_S'
    | 'Q5_0'
    | 'Q5_1'
    | 'Q4_K_M'
    | 'Q4_K_S'
    | 'Q4_0'
    | 'Q4_1'
    | 'Q3_K_L'
    | 'Q3_K_M'
    | 'Q3_K_S'
    | 'Q2_K'
    | 'Q2_K_S'
    | 'IQ4_XS'
    | 'IQ4_NL'
    | 'IQ3_M'
    | 'IQ3_S'
    | 'IQ3_XS'
    | 'IQ3_XXS'
    | 'IQ2_M'
    | 'IQ2_S'
    | 'IQ2_XS'
    | 'IQ2_XXS'
    | 'IQ1_M'
    | 'IQ1_S'
    | 'TQ2_0'
    | 'TQ1_0'
    | 'MXFP4_MOE'
    | 'NVFP4'
    | 'Q2_0'
    | 'Q1_0';
  cacheType: 'f32' | 'f16' | 'bf16' | 'q8_0' | 'q4_0' | 'q4_1' | 'iq4_nl' | 'q5_0' | 'q5_1';
  backend: 'cuda' | 'metal' | 'vulkan' | 'rocm' | 'cpu' | 'sycl';
  memoryKind: 'separate' | 'apple' | 'amd' | 'shared';
  stage: 'none' | 'logits' | 'feedForward' | 'experts' | 'attention' | 'latentAttention' | 'recurrence' | 'hostCopy';
  verdict: 'fits' | 'tight' | 'doesNotFit';
  sweepAxis:
    | 'contextLength'
    | 'fileType'
    | 'cacheType'
    | 'gpuLayers'
    | 'cpuMoeLayers'
    | 'sequences'
    | 'microBatchSize'
    | 'memory'
    | 'bandwidth'
    | 'promptLength'
    | 'cachedTokens'
    | 'concurrency';
  engine: 'llama.cpp' | 'vllm';
  speculation: 'none' | 'draft-simple' | 'draft-mtp';
  evidence: 'none' | 'backend' | 'family' | 'device' | 'calibrated';
  limit: 'memory' | 'compute' | 'cache' | 'launch' | 'link' | 'host';
  split: 'layer' | 'tensor';
  metric: 'decode' | 'prefill';
}
