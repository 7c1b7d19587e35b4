import type {
  FileType,
  GpuBackend,
  Hardware,
  LlamaCppRuntime,
  Measurement,
  MemoryPlan,
  ModelSpec,
  Runtime,
} from '../types/all.js';

/** A path (in Node, Deno and Bun), an address, a File or Blob, or bytes. */
export type Input = string | URL | Blob | ArrayBuffer | ArrayBufferView;

export interface ReadOptions {
  /** For addresses; default the global one. */
  fetch?: typeof fetch;
  /** Sent with every request, as `Authorization`. */
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** An address that is not read within so many seconds, all parts of a file together, is given up. Default 600. */
  timeoutSeconds?: number;
  /** A connection that sends nothing for so many seconds is tried again. Default 30. */
  idleTimeoutSeconds?: number;
  /**
   * A connection that brings less over `idleTimeoutSeconds`, in bytes/s, is tried again too, and what it brought is no
   * progress. Default 1000; 0 for none.
   */
  leastBytesPerSecond?: number;
  /** Attempts without progress before giving up. Default 4. */
  attempts?: number;
  /** Called while an address is read; `size` once it is known. */
  onProgress?: (progress: { location: string; bytesRead: number; size: number | undefined }) => void;
  /** The largest header that is read. Default 50e6. */
  maximumHeaderBytes?: number;
}

export interface GgufModel {
  /** For `planMemory`, with the file's tensors. */
  model: ModelSpec;
  /** `general.name`. */
  name: string | null;
  /** `general.architecture`. */
  architecture: string;
  /** From `general.file_type`; null for one that llama.cpp has no name for. */
  fileType: FileType | null;
  /** Elements of all tensors. */
  parameters: number;
  tensorBytes: number;
  /** As `HuggingFaceModel.rope`, from `rope.scaling`. */
  rope: HuggingFaceModel['rope'];
  /** Keys and values, without arrays of more than 1024 numbers or 64 texts and values of more than a million bytes. */
  metadata: Record<string, unknown>;
  source: {
    kind: 'gguf';
    locations: string[];
    /** Of the format. */
    version: number;
    tensorCount: number;
    /** False where a file is shorter than its tensors. */
    complete: boolean;
    bytesRead: number;
    /** Null where a server does not tell. */
    fileBytes: number | null;
  };
}

/**
 * The model of a GGUF file, of which only the header is read; of a split file, any part's name finds the others.
 *
 * @param input One file, or all parts of a split one.
 * @throws {RangeError} for a header that is wrong, naming what; {@link Error} for a file that cannot be read
 */
export declare function readGguf(input: Input | Input[], options?: ReadOptions): Promise<GgufModel>;

/** What a projector takes, in bytes: `projectorWeights`, `projectorBuffer` and `projectorInputs` of a runtime. */
export interface Projector {
  /** `clip.projector_type`. */
  kind: string;
  weights: number;
  buffer: number;
  inputs: number;
  /** Nothing was recorded of its kind, and the buffer is an upper guess. */
  isAssumed: boolean;
}

/**
 * What a projector of images or sounds takes, of the header of its GGUF file.
 *
 * @param options `imageTokens`: `--image-max-tokens`, the most tokens of an image; default what its kind reserves.
 * @throws {RangeError} for a header that is wrong or of another kind of model, naming the key
 */
export declare function readProjector(
  input: Input,
  options?: ReadOptions & { imageTokens?: number },
): Promise<Projector>;

export interface HuggingFaceModel {
  model: ModelSpec;
  name: string | null;
  /** `general.architecture` of the GGUF file that llama.cpp's converter would make. */
  architecture: string;
  modelType: string;
  /** Of the checkpoint's weights as they are; null without an index or header. */
  tensorBytes: number | null;
  /** How the checkpoint is quantised; null for one that is not. `bitsPerWeight` counts scales and zero points. */
  quantization: {
    method: string;
    bits: number | null;
    groupSize: number | null;
    bitsPerWeight: number | null;
    /** As people call it: "NVFP4 (modelopt), 4.5 bits a weight". */
    label: string;
  } | null;
  /** How the config extends the context it was first trained on; null where it does not say. */
  rope: { type: string; factor: number; originalContextLength: number | null } | null;
  source: { kind: 'huggingface'; locations: string[] };
}

