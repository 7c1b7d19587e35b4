// Where the layers of a model go, and what is known of it without a plan.
import type { ContextFit, ModelFit } from '../generated/fields.js';
import type { Names } from '../generated/names.js';
import type { GpuBackend, LlamaCppRuntime, Machine, MemoryPlan, Runtime } from './memory.js';
import type { FileType, ModelSpec } from './model.js';
import type { Band, Hardware, Workload } from './speed.js';

export type { ContextFit, ModelFit } from '../generated/fields.js';

/**
 * The placement with the most on the GPUs that fits a machine with its margins, else the first that fits at all; null
 * where none does. All layers are tried first; of a mixture of experts, the experts of one layer more after the other go
 * to the host before a whole layer does.
 *
 * @param runtime Of {@link planMemory}; its `gpuLayers` is not read. `gpus` default to the machine's.
 * @param machine Of {@link fits}. Bytes; where the host's are not known 1e18 asks nothing of it.
 * @throws {TypeError | RangeError} what planMemory or fits refuses
 */
export declare function fitModel(
  model: ModelSpec,
  runtime: LlamaCppRuntime | undefined,
  machine: Machine,
): ModelFit | null;

/**
 * The largest context that a machine has room for with its margins, else the largest that fits at all: whole steps of
 * 256 tokens, at most what the model was trained for; null where none does.
 *
 * @param runtime Of {@link planMemory}, with the placement that is asked about; `contextLength` is the most where the
 *   model's is not known, and not read else. `gpus` default to the machine's.
 * @param machine Of {@link fits}. Bytes.
 * @throws {TypeError | RangeError} what planMemory or fits refuses
 */
export declare function largestContext(
  model: ModelSpec,
  runtime: LlamaCppRuntime | undefined,
  machine: Machine,
): ContextFit | null;

/**
 * The fewest layers on the GPUs with which one sequence alone decodes at least so fast at the median; null where no
 * placement does. Whether a machine has room for them, {@link fits} says.
 *
 * @param runtime Of {@link estimateSpeed}; its `gpuLayers` is not read. `gpus` default to the machine's.
 * @param machine Of {@link estimateSpeed}.
 * @param tokensPerSecond More than 0, up to 1e9.
 * @throws {TypeError | RangeError} what estimateSpeed refuses
 */
export declare function fewestGpuLayers(
  model: ModelSpec,
  runtime: Runtime | undefined,
  machine: Hardware,
  tokensPerSecond: number,
  workload?: Workload,
): number | null;

/** One number of layers on the GPUs. */
export interface OffloadPoint {
  gpuLayers: number;
  verdict: Names['verdict'];
  /** Tokens/s. */
  decode: Band;
}

/**
 * Verdict and speed with none to all layers on the GPUs: as the file counts them, prediction blocks too, and the head as
 * the last.
 *
 * @param runtime Of {@link estimateSpeed}; its `gpuLayers` is not read. `gpus` default to the machine's.
 * @param machine Of {@link estimateSpeed} and of {@link fits}: with `hostMemory`.
 * @throws {TypeError | RangeError} what planMemory, fits or estimateSpeed refuses
 */
export declare function offloadCurve(
  model: ModelSpec,
  runtime: Runtime | undefined,
  machine: Hardware & { hostMemory: number },
  workload?: Workload,
): OffloadPoint[];

/**
 * Tokens per second that memory bandwidth alone allows a plan, above every estimate: one over the seconds in which every
 * device reads its bytes of weights for one token, one device after the other. Null where a rate that matters is not
 * known.
 *
 * @param machine Bytes/s of the GPUs, in the order of the plan, and of the host.
 * @throws {TypeError | RangeError}
 */
export declare function decodeCeiling(
  plan: MemoryPlan,
  machine: { gpus?: readonly { bandwidth?: number | null }[]; host?: { bandwidth?: number | null } },
): number | null;

/**
 * Elements of all tensors of a model's file, and those of them that are read for one token: no token embeddings, of the
 * experts the used. The model's own tensor list is not read.
 *
 * @throws {TypeError | RangeError} what planMemory refuses of the model
 */
export declare function parameterCount(model: ModelSpec): { parameters: number; activeParameters: number };

/**
 * Bytes of all tensors of a file of a type, prediction blocks too; without its header and vocabulary, which are some
 * megabytes. The model's own tensor list is not read.
 *
 * @param importanceMatrix Whether the file was quantised with one. Default false.
 * @throws {TypeError | RangeError} what planMemory refuses of the model
 */
export declare function fileBytes(model: ModelSpec, fileType: FileType, importanceMatrix?: boolean): number;

/**
 * What llama.cpp runs on the GPUs of a vendor with: `cuda` for "NVIDIA", `metal` for "Apple", `sycl` for "Intel", else
 * `vulkan`. The catalogue's devices have it as `backend`.
 *
 * @throws {TypeError}
 */
export declare function backendOf(vendor: string): GpuBackend;
