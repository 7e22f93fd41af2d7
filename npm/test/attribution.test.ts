// The entry `handbill/attribution` of the packed tarball: the journey as a page
// keeps it, on pages of which any part may be missing or broken.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import type * as Attribution from '../src/attribution.ts';
import { Project } from './packed.ts';
import { answerOfWorker } from './worker.ts';

const project = new Project();
after(() => project.remove());
const attribution: typeof Attribution = await project.load('dist/attribution.js');

const { sign } = JSON.parse(readFileSync(new URL('../../crates/core/vectors/click_token.json', import.meta.url), 'utf8'));
const signed = (name: string): { touch: Attribution.Touch; token: string } => sign.find((one: { name: string }) => one.name === name);
/** Of link 9, scope a1; of link 9, scope e3; of link 7, scope e3, with UTM values. All are of this moment. */
const [ACCOUNT, EVENT, UTM] = [signed('an account'), signed('an event'), signed('with UTM values')];
const NOW = 1_795_341_600_000;
const now = NOW;
const DAY = 86_400_000;

/** A page in memory. */
class TestPage {
  readonly stored = new Map<string, string>();
  readonly location: { href: string };
  readonly localStorage: NonNullable<Attribution.Page['localStorage']> = {
    getItem: (key) => this.stored.get(key) ?? null,
    setItem: (key, value) => void this.stored.set(key, value),
    removeItem: (key) => void this.stored.delete(key),
  };
  readonly history = {
    state: { step: 1 } as unknown,
    replaceState: (state: unknown, _: string, url: string) => {
      this.history.state = state;
      this.location.href = url;
    },
  };
  navigator: Attribution.Page['navigator'] = {};

  constructor(href = 'https://shop.example/') {
    this.location = { href };
  }

  get text(): string | undefined {
    return this.stored.get('hb_journey');
  }
}

const landing = (token: string): string => `https://shop.example/rock?a=%20b&hb_click=${token}&utm_source=mail#top`;

test('NP-04 a landing is captured, kept and taken out of the address bar', () => {
  const page = new TestPage(landing(UTM.token));
  const journey = new attribution.PageJourney(page);
  assert.deepEqual(journey.capture({ now }), { touch: UTM.touch, utm: { source: 'mail' } });
  assert.equal(page.location.href, 'https://shop.example/rock?a=%20b&utm_source=mail#top');
  assert.deepEqual(page.history.state, { step: 1 });
  assert.equal(page.text, UTM.token);
  // Again, and on the next page.
  assert.deepEqual(journey.capture({ now }), { utm: { source: 'mail' } });
  page.location.href = landing(EVENT.token);
  assert.deepEqual(new attribution.PageJourney(page).capture({ now }).touch, EVENT.touch);
  assert.equal(page.text, `${UTM.token} ${EVENT.token}`);
  assert.deepEqual(journey.tokens(), [UTM.token, EVENT.token]);
});

test('AT-02 it keeps at most 1,024 characters, the oldest go first', () => {
  const page = new TestPage();
  const journey = new attribution.PageJourney(page);
  const [, ...rest] = UTM.token.split('.');
  const captured: string[] = [];
  for (let link = 1; link < 40; link += 1) {
    // Nobody can tell on a page that the signature is another's.
    const payload = Buffer.from(ACCOUNT.token.split('.')[0]!, 'base64url');
    payload[1] = link;
    captured.push([payload.toString('base64url'), ...rest].join('.'));
    page.location.href = landing(captured.at(-1)!);
    assert.equal(journey.capture({ now }).touch?.link, link);
    assert.ok(page.text!.length <= 1024);
  }
  const kept = journey.tokens();
  assert.ok(kept.length > 10 && kept.length < 20);
  assert.deepEqual(kept, captured.slice(-kept.length));
});

