// Tokens per second and times.
import type {
  Band,
  Device,
  Hardware,
  Measurement,
  ModelSpec,
  SpeedEstimate,
  SpeedProfile,
  Workload,
} from '../generated/fields.js';
import type { Names } from '../generated/names.js';
import type { GpuBackend, Runtime } from './memory.js';

export type {
  Band,
  Device,
  Hardware,
  Measurement,
  SpeedEstimate,
  SpeedProfile,
  SpeedTerms,
  Spread,
  Workload,
} from '../generated/fields.js';

/** @deprecated the former name of Device */
export type SpeedDevice = Device;

/** @deprecated the former name of Band */
export type Quantiles = Band;

/**
 * On what an estimate rests: nothing like it (no row of the engine, or of the back end with weights of the file type's
 * main tensor type: the bands are the widest there are), its back end, its family, measurements of it, or your own.
 */
export type Evidence = Names['evidence'];

/** @deprecated the former name of Hardware */
export type SpeedMachine = Hardware;

/** What takes the largest part of a time. */
export type Limit = Names['limit'];

/** @deprecated the former name of Limit */
export type SpeedLimit = Limit;

/**
 * Tokens per second and times, each as the 10th, 50th and 90th percentile of what such machines measure. docs/speed.md
 * has the laws, their sources and errors.
 *
 * @throws {TypeError | RangeError}
 */
export declare function estimateSpeed(
  model: ModelSpec,
  runtime: Runtime | undefined,
  machine: Hardware,
  workload?: Workload,
): SpeedEstimate;

/**
 * The shipped profile of a device: its own, else its family's, else its back end's; `evidence` says which.
 *
 * @throws {TypeError | RangeError}
 */
export declare function speedProfile(device?: {
  backend?: GpuBackend;
  family?: string;
  name?: string;
  /** Of llama.cpp; builds of 2023 and 2024 were slower. */
  build?: number;
}): SpeedProfile;

export interface CalibratedProfiles {
  /** For `machine.profile` and `machine.hostProfile`. */
  profile: SpeedProfile;
  hostProfile: SpeedProfile;
  /** Tokens/s of each measurement by the calibrated profiles. */
  estimates: number[];
  /** Of `parameters`. */
  factors: number[];
}

/** @deprecated the former name of CalibratedProfiles; in C++ a Calibration is what makes them */
export type Calibration = CalibratedProfiles;

/**
 * Profiles of one machine from measurements made on it, of whatever models. One moves what it says most about, two of
 * different size tell bandwidth and fixed time apart.
 *
 * @param options `parameters`: which numbers of a profile may vary, and how far, instead of a machine's usual ones; for
 * fitting profiles of many machines.
 * @throws {TypeError | RangeError}
 */
export declare function calibrate(
  measurements: Measurement[],
  options?: { parameters?: { parameter: number; deviation: number; center?: number }[] },
): CalibratedProfiles;
