// What a reload of the page needs. It ends with the tab, holds nothing about the
// buyer, and is per query, so that two links in one tab have two baskets.
import type { Selection } from 'handbill/basket';

export interface Remembered {
  /** Of the basket. */
  key: string;
  /** What the Worker has not got yet. */
  unsent: Selection | null;
}

export class Memory {
  readonly #name: string;

  constructor(query: string) {
    this.#name = `handbill:basket:${query}`;
  }

  read(): Remembered | undefined {
    try {
      return JSON.parse(sessionStorage.getItem(this.#name) ?? 'null') ?? undefined;
    } catch {
      return undefined;
    }
  }

  keep(remembered: Remembered): void {
    try {
      sessionStorage.setItem(this.#name, JSON.stringify(remembered));
    } catch {
      // Without storage a reload starts anew, which is all that is lost.
    }
  }

  forget(): void {
    try {
      sessionStorage.removeItem(this.#name);
    } catch {
      // As above.
    }
  }
}