/**
 * The model of a checkpoint on Hugging Face, from its config.json.
 *
 * @param input The file, or the object in it.
 * @param options `index`: model.safetensors.index.json, `weights`: the only safetensors file, of which the header is
 * read. Where the config is given by its place, files of these names beside it are found.
 * @throws {RangeError} naming the key that is missing or unknown, and for an unknown model_type the nearest
 */
export declare function readHuggingFace(
  input: Input | Record<string, unknown>,
  options?: ReadOptions & { index?: Input; weights?: Input },
): Promise<HuggingFaceModel>;

/** The shape of a model from the object in a config.json. @throws {TypeError | RangeError} */
export declare function modelFromHuggingFaceConfig(config: Record<string, unknown>): ModelSpec;

/** The values of model_type that are understood. */
export declare const huggingFaceTypes: readonly string[];

/** One test of llama-bench; null for what its build or format does not say. */
export interface BenchmarkRow {
  /** As printed: `llama 8B Q4_K - Medium`. */
  modelName: string;
  /** Bytes of all tensors; from a table to two decimals, as all of its numbers. */
  modelBytes: number | null;
  parameters: number | null;
  fileType: FileType | null;
  /** Null also for one that is not listed, and for several. */
  backend: GpuBackend | null;
  /** Several different ones with commas. */
  gpuName: string | null;
  build: number | null;
  /** Below 0: all. */
  gpuLayers: number | null;
  cpuMoeLayers: number | null;
  threads: number | null;
  batchSize: number | null;
  microBatchSize: number | null;
  /** As llama.cpp, or a fork of it, calls it. */
  cacheTypeK: string | null;
  cacheTypeV: string | null;
  /** Null for `auto` too. */
  flashAttention: boolean | null;
  kvOffload: boolean | null;
  /** `none`, `layer`, `row` or `tensor`. */
  split: string | null;
  /** `--override-tensor`. */
  tensorOverrides: string | null;
  metric: 'decode' | 'prefill';
  /** Tokens; 0 for `decode`. */
  promptLength: number;
  /** Tokens; 0 for `prefill`. */
  outputLength: number;
  /** Tokens in the cache before. */
  depth: number;
  tokensPerSecond: number;
  /** Of the repetitions, in tokens/s. */
  deviation: number | null;
}

/**
 * What llama.cpp's `llama-bench` printed as `-o json`, `jsonl`, `csv` or `md`, with the log around it, in the order of
 * the tests. Tests of prompt and output together (`pp512+tg128`) are left out.
 *
 * @param text At most 4e6 characters.
 * @throws {TypeError | RangeError} for another text; for a damaged row, naming its line
 */
export declare function parseBenchmarks(text: string): BenchmarkRow[];

/**
 * Rows as measurements for `calibrate`. Left out are rows whose model is null, and those whose runtime cannot be said:
 * with overridden tensors, or a cache of a type that is not known.
 *
 * @param options `model`: of all rows, or of each. `runtime`: what rows do not say; what they do say wins.
 * @throws {TypeError}
 */
export declare function measurementsOf(
  rows: BenchmarkRow[],
  options: {
    model: ModelSpec | ((row: BenchmarkRow) => ModelSpec | null);
    machine: Hardware;
    runtime?: Runtime;
  },
): Measurement[];

