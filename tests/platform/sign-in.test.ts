import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertContrast, assertFits, assertNamed, isFocused, tabTo } from '../support/access.ts';
import { startBrowser } from '../support/browser.ts';
import { HOUR, MINUTE } from '../support/checkout.ts';
import { dashboard, REPORT, SESSION, sessionOf, SIGN_IN, signIn, signOut } from '../support/dashboard.ts';
import { cookieValue } from '../support/http.ts';
import { JOURNEY } from '../support/visitor.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const browser = await startBrowser();
after(() => browser.close());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { token } = demo.manager;

const at = (page: Page): string => new URL(page.url()).pathname;

test('AU-03 a token signs in, without a script', async () => {
  const person = await dashboard(browser, hb, { javaScriptEnabled: false });
  const { page } = person;
  await page.goto('/dashboard/');
  assert.equal(at(page), SIGN_IN);
  const field = page.getByLabel('Token');
  assert.deepEqual([await field.getAttribute('type'), await field.getAttribute('autocomplete')], ['password', 'current-password']);
  for (const [typed, message] of [['nonsense', /not known/], [`hb_${'x'.repeat(43)}`, /not known/], [operator.token, /organizer/]] as const) {
    await field.fill(typed);
    await person.button('Sign in').click();
    await page.getByRole('alert').filter({ hasText: message }).waitFor();
    assert.deepEqual([await field.getAttribute('aria-invalid'), await field.inputValue(), (await page.context().cookies()).length], ['true', '', 0], typed);
  }
  await field.fill(token);
  await person.button('Sign in').click();
  await page.waitForURL((url) => url.pathname === REPORT);
  assert.match(await page.content(), /<noscript><p>[^<]*please allow JavaScript/);
  await page.goto('/dashboard/');
  assert.equal(at(page), REPORT);
  await person.close();
});

test('AU-03 whoever is refused is told why, by status too', async () => {
  assert.deepEqual((await Promise.all(['nonsense', '', operator.token, token].map((one) => signIn(hb, one)))).map(({ status, cookies }) => [status, cookies.length]), [[401, 0], [401, 0], [403, 0], [303, 1]]);
  const noForm = await hb.send(SIGN_IN, { method: 'POST', body: { token } });
  assert.deepEqual([noForm.status, noForm.cookies], [401, []]);
});

test('AU-03 the session is a signed cookie that no script, no other site and no plain line gets', async () => {
  const [cookie] = (await signIn(hb, token)).cookies;
  assert.match(cookie!, /^hb_session=[\w.-]+; /);
  const attributes = cookie!.split('; ').slice(1).sort();
  assert.deepEqual(attributes, ['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Lax']);
  assert.ok(!cookie!.includes(token));

  const secure = await startHandbill({ https: true });
  try {
    const seller = await organizerNamed(secure, await operatorOf(secure), 'demo');
    assert.ok((await signIn(secure, seller.manager.token)).cookies[0]!.split('; ').includes('Secure'));
  } finally {
    await secure.stop();
  }
});

test('AU-03 signing out ends it', async () => {
  const headers = await sessionOf(hb, token);
  const out = await signOut(hb, headers);
  assert.deepEqual([out.status, out.headers.location], [303, SIGN_IN]);
  assert.match(out.cookies[0]!, /^hb_session=; .*Max-Age=0/);

  const person = await dashboard(browser, hb);
  await person.signIn(token);
  await person.button('Sign out').click();
  await person.heading('Sign in').waitFor();
  assert.deepEqual((await person.page.context().cookies()).filter(({ name }) => name === SESSION), []);
  await person.page.goBack();
  await person.heading('Sign in').waitFor();
  await person.close();
});

test('AU-03 pages of the dashboard are of no cache, and of a policy that allows our own alone', async () => {
  const report = await hb.send(REPORT, { headers: await sessionOf(hb, token) });
  const form = await hb.send(SIGN_IN);
  for (const { status, headers } of [report, form]) {
    assert.deepEqual([status, headers['content-type'], headers['cache-control'], headers['x-content-type-options']], [200, 'text/html; charset=utf-8', 'no-store', 'nosniff']);
  }
  const policyOf = ({ headers }: typeof report): Record<string, string> => Object.fromEntries(String(headers['content-security-policy']).split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]));
  const always = { 'default-src': "'none'", 'base-uri': "'none'", 'form-action': "'self'", 'frame-ancestors': "'none'" };
  assert.deepEqual(policyOf(report), { ...always, 'script-src': "'self'", 'style-src': "'self'", 'connect-src': "'self'", 'img-src': "'self' data:" });
  const { 'style-src': style, 'img-src': images, ...rest } = policyOf(form);
  assert.deepEqual([rest, images], [always, 'data:']);
  assert.ok(style!.length > 0);
  assert.ok(!/<[^>]+ (style|on\w+)=/.test(report.text));
});

test('AU-03 another site can neither sign in nor out', async () => {
  const headers = await sessionOf(hb, token);
  for (const from of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }] as Record<string, string>[]) {
    for (const answer of [await signIn(hb, token, from), await signOut(hb, { ...headers, ...from })]) assert.deepEqual([answer.status, answer.cookies], [403, []], JSON.stringify(from));
  }
  for (const from of [{ 'sec-fetch-site': 'same-origin', origin: hb.url.origin }, { origin: hb.url.origin }] as Record<string, string>[]) assert.equal((await signIn(hb, token, from)).status, 303, JSON.stringify(from));
});

