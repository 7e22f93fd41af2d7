// The page, in each of its states.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isPassing } from '../ask.ts';
import type { Refusal } from '../ask.ts';
import type { Checkout } from '../state/checkout.ts';
import { IDS } from '../state/state.ts';
import type { Open } from '../state/state.ts';
import { Purchase } from '../state/purchase.ts';
import { Codes } from './codes.tsx';
import { BuyerForm } from './buyer-form.tsx';
import { Donation } from './donation.tsx';
import { Header } from './header.tsx';
import { Hold } from './hold.tsx';
import { EarlierOrder, Obstacles } from './notices.tsx';
import { Shelf } from './shelf.tsx';
import { Summary } from './summary.tsx';

export function App({ checkout }: { checkout: Checkout }) {
  const [state, setState] = useState(checkout.state);
  useLayoutEffect(() => {
    setState(checkout.state);
    return checkout.subscribe(setState);
  }, [checkout]);

  const focus = state.view === 'open' ? state.focus : undefined;
  useLayoutEffect(() => {
    if (focus) (document.getElementById(focus.id) ?? document.getElementById(focus.or ?? ''))?.focus();
  }, [focus]);

  // Without this the focus would be lost with the page that was there. There was
  // none before the first basket.
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    if (!isFirst.current || state.view !== 'open') document.getElementById(IDS.heading)?.focus();
    isFirst.current = false;
  }, [state.view]);

  useEffect(() => {
    const retry = () => state.view === 'open' && state.sync === 'failed' && void checkout.sync.again();
    addEventListener('online', retry);
    return () => removeEventListener('online', retry);
  }, [checkout, state]);

  if (state.view === 'loading') return <Loading />;
  if (state.view === 'failed') return <Failed refusal={state.refusal} onRetry={() => void checkout.load()} />;
  if (state.view === 'closed') return <Closed basket={state.key} onAnew={() => void checkout.startAnew()} />;
  return <OpenPage checkout={checkout} open={state} />;
}

function Loading() {
  return (
    <p class="alone soft" role="status">
      One moment, please …
    </p>
  );
}

function Failed({ refusal, onRetry }: { refusal: Refusal; onRetry: () => void }) {
  const isForNow = isPassing(refusal);
  return (
    <div class="alone">
      <h1 id={IDS.heading} tabIndex={-1}>
        {isForNow ? 'We could not reach the shop' : 'There is nothing to buy here'}
      </h1>
      <p class="soft">{isForNow ? 'Please check your connection and try again.' : 'Check the link for a typing mistake, or ask whoever gave it to you for a new one.'}</p>
      <button type="button" class="plain" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

function Closed({ basket, onAnew }: { basket: string; onAnew: () => void }) {
  return (
    <div class="alone">
      <h1 id={IDS.heading} tabIndex={-1}>
        This basket has been ordered
      </h1>
      <p class="soft">Nothing is ordered twice: what you have is on the page of your order.</p>
      <p class="row">
        <a class="button" href={`/checkout/orders/${basket}/`}>
          See your order
        </a>
        <button type="button" class="plain" onClick={onAnew}>
          Start a new basket
        </button>
      </p>
    </div>
  );
}

function OpenPage({ checkout, open }: { checkout: Checkout; open: Open }) {
  const purchase = useMemo(() => new Purchase(checkout), [checkout]);
  useEffect(() => {
    document.title = `${open.basket.events[0]?.name ?? 'Checkout'} · ${open.basket.organizer.name}`;
  }, [open.basket.key]);
  return (
    <>
      <Header basket={open.basket} />
      {open.earlier && <EarlierOrder basket={open.earlier} />}
      <Hold open={open} onHold={() => void checkout.holdAgain()} />
      <Obstacles open={open} onDrop={(keys) => checkout.remove(keys)} />
      <div class="columns">
        <div class="choices">
          <Shelf checkout={checkout} open={open} />
          <Donation checkout={checkout} open={open} />
          <Codes checkout={checkout} open={open} />
          <BuyerForm open={open} onBuy={(buyer, method) => void purchase.buy(buyer, method)} />
        </div>
        <Summary open={open} onRetry={() => void checkout.retry()} />
      </div>
      <p class="unseen" role="status">
        {open.announcement}
      </p>
    </>
  );
}
