// The checkout page's script and style. They come as text from the build, which
// also gave each a tag of its bytes: a browser that has them asks only whether
// they are still the same.
import script from './build/web/checkout.js';
import style from './build/web/checkout.css';
import tags from './build/web/tags.js';

const FILES = new Map([
  ['/assets/checkout.js', { body: script, type: 'text/javascript; charset=utf-8', tag: tags['checkout.js'] }],
  ['/assets/checkout.css', { body: style, type: 'text/css; charset=utf-8', tag: tags['checkout.css'] }],
]);

/** The answer to a request for one of them; undefined when something else is asked for. */
export function asset(request) {
  const file = FILES.get(new URL(request.url).pathname);
  if (file === undefined) return undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
  const headers = { etag: file.tag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
  if (isKnown(request.headers.get('if-none-match'), file.tag)) return new Response(null, { status: 304, headers });
  return new Response(file.body, { headers: { ...headers, 'content-type': file.type } });
}

/** Whether `If-None-Match` names the tag. What compressed the answer on its way may have made the tag a weak one. */
function isKnown(header, tag) {
  return header !== null && header.split(',').some((known) => known.trim() === '*' || known.trim().replace(/^W\//, '') === tag);
}
