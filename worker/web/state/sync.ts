// In which order the selection goes to the Worker: one request at a time, the
// newest selection wins, and what was typed quickly is sent once.

/** Long enough for a second digit or the next press of a button. */
const PAUSE_MS = 350;

export class Sync {
  /** Sends the selection as it is at that moment; false when it did not arrive. */
  readonly #send: () => Promise<boolean>;
  /** Whether there is something the Worker has not got. */
  #isPending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(send: () => Promise<boolean>) {
    this.#send = send;
  }

  /** The selection has changed: sends it after a pause. */
  later(): void {
    this.#isPending = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(), PAUSE_MS);
  }

  /** Sends the selection at once, changed or not. */
  again(): Promise<boolean> {
    this.#isPending = true;
    return this.now();
  }

  /** Sends what is pending, after what is under way; whether the Worker then has it all. */
  now(): Promise<boolean> {
    clearTimeout(this.#timer);
    return this.alone(async () => {
      while (this.#isPending) {
        this.#isPending = false;
        if (await this.#send()) continue;
        this.#isPending = true;
        return false;
      }
      return true;
    });
  }

  /** Runs a job while nothing else is sent. */
  alone<T>(job: () => Promise<T>): Promise<T> {
    const run = this.#last.then(job);
    this.#last = run.catch(() => undefined);
    return run;
  }
}
