import type { CatalogDevice } from './catalog.js';

export interface Match {
  /** In the catalogue. */
  name: string;
  /** 0 to 1: shared among devices of one reported name, low where the memory differs. */
  confidence: number;
}

export type Known = Pick<CatalogDevice, 'name' | 'vendor' | 'kind' | 'memory'> &
  Partial<Pick<CatalogDevice, 'aliases' | 'memorySold' | 'family'>>;

export interface DetectOptions {
  /** The catalogue's `devices`, or others. */
  devices: readonly Known[];
  /** For tests; in a browser. */
  navigator?: Navigator;
  createCanvas?: () => unknown;
  /** For tests; in Node. */
  systeminformation?: Record<string, () => Promise<unknown>>;
  run?: (command: string, words: string[]) => Promise<string>;
}

/** What a machine tells of itself. What it does not is null or an empty list. */
export interface Detected {
  gpus: {
    reported: string;
    vendor: string | null;
    /** Bytes, as the driver calls the total; a program can have a little less. */
    memory: number | null;
    /** Bytes that others use now. */
    used: number | null;
    matches: Match[];
  }[];
  cpu: { reported: string | null; cores: number | null; matches: Match[] };
  memory: {
    bytes: number | null;
    /** A browser tells a lower bound. */
    atLeast: boolean;
    channels: number | null;
    megatransfers: number | null;
    /** GB/s of the host's memory, where channels and rate are known. */
    bandwidth: number | null;
  };
  hints: string[];
}

/**
 * GPUs, processor and memory of this machine, matched with the catalogue. Never throws for what is not there.
 *
 * @throws {TypeError} if `devices` is no list, or an option is not known
 */
export declare function detectDevices(options: DetectOptions): Promise<Detected>;
