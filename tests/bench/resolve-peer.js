// @ts-nocheck -- the shapes are those of JSON.parse; that they are right, the comparison of bytes tells
// The peer of the resolver: the rules of docs/attribution.md, written by hand in
// JavaScript for speed. Text in and text out, as the wasm has it.

const DAY = 86_400_000;
const MOST = 100;
/** The years 0001 to 9999. */
const [FIRST, LAST] = [-62_135_596_800_000, 253_402_300_799_999];
const SOURCES = ['journey', 'click_token', 'checkout'];
const UTM = ['source', 'medium', 'campaign', 'term', 'content'];
const SCOPE = /^[ase][1-9][0-9]{0,15}$/;

function refuse(message) {
  throw new TypeError(message);
}

const clamp = (at) => (at < FIRST ? FIRST : at > LAST ? LAST : at);

function whole(number) {
  return Number.isInteger(number) ? number : refuse('a number is whole');
}

/** With its values in their order, and no others. */
function readUtm(utm) {
  if (utm === undefined) return {};
  let count = 0;
  const read = {};
  for (const name of UTM) {
    const value = utm[name];
    if (value === undefined) continue;
    count += 1;
    if (value === null) continue;
    if (typeof value !== 'string') refuse('a value is a text');
    read[name] = value;
  }
  return Object.keys(utm).length === count ? read : refuse('a value is unknown');
}

function scopeId(scope) {
  if (typeof scope !== 'string' || !SCOPE.test(scope)) refuse('a scope is a letter and an id');
  const id = Number(scope.slice(1));
  return id <= Number.MAX_SAFE_INTEGER ? id : refuse('an id is at most 2^53 - 1');
}

function read(candidate, isCovered, from, until) {
  let members = 5;
  if (candidate.utm !== undefined) members += 1;
  if (Object.keys(candidate).length !== members) refuse('a member is unknown or missing');
  const { link, scope, sequence, source } = candidate;
  const id = scopeId(scope);
  const at = clamp(whole(candidate.at));
  if (!Number.isInteger(link)) refuse('a link is an id');
  if (!Number.isInteger(sequence) || sequence < 0 || sequence > 0xffff_ffff) refuse('a sequence is a number');
  if (!SOURCES.includes(source)) refuse('a source is unknown');
  const verdict = !isCovered(scope.charCodeAt(0), id) ? 'out_of_scope' : at < from ? 'too_old' : at > until ? 'in_future' : 'earlier';
  return { link, scope, at, sequence, source, utm: readUtm(candidate.utm), verdict };
}

/** Texts compare by character, and JavaScript compares halves of them. */
function compareTexts(a, b) {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let place = 0;
  while (place < length && a.charCodeAt(place) === b.charCodeAt(place)) place += 1;
  if (place === length) return a.length - b.length;
  const weight = (unit) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
  return weight(a.charCodeAt(place)) - weight(b.charCodeAt(place));
}

function compareUtm(a, b) {
  for (const name of UTM) {
    const [one, other] = [a[name], b[name]];
    if (one === other) continue;
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    return compareTexts(one, other);
  }
  return 0;
}

function compareScopes(a, b) {
  const rank = (scope) => 'ase'.indexOf(scope[0]);
  return rank(a) - rank(b) || Number(a.slice(1)) - Number(b.slice(1));
}

const isOut = ({ verdict }) => (verdict === 'out_of_scope' ? 1 : 0);

function newestFirst(a, b) {
  if (a.at !== b.at) return b.at - a.at;
  if (a.sequence !== b.sequence) return b.sequence - a.sequence;
  if (a.link !== b.link) return b.link - a.link;
  if (a.source !== b.source) return SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source);
  return isOut(a) - isOut(b) || compareUtm(b.utm, a.utm) || compareScopes(a.scope, b.scope);
}

function covers(organizer, events) {
  if (!Array.isArray(events)) refuse('events are a list');
  for (const [event, series] of events) whole(event), series !== null && whole(series);
  return (letter, id) => {
    if (letter === 97) return id === organizer;
    for (const [event, series] of events) if ((letter === 101 ? event : series) === id) return true;
    return false;
  };
}

/** The receipt of a purchase. */
export function resolve(candidatesText, purchaseText) {
  const candidates = JSON.parse(candidatesText);
  const purchase = JSON.parse(purchaseText);
  if (!Array.isArray(candidates)) refuse('candidates are a list');
  if (Object.keys(purchase).length !== 4) refuse('a member is unknown or missing');
  const at = clamp(whole(purchase.at));
  const days = Math.max(0, whole(purchase.window_days));
  const isCovered = covers(whole(purchase.organizer), purchase.events);
  const sorted = candidates.map((candidate) => read(candidate, isCovered, at - days * DAY, at)).sort(newestFirst);

  const considered = [];
  let winner = null;
  let last;
  for (const touch of sorted) {
    if (last !== undefined && last.at === touch.at && last.sequence === touch.sequence && last.link === touch.link && last.source === touch.source) continue;
    last = touch;
    if (winner === null && touch.verdict === 'earlier') {
      touch.verdict = 'won';
      winner = touch.link;
      // The winner is on the receipt, however many newer touches there are.
      if (considered.length >= MOST) considered[MOST - 1] = touch;
    }
    if (considered.length < MOST) considered.push(touch);
    else if (winner !== null) break;
  }
  return JSON.stringify({ rule: 'last_click', version: 1, window_days: days, at, winner, considered });
}
