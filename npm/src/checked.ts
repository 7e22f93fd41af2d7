// How a check answers, in every entry of the package.

/** Why a value was refused. */
export interface Refusal {
  /** Stable, for programs. */
  code: string;
  /** For people. */
  message: string;
}

/** A checked value, or why it was refused. */
export type Checked<T> = { ok: true; value: T; error?: never } | { ok: false; error: Refusal; value?: never };
