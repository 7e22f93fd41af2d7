// The Worker's entry: hands each trigger to the Rust code in ./build, and
// builds the answer of a redirect.
//
// The redirect has its own road because it is what most requests are. One call
// into wasm takes all it needs as one string and gives back all that is to be
// said as another: a crossing per header would cost more than the work itself.
import {
  initSync,
  __wbg_reset_state as forgetInstance,
  fetch as answer,
  queue,
  scheduled,
  redirect_from_memory as redirectFromMemory,
  redirect_from_store as redirectFromStore,
  count_refused as countRefused,
} from './build/handbill_worker.js';
import module from './build/handbill_worker_bg.wasm';
import { asset } from './assets.js';

initSync({ module });

// A trap (an abort in wasm) leaves the instance's memory in an unknown state:
// the next call starts on a fresh one. Nothing in memory is ever the only copy.
let trapped = false;
addEventListener('error', ({ error }) => noteTrap(error));

function noteTrap(error) {
  if (error instanceof WebAssembly.RuntimeError) trapped = true;
}

function guarded(call) {
  if (trapped) {
    forgetInstance();
    trapped = false;
  }
  try {
    return call();
  } catch (error) {
    noteTrap(error);
    throw error;
  }
}

/** What a redirect depends on, one field a line; the order is that of `Facts` in redirect.rs. */
function facts(request) {
  const headers = request.headers;
  const line = (name) => headers.get(name) ?? '';
  return `${request.method}\n${request.url}\n${line('cookie')}\n${line('user-agent')}\n${line('sec-purpose')}\n${line('purpose')}\n${line('x-moz')}\n${line('sec-gpc')}\n${line('dnt')}\n${line('cf-connecting-ip')}`;
}

/** Says a redirect that redirect.rs decided: location, two cookies, the click; one a line. */
function redirected(decision, env, ctx) {
  const [location, visitor, journey, click] = decision.split('\n');
  ctx.waitUntil(count(click, env));
  const headers = [
    ['location', location],
    ['cache-control', 'private, no-store'],
  ];
  if (visitor) headers.push(['set-cookie', visitor]);
  if (journey) headers.push(['set-cookie', journey]);
  return new Response(null, { status: 302, headers });
}

/** Rust's URI type refuses characters that clients send unescaped, quotes among them. */
function wellFormed(request) {
  const url = request.url.replace(/[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]/g, encodeURIComponent);
  return url === request.url ? request : new Request(url, request);
}

async function count(click, env) {
  try {
    await env.CLICKS.send(click, { contentType: 'text' });
  } catch (error) {
    await guarded(() => countRefused(click, String(error), env));
  }
}

async function fromStore(known, request, env, ctx) {
  const decision = await guarded(() => redirectFromStore(known, env));
  return typeof decision === 'string' ? redirected(decision, env, ctx) : decision;
}

export default {
  fetch(request, env, ctx) {
    const known = facts(request);
    const decision = guarded(() => redirectFromMemory(known, Date.now()));
    if (decision === undefined) return fromStore(known, request, env, ctx);
    if (decision === '') return asset(request) ?? guarded(() => answer(wellFormed(request), env, ctx));
    return redirected(decision, env, ctx);
  },
  queue(batch, env, ctx) {
    return guarded(() => queue(batch, env, ctx));
  },
  scheduled(event, env, ctx) {
    return guarded(() => scheduled(event, env, ctx));
  },
};
