import type { Message } from './memory.ts';

/** What is not the sender's fault: it should try again. */
const STATUS: Readonly<Record<string, number>> = {
  missing_secret: 500,
  empty_secret: 500,
  malformed_secret: 500,
  invalid_option: 500,
  parsed_body: 500,
  busy: 503,
  too_large: 413,
};

/** Why a webhook was refused. */
export class WebhookError extends Error {
  /** Stable, for programs; the package's README lists all. */
  readonly code: string;
  /** What to answer with: 400 and 413 for what was sent, 500 and 503 for what is wrong here. */
  readonly status: number;
  /** The usual mistake that is behind it, if `explain` was asked and knows. */
  declare readonly cause?: Message;

  constructor(code: string, message: string, cause?: Message) {
    super(message, cause && { cause });
    this.code = code;
    this.status = STATUS[code] ?? 400;
  }

  // What stacks and consoles show: as fields they were set too late, and the class is minified.
  static get name(): string {
    return 'WebhookError';
  }

  override get name(): 'WebhookError' {
    return 'WebhookError';
  }

  /** What the sender is answered. */
  toJSON(): Message & { cause?: Message } {
    const { code, message, cause } = this;
    return { code, message, cause };
  }
}
