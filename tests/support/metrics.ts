// The figures of /metrics, as Prometheus would read them.
import assert from 'node:assert/strict';
import type { Answer } from './http.ts';

/** Each sample by its name and labels, as written: `name{label="value"}`. */
export function samples(answer: Answer): Record<string, number> {
  assert.equal(answer.status, 200, answer.text);
  const found: Record<string, number> = {};
  for (const line of answer.text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)/.exec(line) ?? [];
    assert.ok(name !== undefined && value !== undefined, `not a sample: ${line}`);
    found[name] = Number(value);
  }
  return found;
}
