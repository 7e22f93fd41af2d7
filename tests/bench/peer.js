// @ts-nocheck -- runs in workerd, whose types the tools here do not load
// The peer of the redirect: the same work, written by hand in JavaScript with
// what the runtime offers. Same memory, same KV entry, same headers, same
// cookies, same click token in the address, same click to the same queue; both
// tokens are signed by WebCrypto with a key that is imported once.
//
// `CRYPTO=off` leaves out the one hash that a visitor who opted out costs.

const MEMORY_MS = 4_000;
const KV_CACHE_SECONDS = 60;
const MAX_TOUCHES = 40;
const WINDOW_MS = 30 * 24 * 3_600_000;
const SLUG = /^[A-Za-z0-9_-]{3,64}$/;
const VISITOR = /^[A-Za-z0-9_-]{22}$/;
const BASE64URL = /** @type {const} */ ({ alphabet: 'base64url', omitPadding: true });

const text = new TextEncoder();
const plain = new TextDecoder();
const memory = new Map();
let signing;
let salt;

const signingKey = (env) =>
  (signing ??= (async () => {
    const [name, secret] = env.SIGNING_KEYS.split(',')[0].split(':');
    const key = await crypto.subtle.importKey('raw', Uint8Array.fromBase64(secret, { alphabet: 'base64url' }), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
    return { name, key };
  })());

async function routeOf(slug, env, now) {
  const known = memory.get(slug);
  if (known !== undefined && now < known.until) return known.route;
  const route = await env.LINKS.get(`link//${slug}`, { cacheTtl: KV_CACHE_SECONDS, type: 'json' });
  if (route !== null) memory.set(slug, { route, until: now + MEMORY_MS });
  return route;
}

function cookieOf(header, name) {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

async function touchesOf(token, key, now) {
  if (token === undefined || token.length > 1_024) return [];
  const [payload, name, mac] = token.split('.');
  if (mac === undefined || name !== key.name) return [];
  try {
    const bytes = Uint8Array.fromBase64(payload, BASE64URL);
    if (!(await crypto.subtle.verify('HMAC', key.key, Uint8Array.fromBase64(mac, BASE64URL), bytes))) return [];
    return JSON.parse(plain.decode(bytes)).filter(({ at }) => at >= now - WINDOW_MS);
  } catch {
    return [];
  }
}

async function tokenOf(touches, key) {
  const bytes = text.encode(JSON.stringify(touches));
  const mac = await crypto.subtle.sign('HMAC', key.key, bytes);
  return `${bytes.toBase64(BASE64URL)}.${key.name}.${new Uint8Array(mac).toBase64(BASE64URL)}`;
}

function uuid7(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = now / 2 ** 40;
  bytes[1] = now / 2 ** 32;
  bytes[2] = now / 2 ** 24;
  bytes[3] = now / 2 ** 16;
  bytes[4] = now / 2 ** 8;
  bytes[5] = now;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toHex();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The visitor who opted out: a keyed hash of address and agent, a day long the same. */
async function dailyVisitor(env, address, agent) {
  if (env.CRYPTO === 'off') return 'AAAAAAAAAAAAAAAAAAAAAA';
  salt ??= crypto.subtle.importKey('raw', crypto.getRandomValues(new Uint8Array(32)), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', await salt, text.encode(`${address}\n${agent}`));
  return new Uint8Array(mac, 0, 16).toBase64(BASE64URL);
}

function fetchOf(method, headers) {
  if (method === 'HEAD') return 'head';
  const purpose = headers.get('sec-purpose') ?? headers.get('purpose') ?? headers.get('x-moz') ?? '';
  return purpose.includes('prefetch') ? 'prefetch' : 'get';
}

function locationOf(route, query) {
  if (query === '') return route.destination;
  const [page, fragment] = route.destination.split('#');
  const own = new Set(new URL(route.destination).searchParams.keys());
  const kept = query.split('&').filter((pair) => !own.has(decodeURIComponent(pair.split('=')[0])));
  const joined = kept.length === 0 ? page : `${page}${page.includes('?') ? '&' : '?'}${kept.join('&')}`;
  return fragment === undefined ? joined : `${joined}#${fragment}`;
}

async function redirect(request, env, context) {
  const { method, url, headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return new Response('', { status: 405, headers: { allow: 'GET, HEAD' } });
  const start = url.indexOf('/', url.indexOf('://') + 3);
  const end = url.indexOf('?', start);
  const path = end === -1 ? url.slice(start) : url.slice(start, end);
  const slug = path.startsWith('/l/') ? path.slice(3) : path.slice(1);
  if (!SLUG.test(slug)) return new Response('not found', { status: 404 });
  const now = Date.now();
  const route = await routeOf(slug.toLowerCase(), env, now);
  if (route === null) return new Response('not found', { status: 404 });

  const agent = (headers.get('user-agent') ?? '').slice(0, 512);
  const secure = url.startsWith('https:') ? '; Secure' : '';
  const answer = new Headers({ location: locationOf(route, end === -1 ? '' : url.slice(end + 1)), 'cache-control': 'private, no-store' });
  let visitor;
  if (headers.get('sec-gpc') === '1' || headers.get('dnt') === '1') {
    visitor = await dailyVisitor(env, headers.get('cf-connecting-ip') ?? '', agent);
  } else {
    const cookies = headers.get('cookie') ?? '';
    visitor = cookieOf(cookies, 'hb_visitor');
    if (visitor === undefined || !VISITOR.test(visitor)) {
      visitor = crypto.getRandomValues(new Uint8Array(16)).toBase64(BASE64URL);
      answer.append('set-cookie', `hb_visitor=${visitor}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax${secure}`);
    }
    const key = await signingKey(env);
    const touches = (await touchesOf(cookieOf(cookies, 'hb_journey'), key, now)).filter(({ link }) => link !== route.id);
    const touch = { link: route.id, scope: route.scope, at: now };
    const location = answer.get('location');
    answer.set('location', `${location}${location.includes('?') ? '&' : '?'}hb_click=${await tokenOf([touch], key)}`);
    touches.push(touch);
    const token = await tokenOf(touches.slice(-MAX_TOUCHES), key);
    answer.append('set-cookie', `hb_journey=${token}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax${secure}`);
  }
  const click = JSON.stringify({ v: 1, id: uuid7(now), link: route.id, at: now, visitor, agent, fetch: fetchOf(method, headers) });
  context.waitUntil(env.CLICKS.send(click, { contentType: 'text' }));
  return new Response(null, { status: 302, headers: answer });
}

export default { fetch: redirect };
