// The pages' scripts and styles. They come as text from the build, which also gave
// each a tag of its bytes: a browser that has them asks only whether they are
// still the same.
import checkoutScript from './build/web/checkout.js';
import checkoutStyle from './build/web/checkout.css';
import reportScript from './build/web/report.js';
import reportStyle from './build/web/report.css';
import tags from './build/web/tags.js';

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

const FILES = new Map([
  ['/assets/checkout.js', { body: checkoutScript, type: SCRIPT, tag: tags['checkout.js'] }],
  ['/assets/checkout.css', { body: checkoutStyle, type: STYLE, tag: tags['checkout.css'] }],
  ['/assets/report.js', { body: reportScript, type: SCRIPT, tag: tags['report.js'] }],
  ['/assets/report.css', { body: reportStyle, type: STYLE, tag: tags['report.css'] }],
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