test('NP-04 the touch that covers an event last is current', () => {
  const page = new TestPage();
  page.stored.set('hb_journey', `${ACCOUNT.token} ${UTM.token}`);
  const journey = new attribution.PageJourney(page);
  const later = { now: NOW + DAY };
  assert.deepEqual(journey.current({ organizer: 1, event: 3 }, later), ACCOUNT.touch, 'of two at once the larger link');
  assert.deepEqual(journey.current({ organizer: 2, event: 3 }, later), UTM.touch);
  assert.deepEqual(journey.current({ organizer: 1, event: 4, series: 3 }, later), ACCOUNT.touch);
  assert.equal(journey.current({ organizer: 2, event: 4 }, later), undefined);
  assert.equal(journey.current({ organizer: 2, event: 3 }, { now: NOW - 300_001 }), undefined, 'not before it was');
  assert.deepEqual(journey.current({ organizer: 2, event: 3 }, { now: NOW - 300_000 }), UTM.touch, 'but a clock may be slow');
  assert.equal(journey.current({ organizer: 2, event: 3 }, { now: NOW + 31 * DAY }), undefined);
  assert.deepEqual(journey.current({ organizer: 2, event: 3 }, { now: NOW + 31 * DAY, windowDays: 31 }), UTM.touch);
  assert.throws(() => journey.current({ organizer: 0.5, event: 3 }), { code: 'invalid' });
});

test('NP-04 the newest token is handed on to another domain', () => {
  const page = new TestPage();
  const journey = new attribution.PageJourney(page);
  assert.equal(journey.decorate('https://b.example/?a=1#f'), 'https://b.example/?a=1#f');
  page.stored.set('hb_journey', `${UTM.token} ${EVENT.token}`);
  assert.equal(journey.decorate('https://b.example/?a=1#f'), `https://b.example/?a=1&hb_click=${EVENT.token}#f`);
  assert.equal(journey.decorate(new URL('https://b.example/')), `https://b.example/?hb_click=${EVENT.token}`);
  assert.equal(journey.decorate('/checkout'), '/checkout');
  assert.equal(journey.decorate('tel:+491'), 'tel:+491');

  const other = new TestPage(journey.decorate('https://b.example/'));
  assert.deepEqual(new attribution.PageJourney(other).capture({ now }).touch, EVENT.touch);
});

test('NP-04 nothing is stored before consent', () => {
  const page = new TestPage(landing(UTM.token));
  page.stored.set('hb_journey', ACCOUNT.token);
  let asked = 0;
  const journey = new attribution.PageJourney({ ...page, get localStorage() { return (asked += 1), page.localStorage; } });
  assert.deepEqual(journey.capture({ consent: false, now }).touch, UTM.touch);
  page.location.href = landing(EVENT.token);
  journey.capture({ consent: false, now });
  assert.deepEqual(journey.tokens(), [UTM.token, EVENT.token]);
  assert.equal(page.location.href, landing(EVENT.token), 'a reload must find it again');
  assert.equal(page.text, ACCOUNT.token);
  assert.equal(asked, 0, 'nor is anything read');

  journey.consent(now);
  assert.equal(page.text, `${ACCOUNT.token} ${UTM.token} ${EVENT.token}`);
  assert.equal(page.location.href, 'https://shop.example/rock?a=%20b&utm_source=mail#top');
  journey.consent(now);
  assert.equal(page.text, `${ACCOUNT.token} ${UTM.token} ${EVENT.token}`);
});

test('NP-04 consent may come with the next landing, and go', () => {
  const page = new TestPage(landing(UTM.token));
  const journey = new attribution.PageJourney(page);
  journey.capture({ consent: false, now });
  page.location.href = landing(EVENT.token);
  journey.capture({ consent: true, now });
  assert.equal(page.text, `${UTM.token} ${EVENT.token}`);
  journey.forget();
  assert.equal(page.text, undefined);
  assert.deepEqual(journey.tokens(), []);
});

