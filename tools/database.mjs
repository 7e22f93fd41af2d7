// The Worker's D1 database, through wrangler: local (a folder) or remote (the
// account that wrangler is signed in to).
import { createHash, randomBytes } from 'node:crypto';
import { runQuietly } from './process.mjs';

/**
 * Where the database is: a folder for local data, or Cloudflare.
 *
 * @typedef {{ folder: string } | 'remote'} Place
 */

/** What wrangler needs to run unattended and to tell nobody about it. */
export const WRANGLER_ENVIRONMENT = { CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', CLOUDFLARE_CF_FETCH_ENABLED: 'false' };

/**
 * Applies the migrations that the database has not had yet.
 *
 * @param {Place} place
 */
export async function migrate(place) {
  await runQuietly('wrangler', ['d1', 'migrations', 'apply', 'DB', ...flags(place)], { env: WRANGLER_ENVIRONMENT });
}

/**
 * Runs SQL. wrangler's command line binds no parameters: quote with {@link text}.
 *
 * @param {Place} place
 * @param {string} sql
 */
export async function execute(place, sql) {
  await runQuietly('wrangler', ['d1', 'execute', 'DB', '--yes', '--command', sql, ...flags(place)], { env: WRANGLER_ENVIRONMENT });
}

/**
 * A string as an SQL literal.
 *
 * @param {string} value
 */
export function text(value) {
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * Makes an API token and stores its hash (AU-01): the way to the first one,
 * before there is a token that could ask the API for another.
 *
 * @param {Place} place
 * @param {{ label: string, organizer?: number, access?: 'read' | 'write' }} wanted without an organizer: an operator's token
 * @returns {Promise<string>} the token; it can't be read again
 */
export async function createToken(place, { label, organizer, access = 'write' }) {
  const token = `hb_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(token).digest('hex');
  await execute(
    place,
    `INSERT INTO api_token (organizer_id, label, access, hash, created_at) VALUES (${organizer ?? 'NULL'}, ${text(label)}, ${text(access)}, ${text(hash)}, ${Date.now()})`,
  );
  return token;
}

/** @param {Place} place */
function flags(place) {
  return place === 'remote' ? ['--remote'] : ['--local', '--persist-to', place.folder];
}
