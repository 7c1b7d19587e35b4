// @ts-check
// Models on this disk, where the programs that download them keep them: Ollama (a manifest a tag, whose layers are
// blobs), LM Studio (a folder a repository), the cache of Hugging Face (snapshots) and that of llama.cpp.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson } from './files.js';

/**
 * A file, or a tag of Ollama, that may be planned.
 *
 * @typedef {object} LocalModel
 * @property {string} name as the program that has it calls it
 * @property {'ollama' | 'lmstudio' | 'huggingface' | 'llama.cpp'} from
 * @property {string} path what `plan` is to be given
 * @property {number} bytes of all its parts
 * @property {'model' | 'projector' | 'checkpoint'} kind a projector is what `--mmproj` takes, a checkpoint safetensors
 */

const OLLAMA_MODEL = 'application/vnd.ollama.image.model';
const MOST_OF_MANIFEST = 1e6;
const PART = /-(\d{5})-of-\d{5}\.gguf$/i;
/** A folder of folders is no deeper; links to its own parent would have no end. */
const DEEPEST = 8;

/** Files below a folder, none where there is no such folder or it may not be read. @param {string} folder @param {number} [depth] @returns {Promise<string[]>} */
async function filesIn(folder, depth = 0) {
  if (depth > DEEPEST) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path, depth + 1) : [path];
    }),
  );
  return found.flat().sort();
}

/** What a file has, also behind a link; a link to nothing has 0. @param {string} path */
const bytesOf = (path) =>
  stat(path).then(
    (found) => found.size,
    () => 0,
  );

/** @param {string[]} paths */
const bytesOfAll = async (paths) => (await Promise.all(paths.map(bytesOf))).reduce((sum, bytes) => sum + bytes, 0);

/**
 * GGUF files, a split one once, by its first part.
 *
 * @param {string[]} files @param {LocalModel['from']} from @param {(path: string) => string} nameOf
 * @returns {Promise<LocalModel[]>}
 */
async function ggufFiles(files, from, nameOf) {
  const gguf = files.filter((path) => /\.gguf$/i.test(path) && Number(PART.exec(path)?.[1] ?? 1) === 1);
  return Promise.all(
    gguf.map(async (path) => {
      const stem = PART.test(path) ? path.replace(PART, '-') : null;
      const parts = stem === null ? [path] : files.filter((other) => other.startsWith(stem) && PART.test(other));
      const kind = /(?:^|[/\\._-])mmproj/i.test(path) ? 'projector' : 'model';
      return { name: nameOf(path), from, path, bytes: await bytesOfAll(parts), kind };
    }),
  );
}

/** @param {string} folder */
async function ollama(folder) {
  const manifests = join(folder, 'manifests');
  /** @type {LocalModel[]} */
  const found = [];
  for (const path of await filesIn(manifests)) {
    const parts = path.slice(manifests.length + 1).split(/[/\\]/);
    const manifest = await readJson(path, MOST_OF_MANIFEST).catch(() => null);
    const layer = Array.isArray(manifest?.layers)
      ? manifest.layers.find((/** @type {any} */ { mediaType }) => mediaType === OLLAMA_MODEL)
      : undefined;
    if (parts.length < 4 || !/^sha256:[0-9a-f]{64}$/.test(layer?.digest)) continue;
    const [host, user, ...rest] = parts;
    const tag = rest.pop();
    const owner = [host === 'registry.ollama.ai' ? '' : host, user === 'library' ? '' : user];
    const name = `${[...owner, ...rest].filter(Boolean).join('/')}:${tag}`;
    const blob = join(folder, 'blobs', layer.digest.replace(':', '-'));
    found.push({ name, from: 'ollama', path: blob, bytes: await bytesOf(blob), kind: 'model' });
  }
  return found;
}

/** @param {string} folder */
async function huggingFace(folder) {
  /** @type {LocalModel[]} */
  const found = [];
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!entry.startsWith('models--')) continue;
    const repository = entry.slice('models--'.length).replace('--', '/');
    const files = await filesIn(join(folder, entry, 'snapshots'));
    found.push(...(await ggufFiles(files, 'huggingface', (path) => `${repository}/${path.split(/[/\\]/).at(-1)}`)));
    for (const config of files.filter((path) => /[/\\]config\.json$/.test(path))) {
      const beside = config.slice(0, -'config.json'.length);
      const weights = files.filter((path) => path.startsWith(beside) && path.endsWith('.safetensors'));
      if (weights.length === 0) continue;
      found.push({
        name: repository,
        from: 'huggingface',
        path: config,
        bytes: await bytesOfAll(weights),
        kind: 'checkpoint',
      });
    }
  }
  return found;
}

/** Models beside each other in the folder of a repository. @param {string} folder @param {LocalModel['from']} from */
async function folders(folder, from) {
  return ggufFiles(await filesIn(folder), from, (path) => path.slice(folder.length + 1).replaceAll('\\', '/'));
}

/**
 * All that is found, in the places that the programs have, or that their variables name.
 *
 * @param {string} home @param {Record<string, string | undefined>} env
 * @returns {Promise<LocalModel[]>}
 */
export async function localModels(home, env) {
  const cache = env.XDG_CACHE_HOME || join(home, '.cache');
  const ollamas = env.OLLAMA_MODELS
    ? [env.OLLAMA_MODELS]
    : [join(home, '.ollama/models'), '/usr/share/ollama/.ollama/models'];
  const hub = env.HF_HUB_CACHE || join(env.HF_HOME || join(cache, 'huggingface'), 'hub');
  const found = await Promise.all([
    ...ollamas.map(ollama),
    folders(join(home, '.lmstudio/models'), 'lmstudio'),
    folders(join(cache, 'lm-studio/models'), 'lmstudio'),
    huggingFace(hub),
    folders(env.LLAMA_CACHE || join(cache, 'llama.cpp'), 'llama.cpp'),
  ]);
  return found.flat();
}