test('RD-10 with Global Privacy Control or Do Not Track there is nothing', () => {
  for (const navigator of [{ globalPrivacyControl: true }, { doNotTrack: '1' }]) {
    const page = new TestPage(landing(UTM.token));
    page.stored.set('hb_journey', ACCOUNT.token);
    page.navigator = navigator;
    const journey = new attribution.PageJourney(page);
    assert.deepEqual(journey.tokens(), []);
    assert.deepEqual(journey.capture({ now }), { utm: { source: 'mail' } });
    journey.consent(now);
    assert.equal(page.text, undefined);
    assert.equal(page.location.href, 'https://shop.example/rock?a=%20b&utm_source=mail#top');
    assert.deepEqual(journey.tokens(), []);
    assert.equal(journey.current({ organizer: 1, event: 3 }, { now }), undefined);
    assert.equal(journey.decorate('https://b.example/'), 'https://b.example/');
  }
  const page = new TestPage(landing(UTM.token));
  page.navigator = { globalPrivacyControl: false, doNotTrack: '0' };
  new attribution.PageJourney(page).capture({ now });
  assert.equal(page.text, UTM.token);
});

test('NP-04 broken storage stands in nobody’s way', () => {
  const broken = (): never => {
    throw new Error('no storage');
  };
  const full = { getItem: () => null, setItem: broken, removeItem: broken };
  const href = landing(UTM.token);
  const pages: Attribution.Page[] = [
    { location: { href } },
    { location: { href }, localStorage: full },
    { location: { href }, localStorage: { getItem: broken, setItem: broken, removeItem: broken } },
    { location: { href }, get localStorage() { return broken(); }, get history() { return broken(); }, get navigator() { return broken(); } },
    { location: { href }, localStorage: full, history: { state: null, replaceState: broken } },
  ];
  for (const page of pages) {
    const journey = new attribution.PageJourney(page);
    assert.deepEqual(journey.capture({ now }).touch, UTM.touch);
    assert.deepEqual(journey.tokens(), [UTM.token], 'as long as the page lives');
    assert.equal(page.location?.href, href, 'the address is all that keeps it');
    journey.forget();
    assert.deepEqual(journey.tokens(), []);
  }
  const nowhere = new attribution.PageJourney({ get location() { return broken(); } });
  assert.deepEqual(nowhere.capture({ now }), { utm: {} });
  assert.equal(nowhere.decorate('https://b.example/'), 'https://b.example/');
});

test('NP-04 whatever is in the storage', () => {
  const texts = ['', ' ', '{"touches":[', 'null', 'a.b.c', '\u0000\ud800', UTM.token.slice(0, -1), 'x'.repeat(100_000), `${'a.b.c '.repeat(9_999)}`, 7];
  for (const text of texts) {
    const page = new TestPage(landing(EVENT.token));
    page.stored.set('hb_journey', text as string);
    const journey = new attribution.PageJourney(page);
    assert.deepEqual(journey.tokens(), []);
    assert.equal(journey.decorate('https://b.example/'), 'https://b.example/');
    assert.equal(journey.current({ organizer: 1, event: 3 }, { now }), undefined);
    journey.capture({ now });
    assert.equal(page.text, EVENT.token, String(text).slice(0, 20));
  }
});

test('NP-04 whatever is in the address', () => {
  for (const href of ['', 'about:blank', '?hb_click', 'https://x/?hb_click=%', 'https://x/?hb_click=a.b.c', 'https://x/?utm_source=%00', 'https://x/?%', '\ud800']) {
    const page = new TestPage(href);
    assert.deepEqual(new attribution.PageJourney(page).capture({ now }), { utm: {} }, href);
    assert.equal(page.text, undefined);
  }
});

test('AT-04 the UTM parameters of a URL', () => {
  const utm = { source: 'röck', medium: 'a b', campaign: 'c', term: 't', content: 'n' };
  const query = '?utm_source=r%C3%B6ck&utm_medium=a+b&utm_campaign=c&utm_term=t&utm_content=n&utm_id=5&utm_term=u';
  assert.deepEqual(attribution.parseUtm(`https://x.example/${query}#utm_source=z`), utm);
  assert.deepEqual(attribution.parseUtm(new URL(`https://x.example/${query}`)), utm);
  assert.deepEqual(attribution.parseUtm(query), utm);
  assert.deepEqual(attribution.parseUtm('https://x.example/'), {});
});

