// The checkout page: `/checkout/?hb=slug`, `/checkout/?event=12`.
import { render } from 'preact';
import { App } from './components/app.tsx';
import { Checkout } from './state/checkout.ts';
import type { Origin } from './wire.ts';

function origin(query: URLSearchParams): Origin {
  const [link, event] = [query.get('hb'), query.get('event')];
  return { ...(link && { link }), ...(event && { event: Number(event) }) };
}

const root = document.getElementById('checkout')!;
const checkout = new Checkout(origin(new URLSearchParams(location.search)), location.search);

// What the Worker has written there stands until there is more to show.
const end = checkout.subscribe(({ view }) => {
  if (view === 'loading') return;
  end();
  root.replaceChildren();
  render(<App checkout={checkout} />, root);
});
void checkout.load();

// Back from the confirmation, the browser shows the page as it was left. It is
// about a basket that is an order by now.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