/** What a log of llama.cpp says of loading models; null for what it does not say. */
export interface LoadLog {
  /** The NNNN of bNNNN. */
  build: number | null;
  /** Whether lines are there that only llama-server prints, or only other programs. */
  server: boolean | null;
  /** GPUs, as they were before anything was loaded: bytes. */
  devices: { id: string; name: string; memory: number | null; free: number | null }[];
  loads: {
    /** A later model that is smaller than the first drafts for it. */
    role: 'main' | 'draft';
    /** Keys and values of the file, as far as they were printed. */
    metadata: Record<string, unknown>;
    modelName: string | null;
    fileType: FileType | null;
    fileBytes: number | null;
    options: {
      contextLength: number | null;
      batchSize: number | null;
      microBatchSize: number | null;
      sequences: number | null;
      kvUnified: boolean | null;
      /** Null for `auto` where no later line says what it became. */
      flashAttention: boolean | null;
      cacheTypeK: string | null;
      cacheTypeV: string | null;
      swaFull: boolean;
      /** Of `layers`, as "offloaded 33/33 layers" has them. */
      gpuLayers: number | null;
      layers: number | null;
      /** Whether logits are reserved for every sequence, as llama-server does, or for a whole batch. */
      server: boolean | null;
      /** Copies of states for drafted tokens. */
      stateCopies: number | null;
    };
    /** Layers by device, the output head being one, where the log says them layer by layer. */
    placement: { device: string; layers: number }[];
    /** Tensors that a pattern moved: to which device, and their bytes in whole MiB. */
    overrides: { device: string; bytes: number }[];
    buffers: {
      /** As printed: `CUDA0`, `CUDA_Host`, `CPU_Mapped`. */
      device: string;
      term: AuditTerm;
      bytes: number;
      /** Half of the last printed digit, in bytes. */
      digit: number;
      /** The first line is 1. */
      line: number;
      /** Of a projector for images or sound. */
      isProjector: boolean;
    }[];
  }[];
}

export type AuditTerm = 'weights' | 'kvCache' | 'recurrentState' | 'computeBuffer' | 'outputBuffer';

export interface AuditRow {
  /** As printed, or `host`. */
  device: string;
  term: AuditTerm;
  /** Lines of the log, the first being 1. */
  lines: number[];
  /** Bytes. */
  printed: number;
  /** Bytes; null where there is no plan. */
  planned: number | null;
  /**
   * Why they differ by more than the printed digits: what was planned anew and then agreed, while nothing that agreed
   * before ceased to; `unknown` where nothing did. null where they do not differ.
   */
  cause: 'build' | 'draft' | 'fileType' | 'mapping' | 'options' | 'tensorOverrides' | 'unknown' | null;
  /** Of `runtime`, with which the plan of this buffer agrees; null where the cause is none of it. */
  changes: Runtime | null;
}

export interface AuditedLoad {
  role: 'main' | 'draft';
  /** What `planMemory` was asked: what the log states, what was inferred and what was assumed. */
  runtime: Runtime;
  /** Of these, and of `tiedEmbeddings` of the model, what neither the log nor its sizes say. */
  assumed: LlamaCppRuntime & { tiedEmbeddings?: boolean };
  /** What the log does not state, each with the line that would. */
  missing: string[];
  /** Options that the sizes tell. */
  inferred: { contextLength?: number; gpus?: number[]; tiedEmbeddings?: boolean };
  /** Why there is no plan; null where there is one. */
  refused: string | null;
  rows: AuditRow[];
  /** Bytes of a projector's buffers, which no plan has. */
  projectorBytes: number;
}

export interface LogAudit {
  build: number | null;
  devices: LoadLog['devices'];
  loads: AuditedLoad[];
}

/**
 * The facts of a log that llama.cpp, or a program built on it, printed while it loaded models. Colours, times before a
 * line and line ends of any system do no harm.
 *
 * @param text At most 64e6 characters.
 * @throws {TypeError | RangeError} for another text, and for one that is no such log
 */
export declare function parseLoadLog(text: string): LoadLog;

/**
 * A log beside the plan for what it loaded: every buffer with its term of the plan, in bytes, and the proven cause of what
 * differs by more than the printed digits.
 *
 * @param core What has `planMemory`: the default export of `wasm-calculator`.
 * @throws {TypeError | RangeError} as `parseLoadLog`
 */
export declare function auditLog(
  text: string,
  core: { planMemory(model: ModelSpec, runtime?: Runtime): MemoryPlan },
): LogAudit;
