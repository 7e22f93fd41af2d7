// The Worker's checkout API.
import type { Selection } from 'handbill/basket';
import { ask } from './ask.ts';
import type { Answer } from './ask.ts';
import type { Basket, Completion, Confirmation, Origin } from './wire.ts';

export const createBasket = (origin: Origin, selection?: Selection): Promise<Answer<Basket>> => ask('POST', '/checkout/baskets', { ...origin, ...selection });

export const readBasket = (key: string): Promise<Answer<Basket>> => ask('GET', `/checkout/baskets/${key}`);

/** Makes the selection that of the basket, and holds its stock. */
export const holdBasket = (key: string, selection: Selection): Promise<Answer<Basket>> => ask('PUT', `/checkout/baskets/${key}`, selection);

/** Buys. The same `idempotencyKey` with the same completion buys once, however often it is sent. */
export const completeBasket = (key: string, completion: Completion, idempotencyKey: string): Promise<Answer<Confirmation>> =>
  ask('POST', `/checkout/baskets/${key}/complete`, completion, { 'idempotency-key': idempotencyKey });
