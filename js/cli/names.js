// @ts-check
// What the name of a model says beside the model: names of repositories on Hugging Face, as llama.cpp and ollama take
// them, may have a file type.

/**
 * @typedef {object} SaidName
 * @property {string[]} queries what the catalogue may know it by, the best first
 * @property {string | null} quant the file type it names
 * @property {((quant: string) => string) | null} fileOf the address that a file of the repository has, by the custom of
 *   those who publish GGUF files; null for what is no repository
 * @property {string | null} config the address of the config.json, of a repository that has no GGUF files
 */

const HUB = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\/(?:models\/)?/i;
const REPOSITORY = /^([\w.-]+)\/([\w.-]+?)\/?(?::([\w.-]+))?$/;
/** A file type at the end of a name: "-Q4_K_M", "-i1-IQ3_XS", "-UD-Q4_K_XL", "-qat". */
const TYPE_AT_END = /^(.+?)[\s:_-]((?:(?:i1|ud|qat)-)?(?:i?q\d\w*|tq\d\w*|bf16|f16|f32|fp16|mxfp4\w*|nvfp4)|qat)$/i;

/** Whether it is a repository on Hugging Face, by its address. @param {string} text */
export const isRepository = (text) => HUB.test(text) && REPOSITORY.test(text.replace(HUB, ''));

/** @param {string} text */
function withoutType(text) {
  const [, name = text, type = null] = TYPE_AT_END.exec(text) ?? [];
  return { name, type };
}

/** @param {string} text @returns {SaidName} */
export function saidBy(text) {
  const [, user, repository, tag] = REPOSITORY.exec(text.trim().replace(HUB, '')) ?? [];
  if (user === undefined) {
    const { name, type } = withoutType(text.trim());
    return { queries: type === null ? [text] : [text, name], quant: type, fileOf: null, config: null };
  }
  // "-i1" is a mark of importance matrices.
  const base = repository.replace(/(?:[-_.]i1)?[-_.]gguf$/i, '');
  const { name, type } = withoutType(base);
  const whole = `https://huggingface.co/${user}/${repository}/resolve/main`;
  const isGguf = base !== repository || tag !== undefined;
  return {
    queries: [...new Set([`${user}/${repository}`, base, name])],
    // ":latest" and ":main" name no type.
    quant: tag === undefined || /^(?:latest|main)$/i.test(tag) ? type : tag,
    fileOf: isGguf ? (quant) => `${whole}/${name}-${quant}.gguf` : null,
    config: isGguf ? null : `${whole}/config.json`,
  };
}
