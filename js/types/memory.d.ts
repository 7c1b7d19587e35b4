// What an engine allocates on which device, and whether a machine has it.
import type { Fit, LlamaCppRuntime, Machine, MemoryPlan, ModelSpec, VllmRuntime } from '../generated/fields.js';
import type { Names } from '../generated/names.js';

export type {
  CommonRuntime,
  DeviceMemory,
  Fit,
  LlamaCppRuntime,
  Machine,
  MemoryPlan,
  VllmRuntime,
} from '../generated/fields.js';

/** Options of an engine: `engine` says of which. */
export type Runtime = LlamaCppRuntime | VllmRuntime;

/** @deprecated the former name of LlamaCppRuntime */
export type MemoryRuntime = LlamaCppRuntime;
/** @deprecated the former name of Runtime */
export type SpeedRuntime = Runtime;

/** The interface to a GPU. In C++ `GpuBackend` too; a `Backend` is what runs the formulas. */
export type GpuBackend = Names['backend'];

/**
 * A GPU, wherever one is asked for: a device of the catalogue as it is, what `gpuOf` makes of one, or your own. null is
 * unknown; each function reads what it needs.
 */
export interface Gpu {
  /** Of the catalogue, for its own profile of speed. */
  name?: string | null;
  /** Of the catalogue (`profileFamily`, which wins), for `overhead` and for profiles of speed. */
  family?: string | null;
  profileFamily?: string | null;
  /** Bytes that the driver reports, at least 1 MiB: less than what is sold. With one pool of memory a budget. */
  memory?: number | null;
  /** Bytes as sold; only shown. */
  memorySold?: number | null;
  /** Bytes that others use: a desktop, another model. 0, or at least 1 MiB. Default 0. */
  reserved?: number | null;
  /** Bytes that should stay free, for `verdict`. Default 2 ** 30, as llama.cpp's `--fit-target`. */
  margin?: number | null;
  /** Of the layers, relative to the others'. */
  share?: number | null;
  backend?: GpuBackend | null;
  /** For CUDA's `overhead`. */
  multiprocessors?: number | null;
  /** Bytes/s, from 1e8 to 1e15. */
  bandwidth?: number | null;
  /** Operations/s, as of `Device`; else those of `speed`. */
  shaderFlops?: number | null;
  halfFlops?: number | null;
  quantizedOps?: number | null;
  speed?: { shaderFlops?: number; halfFlops?: number; quantizedOps?: number } | null;
}

/**
 * What llama.cpp will allocate, device by device. docs/memory.md has every term with its formula, source and error.
 *
 * @throws {TypeError | RangeError} also for what the engine refuses, as a quantised cacheTypeV without flashAttention
 */
export declare function planMemory(model: ModelSpec, runtime?: LlamaCppRuntime): MemoryPlan;

/** @deprecated the former name of Fit */
export type MemoryFit = Fit;

/**
 * Whether every device of a plan has room. Pools are never added up; one pool must hold both the GPU's part, within its
 * budget, and everything together.
 *
 * @throws {TypeError | RangeError} also for a plan whose totals are not numbers, and for memory in another unit
 */
export declare function fits(plan: MemoryPlan, machine: Machine): Fit;
