// Writes crates/core/data/robots.tsv, and its licence beside it, from the npm
// package crawler-user-agents as package.json pins it:
//
//   node tools/robot-list.mjs
//
// Entries that are plain texts once `\/` and the like are unescaped become
// literals, which a substring search finds without a regular-expression engine.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../node_modules/crawler-user-agents/', import.meta.url));
const DATA = fileURLToPath(new URL('../crates/core/data/', import.meta.url));
// A person at a terminal, who came by the link on purpose.
const LEFT_OUT = ['^curl'];

const { version } = JSON.parse(readFileSync(join(SOURCE, 'package.json'), 'utf8'));
/** @type {string[]} */
const patterns = JSON.parse(readFileSync(join(SOURCE, 'crawler-user-agents.json'), 'utf8')).map(
  (/** @type {{ pattern: string }} */ entry) => entry.pattern,
);
for (const pattern of LEFT_OUT) {
  if (!patterns.includes(pattern)) throw new Error(`${pattern} is no longer in the list`);
}

const lines = patterns.filter((pattern) => !LEFT_OUT.includes(pattern)).map(lineOf);
const header = [
  '# User agents of robots: npm package crawler-user-agents, written by tools/robot-list.mjs.',
  '# Copyright (c) 2017 Martin Monperrus. MIT License, see robots.LICENSE.',
  `# Left out: ${LEFT_OUT.join(' ')}`,
  `version\tcrawler-user-agents@${version}`,
];
writeFileSync(join(DATA, 'robots.tsv'), [...header, ...lines, ''].join('\n'));
copyFileSync(join(SOURCE, 'LICENSE'), join(DATA, 'robots.LICENSE'));
console.log(`robots.tsv: ${lines.length} entries of crawler-user-agents ${version}`);

/** @param {string} pattern */
function lineOf(pattern) {
  if (/[\t\r\n]/.test(pattern)) throw new Error(`a line break or tab in ${pattern}`);
  const literal = literalOf(pattern);
  return literal === undefined ? `pattern\t${pattern.replaceAll('\\/', '/')}` : `literal\t${literal}`;
}

/**
 * The text a pattern stands for, or undefined when it needs an engine.
 *
 * @param {string} pattern
 */
function literalOf(pattern) {
  let text = '';
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern.charAt(at);
    if (c === '\\') {
      const escaped = pattern.charAt(++at);
      if (escaped === '' || /[A-Za-z0-9]/.test(escaped)) return undefined;
      text += escaped;
    } else if ('.*+?^${}()|[]'.includes(c)) {
      return undefined;
    } else {
      text += c;
    }
  }
  return text;
}
