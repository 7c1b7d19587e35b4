import type { Device, FileType, GpuBackend, ModelSpec } from '../types/all.js';

/** A model of the catalogue: its shape, and where that is from. */
export interface CatalogModel {
  readonly name: string;
  /** Other names for it. */
  readonly aliases: readonly string[];
  /** On Hugging Face; empty where unknown. */
  readonly repository: string;
  /** `model_type` of its config.json. */
  readonly modelType: string;
  /** `general.architecture` of its GGUF files; null where there is no spec. */
  readonly architecture: string | null;
  /** For `planMemory`; null where its kind of layer cannot be planned yet. */
  readonly model: ModelSpec | null;
  /** Why `model` is null. */
  readonly unplannable: string | null;
  /** What people download: the released format where that is a type of GGUF files, else Q4_K_M. */
  readonly defaultFileType: FileType;
  /** The released precision: BF16, FP8, MXFP4, "INT4 QAT"; null where it is not known. */
  readonly releasedAs: string | null;
  /**
   * Of a model that was trained with a block that predicts further tokens: whether the GGUF files that most people have
   * hold it, as `model` does then; null for models without.
   */
  readonly predictionBlock: boolean | null;
  /** What people take it for. A model for code or pictures chats too. */
  readonly use: readonly ('chat' | 'code' | 'vision' | 'audio' | 'embedding')[];
  /** Year, mostly with month: "2025-04"; null where it is not known. */
  readonly released: string | null;
  /** As Hugging Face names licenses: "apache-2.0"; null where it is not known. */
  readonly license: string | null;
  readonly source: string;
}

/** A device of the catalogue. Facts of its data sheet; null is unknown. */
export interface CatalogDevice {
  readonly name: string;
  /** Other names for it, also of drivers and of computers that have it. */
  readonly aliases: readonly string[];
  readonly vendor: string;
  readonly family: string;
  /** `cpu` is a processor with its memory; `apple` and `apu` have one pool of memory. */
  readonly kind: 'gpu' | 'apple' | 'apu' | 'cpu' | 'accelerator';
  /** Bytes that a program can have, as the driver reports them; null where the device is sold with several sizes. */
  readonly memory: number | null;
  /** Bytes as sold. */
  readonly memorySold: number | null;
  /** How `memory` is known: a report, or a rule with its error; null where it is not. */
  readonly memorySource: string | null;
  /** For `fits`; null for processors. */
  readonly memoryKind: 'separate' | 'apple' | 'amd' | 'shared' | null;
  /** Bytes/s. */
  readonly bandwidth: number | null;
  /** The same in GB/s, as data sheets have it. */
  readonly bandwidthGBs: number | null;
  /** What llama.cpp runs on it with, where nothing else is asked for; null where it does not run. */
  readonly backend: GpuBackend | null;
  /** Streaming multiprocessors, for CUDA's `overhead`. */
  readonly multiprocessors: number | null;
  /** Dense, 1e12 FLOP/s: with FP16 accumulation where that is faster, and with FP32 accumulation. */
  readonly fp16Tflops: number | null;
  readonly fp16Fp32AccumulateTflops: number | null;
  readonly fp8Tflops: number | null;
  readonly int8Tops: number | null;
  readonly fp32Tflops: number | null;
  /** Operations/s that estimates of speed start from, by rules of the family; 0 is unknown. */
  readonly speed: {
    /** FP32 outside of matrix units; what RDNA3 and RDNA4 issue in pairs counts once. */
    readonly shaderFlops: number;
    /** FP16. Of NVIDIA's matrix units half of what the data sheet gives: the rate that GeForce accumulate in FP32. */
    readonly halfFlops: number;
    /** Of the path that quantised matrices take in prefill: INT8 where there is one. */
    readonly quantizedOps: number;
  };
  /** Devices of one profile of speed. */
  readonly profileFamily: string;
  /** Of a processor's memory. */
  readonly channels: number | null;
  readonly megatransfers: number | null;
  /** "GDDR6X", "HBM3", "LPDDR5X"; null where it is not known. */
  readonly memoryType: string | null;
  /** What its maker rates it to draw at most, or to be cooled for, W; null where it is not known. */
  readonly power: number | null;
  /** Null where it is not known. */
  readonly releaseYear: number | null;
  readonly source: string;
  readonly notes: string;
}

export interface Found<T> {
  /** One, or several if the query is ambiguous; empty if nothing matches. */
  best: T[];
  /** Weaker matches, best first. */
  others: T[];
}

/** Every model. */
export declare const models: readonly CatalogModel[];
/** Every device. */
export declare const devices: readonly CatalogDevice[];
/** Values of `general.architecture` whose plans were recorded from llama.cpp and are met as docs/memory.md says. */
export declare const recordedArchitectures: readonly string[];

/**
 * Loose names: `"4090"`, `"llama 3.1 8b"`, `"m4 max"`, what nvidia-smi, lspci, system_profiler or vulkaninfo print, the
 * name of a repository. Every word must be, or begin, a word of the name or of an alias; sizes must be the device's.
 *
 * @throws {TypeError} if it is no string
 */
export declare function searchModels(query: string): Found<CatalogModel>;
/** Devices by a loose name, as {@link searchModels} finds models. */
export declare function searchDevices(query: string): Found<CatalogDevice>;

/**
 * The one model of that name.
 *
 * @throws {RangeError} with the candidates, or the nearest names
 */
export declare function findModel(query: string): CatalogModel;
/**
 * The one device of that name.
 *
 * @throws {RangeError} with the candidates, or the nearest names
 */
export declare function findDevice(query: string): CatalogDevice;

/** Names of `items` like one that is unknown, at most three, the most alike first; none where no word is alike. */
export declare function nearestNames(
  query: string,
  items: readonly Pick<CatalogModel | CatalogDevice, 'name'>[],
): string[];

/**
 * A model's name apart from the type of a file, as they stand in `"hf.co/USER/REPO-GGUF:Q4_K_M"`,
 * `"USER/REPO-GGUF"`, `"llama3.1:8b-instruct-q8_0"` or the name of a file.
 */
export declare function parseModelName(text: string): { name: string; quant: string | null };

/**
 * What of a device is a GPU's, in bytes, bytes/s and operations/s; what is unknown is left out. `planMemory`, `fits`
 * and `estimateSpeed` take the whole device as well.
 */
export declare function gpuOf(
  device: CatalogDevice,
): { memory?: number; memorySold?: number; multiprocessors?: number; backend?: GpuBackend } & Device;
