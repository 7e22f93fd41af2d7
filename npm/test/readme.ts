// The code blocks of the package's README, as programs that check what their comments say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Block {
  heading: string;
  language: string;
  code: string;
}

export const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

export const blocks: Block[] = README.split(/^(?=#+ )/m).flatMap((section) => {
  const heading = /^#+ (.*)/.exec(section)?.[1] ?? '';
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({ heading, language, code }));
});

/**
 * The code of the blocks below a heading.
 *
 * @throws when there is none
 */
export function blocksBelow(heading: string, language = 'js'): string[] {
  const found = blocks.filter((block) => block.heading === heading && block.language === language);
  if (found.length === 0) throw new Error(`no \`${language}\` below \`${heading}\``);
  return found.map(({ code }) => code);
}

/** What an example takes from around it. */
export const AROUND = `
import { testRequest as signedRequest } from 'handbill/testing';
process.env.WEBHOOK_SECRET = 'ABCD123';
const [secret, env] = [process.env.WEBHOOK_SECRET, process.env];
const given = { id: 'wh_1', event: 'ORDER.CREATED' };
const request = signedRequest('https://shop.example/webhooks', given, secret);
const body = JSON.stringify(given);
const headers = request.headers;
`;

/** What an expression is, what it is to be, and whether it may be more than that. */
type Saying = [is: unknown, says: unknown, isPart: boolean];

/** The same code, that also puts what it says after `//` into `globalThis.said`. Where it says `…` it may be more. */
export function withSayings(code: string): string {
  const said = code.replace(/^(?!const |import )(.+?);\s+\/\/ (.+)$/gm, (line, does: string, comment: string) => {
    const says = comment.replaceAll(/,? …/g, '');
    return isExpression(says) ? `globalThis.said.push([${does}, ${says}, ${comment.includes('…')}]);` : line;
  });
  return `globalThis.said = [];\n${said}`;
}

/** @param count of sayings that there have to be */
export function areSo(said: Saying[], count: number): void {
  assert.equal(said.length, count);
  for (const [is, says, isPart] of said) {
    if (isPart) assert.partialDeepStrictEqual(is, says);
    else assert.deepEqual(is, says);
  }
}

function isExpression(code: string): boolean {
  try {
    new Function(`return (${code});`);
    return true;
  } catch {
    return false;
  }
}
