// What the server answers to its commands, as far as the extension reads it; docs/quick-run.md has the whole.

/** The answer to ffi.quickRun. */
export interface RunAnswer {
  readonly status: string;
  readonly message: string;
  readonly symbol: string;
  readonly calls: number;
  readonly result: unknown;
  readonly median_ns: number | null;
  readonly mad_ns?: number | null;
  readonly minimum_ns?: number | null;
  readonly p99_ns?: number | null;
  readonly empty_ns?: number | null;
  readonly python_ns?: number | null;
  readonly comparison?: { readonly verdict: string } | null;
  /** For each bin its lower edge, its upper edge, both in nanoseconds, and how many samples it holds. */
  readonly histogram?: readonly Bin[] | null;
  /** The same for the samples that are far slower than all others, which have no place among the bins. */
  readonly histogram_beyond?: Bin | null;
  readonly report?: string | null;
}

export type Bin = readonly [low: number, high: number, count: number];

/** One runtime's part of the answer to ffi.compareRuntimes. */
export interface ProgramAnswer {
  readonly name: string;
  readonly version: string;
  readonly wall_ms: number | null;
  readonly mad_ms: number | null;
  readonly failures: readonly string[];
}

/** The answer to ffi.compareRuntimes. */
export interface CompareAnswer {
  readonly status: string;
  readonly message: string;
  readonly programs?: readonly ProgramAnswer[];
  readonly outputs_equal?: boolean;
  readonly report?: string | null;
}

/** One row of the answer to ffi.listRuntimes. */
export interface RuntimeAnswer {
  readonly name: string;
  readonly installed: boolean;
  readonly version?: string;
  readonly reason?: string;
  readonly remedy?: string;
}

/** The answer to ffi.runFile; `runtime` and what was printed are there where the file was run. */
export interface FileAnswer {
  readonly status: string;
  readonly message: string;
  readonly runtime?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly report?: string | null;
}
