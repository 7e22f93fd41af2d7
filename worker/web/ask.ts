// Asking the Worker. No call throws: whoever asks gets the answer or why there is
// none.
import type { Basket, FieldProblem } from './wire.ts';

/** A phone that lost its network may never hear back; then the reader is asked to try again. */
const PATIENCE_MS = 20_000;

export interface Refusal {
  /** HTTP status; 0 when no answer came. */
  status: number;
  code: string;
  message: string;
  fields: FieldProblem[];
  /** The basket as it is now, where the refusal is about it. */
  basket?: Basket;
}

export type Answer<T> = { ok: true; value: T; refusal?: never } | { ok: false; refusal: Refusal; value?: never };

/** Whether the same request may do better later: no answer, or none the Worker stands by. */
export const isPassing = ({ status }: Refusal): boolean => status === 0 || status === 429 || status >= 500;

export async function ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const said = await response.json();
    return response.ok ? { ok: true, value: said } : { ok: false, refusal: refusal(response.status, said) };
  } catch {
    return { ok: false, refusal: { status: 0, code: 'no_answer', message: 'no answer came', fields: [] } };
  }
}

function refusal(status: number, said: any): Refusal {
  const { error, basket } = said ?? {};
  return { status, code: error?.code ?? 'unknown', message: error?.message ?? 'something went wrong', fields: error?.fields ?? [], basket };
}
