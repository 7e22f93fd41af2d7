import type { Checkout } from '../state/checkout.ts';
import type { Row } from '../state/shelf.ts';
import { quantityId } from '../state/state.ts';
import { money, problemText } from '../text.ts';
import { Stepper } from './stepper.tsx';

/** So few that a buyer wants to know. */
const FEW = 5;

/** One item: what it is, what it costs, how many, and what is wrong with that. */
export function ItemRow({ row, checkout }: { row: Row; checkout: Checkout }) {
  const { key, item, text, quantity, problems } = row;
  const isWrong = problems.length > 0;
  const errorId = `error-${key}`;
  const isBarred = quantity === 0 && row.barred !== undefined;
  return (
    <li class={quantity > 0 ? 'item chosen' : 'item'}>
      <div class="what">
        <p class={isBarred ? 'name soft' : 'name'}>{row.name}</p>
        {text?.group && <p class="soft">{text.group}</p>}
        {text?.description && <p class="soft">{text.description}</p>}
        {item && !isBarred && !isWrong && item.available <= FEW && <p class="few">Only {item.available} left</p>}
      </div>
      {item && (
        <p class="price">
          <span>{money(item.price, item.currency)}</span>
          {item.booking_fee > 0 && <span class="soft fee">+ {money(item.booking_fee, item.currency)} fee</span>}
        </p>
      )}
      <div class="how-many">
        {isBarred && <p class="soft barred">{row.barred}</p>}
        {row.isUnsellable && (
          <p id={quantityId(key)} tabIndex={-1}>
            {quantity} ×
          </p>
        )}
        {!isBarred && !row.isUnsellable && item && (
          <Stepper
            id={quantityId(key)}
            name={row.name}
            quantity={quantity}
            least={item.min_per_order}
            most={Math.min(item.max_per_order ?? item.available, item.available)}
            errorId={isWrong ? errorId : undefined}
            onChange={(next) => checkout.setQuantity(row.target, next)}
          />
        )}
      </div>
      <div class="wrong" id={errorId} role="alert" aria-live="polite">
        {isWrong && (
          <p class="error">
            {problems.map(problemText).join(' ')}
          </p>
        )}
      </div>
      {isWrong && (
        <button type="button" class="link remove" aria-label={`Remove ${row.name}`} aria-describedby={errorId} onClick={() => checkout.remove(new Set([key]))}>
          Remove
        </button>
      )}
    </li>
  );
}