test('AT-07 what are no touches and no purchase is refused', () => {
  const purchase: Attribution.Purchase = { organizer: 1, events: [[3, null]], at: NOW, window_days: 30 };
  const candidate: Attribution.Candidate = { ...UTM.touch, sequence: 0, source: 'click_token' };
  assert.equal(attribution.resolve([candidate], purchase).winner, 7);
  assert.throws(() => attribution.resolve({} as never, purchase), { name: 'Error', code: 'type', message: 'the list of candidates must be a list' });
  assert.throws(() => attribution.resolve([{ ...candidate, scope: 'x1' }], purchase), { code: 'invalid' });
  assert.throws(() => attribution.resolve([{ ...candidate, note: 1 } as never], purchase), { code: 'invalid' });
  assert.throws(() => attribution.resolve([], { ...purchase, at: 0.5 }), { code: 'invalid' });
  assert.throws(() => attribution.resolveText('[', '{}'), { code: 'malformed', message: 'the list of candidates is no JSON from character 2 on' });
});

test('NP-01 modules and Workers import it, CommonJS requires it', async () => {
  const use = `console.log(parseUtm('?utm_source=a').source, tokens().length, capture().touch);`;
  assert.equal(project.run('esm.mjs', `import { capture, parseUtm, tokens } from 'handbill/attribution'; ${use}`), 'a 0 undefined');
  assert.equal(project.run('cjs.cjs', `const { capture, parseUtm, tokens } = require('handbill/attribution'); ${use}`), 'a 0 undefined');
  const worker = `import { capture, parseUtm } from 'handbill/attribution'; export default { fetch: async (request) => Response.json([parseUtm(await request.text()), capture()]) };`;
  assert.equal(await answerOfWorker(project, worker, '?utm_source=a'), '[{"source":"a"},{"utm":{}}]');
});

test('NP-01 it brings no other part along', async () => {
  const cases = [
    { code: `import { capture } from 'handbill/attribution'; capture();`, conditions: [], file: 'attribution.js' },
    { code: `import { capture } from 'handbill/attribution'; capture();`, conditions: ['workerd'], file: 'attribution.workerd.js' },
    { code: `require('handbill/attribution').capture();`, conditions: [], file: 'attribution.cjs' },
  ];
  for (const { code, conditions, file } of cases) {
    writeFileSync(project.path('entry.js'), code);
    const { metafile } = await build({ entryPoints: [project.path('entry.js')], bundle: true, format: 'esm', platform: 'neutral', conditions, external: ['*.wasm'], write: false, metafile: true });
    const files = Object.keys(metafile.inputs).filter((input) => input.includes('node_modules/handbill'));
    assert.deepEqual(files.map((input) => input.replace(/^.*\/dist\//, '')), [file]);
  }
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(project.path('node_modules/handbill/dist/attribution.wasm')))).map(({ name }) => name);
  assert.ok(exported.includes('resolve'));
  assert.ok(!exported.some((name) => /price|slug|keyring|robot/i.test(name)), exported.join());
});

test('NP-01 its types are those of both, and of a page', () => {
  const use = `
const journey = new PageJourney(window);
const touch: Touch | undefined = journey.capture({ consent: false }).touch;
const purchase: Purchase = { organizer: 1, events: [[7, null]], at: 0, window_days: 30 };
const receipt: Receipt = resolve(touch ? [{ ...touch, sequence: 0, source: 'click_token' }] : [], purchase);
export const utm: Utm | undefined = touch?.utm ?? receipt.considered[0]?.utm;
`;
  const names = 'PageJourney, resolve, type Purchase, type Receipt, type Touch, type Utm';
  writeFileSync(project.path('esm.mts'), `import { ${names} } from 'handbill/attribution';\n${use}`);
  writeFileSync(project.path('cjs.cts'), `import { ${names} } from 'handbill/attribution';\n${use}`);
  writeFileSync(project.path('whole.mts'), `import { KeyRing, ${names} } from 'handbill';\n${use}export const step: Touch | undefined = new KeyRing('').readJourney('', 0)[0];\n`);
  const options = ['--module', 'nodenext', '--target', 'esnext', '--lib', 'esnext,dom', '--types', '', '--strict', '--skipLibCheck', 'false', '--noEmit'];
  execFileSync('tsc', [...options, 'esm.mts', 'cjs.cts', 'whole.mts'], { cwd: project.folder, stdio: ['ignore', 'inherit', 'inherit'] });
});