test('AU-03 a page elsewhere can neither end a session nor read by it', async () => {
  const person = await dashboard(browser, hb);
  const { page } = person;
  await person.signIn(token);
  const attack = `<form method="post" action="${hb.url.origin}/dashboard/sign-out/"><button>Win</button></form>`;
  await page.route('https://evil.example/**', (route) => route.fulfill({ contentType: 'text/html', body: attack }));
  await page.goto('https://evil.example/');
  const read = await page.evaluate((path) => fetch(path, { credentials: 'include' }).then(() => 'read', () => 'refused'), `${hb.url.origin}/manage/report/links`);
  assert.equal(read, 'refused');
  const [answer] = await Promise.all([page.waitForResponse('**/dashboard/sign-out/'), person.button('Win').click()]);
  assert.equal(answer.status(), 403);
  await person.open();
  await person.page.context().close();
});

test('AU-03 a session reads what its token may, and writes nothing', async () => {
  const headers = await sessionOf(hb, token);
  assert.deepEqual((await hb.send('/manage/report/links', { headers })).json, (await demo.manager.get('report/links')).json);
  assert.equal((await hb.send(`/manage/events/${demo.event.id}`, { headers })).status, 200);
  assert.equal((await hb.send(`/manage/events/${other.event.id}`, { headers })).status, 404);

  const { json: routes } = await operator.get('routes');
  const writing = routes.filter(({ method, path }: any) => method !== 'GET' && path.startsWith('/manage/'));
  assert.ok(writing.length > 40, 'the list of routes is there');
  for (const { method, path } of writing) {
    const answer = await hb.send(path.replace(/\{\w+\}/g, String(NOBODY)), { method, headers, body: {} });
    assert.equal(answer.status, 401, `${method} ${path}: ${answer.text}`);
  }
});

test('AU-03 whose token may only read, may sign in', async () => {
  const headers = await sessionOf(hb, demo.reader);
  assert.deepEqual([(await hb.send(REPORT, { headers })).status, (await hb.send('/manage/report/links', { headers })).status], [200, 200]);
});

/** Whether a session is none: the page leads to the form, the API refuses. */
async function assertOver(headers: { cookie: string }, why: string): Promise<void> {
  const page = await hb.send(REPORT, { headers });
  assert.deepEqual([page.status, page.headers.location], [303, SIGN_IN], why);
  assert.equal((await hb.send('/manage/report/links', { headers })).status, 401, why);
}

test('AU-03 a revoked token ends its sessions at once, and no others', async () => {
  const made = await demo.manager.made('tokens', { label: 'lost', access: 'read' });
  const [lost, kept] = [await sessionOf(hb, made.token), await sessionOf(hb, token)];
  assert.equal((await hb.send(REPORT, { headers: lost })).status, 200);
  assert.equal((await demo.manager.remove(`tokens/${made.id}`)).status, 204);
  await assertOver(lost, 'revoked');
  assert.equal((await hb.send(REPORT, { headers: kept })).status, 200);
  assert.equal((await signIn(hb, made.token)).status, 401);
});

test('AU-03 no forged cookie is a session', async () => {
  const { cookie } = await sessionOf(hb, token);
  const link = await demo.manager.made('links', { kind: 'venue' });
  const journey = cookieValue(await hb.send(new URL(link.short_url).pathname), JOURNEY);
  const stats = new URL(link.stats_url).pathname.split('/')[2];
  assert.ok(journey && stats);
  const [payload, key, mac] = cookie.slice(SESSION.length + 1).split('.') as [string, string, string];
  const [, ends] = Buffer.from(payload, 'base64url').toString().split('.');
  const another = Buffer.from(`1.${ends}`).toString('base64url');
  for (const value of ['', 'x', token, journey, stats, `${payload}.${key}.${mac.slice(1)}`, `${another}.${key}.${mac}`, `${payload}.other.${mac}`, payload]) await assertOver({ cookie: `${SESSION}=${value}` }, value);
  await assertOver({ cookie: '' }, 'none');
});

test('AU-03 a session ends after twelve hours', async () => {
  const headers = await sessionOf(hb, token);
  await hb.setClockAhead(12 * HOUR - MINUTE);
  assert.equal((await hb.send(REPORT, { headers })).status, 200);
  await hb.setClockAhead(12 * HOUR + MINUTE);
  await assertOver(headers, 'twelve hours');
  await hb.setClockAhead(0);
});

test('AU-03 a session ends with its organizer', async () => {
  const gone = await organizerNamed(hb, operator, 'gone');
  const headers = await sessionOf(hb, gone.manager.token);
  assert.equal((await operator.remove(`organizers/${gone.id}`)).status, 204);
  assert.equal((await gone.manager.get('report/links')).status, 401);
  await assertOver(headers, 'archived');
});

test('AU-03 signing in by keyboard alone', async () => {
  const person = await dashboard(browser, hb);
  const { page } = person;
  await page.goto(SIGN_IN);
  assert.ok(await isFocused(page.getByLabel('Token')), 'the field has the focus from the beginning');
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await tabTo(page, page.getByLabel('Token'));
  await page.keyboard.type(token);
  await tabTo(page, person.button('Sign in'));
  await page.keyboard.press('Space');
  await person.settled();
  assert.equal(at(page), REPORT);
  await person.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`AU-03 the form has names, stands out and fits the smallest screen, ${colorScheme}`, async () => {
    const person = await dashboard(browser, hb, { colorScheme, viewport: { width: 320, height: 640 } });
    const { page } = person;
    await page.goto(SIGN_IN);
    await page.getByLabel('Token').fill('nonsense');
    await person.button('Sign in').click();
    await page.getByRole('alert').waitFor();
    await assertNamed(page);
    await assertContrast(page);
    await assertFits(page, 'with a message');
    await person.close();
  });
}
