// @ts-check
// Written by scripts/make-layout.mjs from include/llmcalc/ggml/types.hpp, never by hand.

const NAMES =
  'F32 F16 Q4_0 Q4_1 - - - Q8_0 Q5_0 Q5_1 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K IQ2_XXS IQ2_XS Q2_K_S IQ3_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ3_M IQ2_S IQ2_M IQ4_XS IQ1_M BF16 - - - TQ1_0 TQ2_0 MXFP4_MOE NVFP4 Q1_0 Q2_0';

/** By the numbers of llama.cpp's enum llama_ftype, of which some are of no file. */
export const FILE_TYPE_NAMES = /** @type {(import('../types/all.d.ts').FileType | '-')[]} */ (NAMES.split(' '));

const OFFERED =
  'Q8_0 Q6_K Q5_K_M Q5_K_S Q4_K_M Q4_K_S IQ4_XS Q3_K_L Q3_K_M Q3_K_S IQ3_XS IQ3_XXS Q2_K IQ2_M IQ2_S IQ2_XS IQ2_XXS IQ1_M IQ1_S';

/** Types that llama-quantize makes of any model, from the largest: what to try where a larger one does not fit. */
export const OFFERED_TYPES = /* @__PURE__ */ OFFERED.split(' ');

/** To which a publisher quantises a model in training, so that nobody quantises it again. */
export const FINAL_TYPES = ['MXFP4_MOE', 'NVFP4'];

/** Of which llama-quantize makes files with an importance matrix alone. */
export const IMPORTANCE_TYPES = ['IQ2_M', 'IQ2_S', 'IQ2_XS', 'IQ2_XXS', 'IQ1_M', 'IQ1_S'];
