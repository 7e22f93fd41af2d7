// Bindings that misbehave, or tell what passes through them. Each is the source of a function that gets the
// Worker's bindings and gives back those the Worker shall see; it runs in the
// Worker, before its entry. Orders come through KV, so that a test can change its
// mind while the Worker runs.

/** A queue that takes nothing. */
export const QUEUE_REFUSES = `(env) => ({
  ...env,
  CLICKS: { async send() { throw new Error('the queue is full'); } },
})`;

/** A queue that takes its time: until KV holds `test:release`. Says so under `test:waiting`. */
export const QUEUE_WAITS = `(env) => ({
  ...env,
  CLICKS: {
    async send(...message) {
      await env.LINKS.put('test:waiting', 'yes');
      while (!(await env.LINKS.get('test:release'))) await new Promise((resume) => setTimeout(resume, 20));
      return env.CLICKS.send(...message);
    },
  },
})`;

/** A queue that delivers every message three times. */
export const QUEUE_REPEATS = `(env) => ({
  ...env,
  CLICKS: {
    async send(...message) {
      for (let time = 0; time < 3; time += 1) await env.CLICKS.send(...message);
    },
  },
})`;

/** A queue that logs each message, `queued …`, and delivers none: a test hands them to the consumer as it likes. */
export const QUEUE_TELLS = `(env) => ({
  ...env,
  CLICKS: { async send(message) { console.log('queued ' + message); } },
})`;

/** KV that takes no link while it holds `test:refuse-puts`, and none is read while it holds `test:refuse-gets`. */
export const KV_REFUSES = `(env) => {
  const refuses = async (key, order) => key.startsWith('link') && (await env.LINKS.get(order)) !== null;
  return {
    ...env,
    LINKS: {
      async get(key, options) {
        if (await refuses(key, 'test:refuse-gets')) throw new Error('KV is away');
        return env.LINKS.get(key, options);
      },
      async put(key, value, options) {
        if (await refuses(key, 'test:refuse-puts')) throw new Error('KV is full');
        return env.LINKS.put(key, value, options);
      },
      getWithMetadata: (key, options) => env.LINKS.getWithMetadata(key, options),
      delete: (key) => env.LINKS.delete(key),
      list: (options) => env.LINKS.list(options),
    },
  };
}`;

/**
 * KV as the edge has it: what was read once is answered from a copy for as long
 * as the reader's `cacheTtl` allows, by the test's clock.
 */
export const KV_KEEPS_COPIES = `(env) => {
  const copies = (globalThis.copies ??= new Map());
  const now = async () => {
    const clock = (await env.LINKS.get('test:clock')) ?? '+0';
    return Number(clock.slice(1)) + (clock.startsWith('+') ? Date.now() : 0);
  };
  return {
    ...env,
    LINKS: {
      async get(key, options) {
        if (key.startsWith('test:')) return env.LINKS.get(key, options);
        const at = await now();
        const copy = copies.get(key);
        if (copy && at < copy.until) return copy.value;
        const value = await env.LINKS.get(key, options);
        copies.set(key, { value, until: at + 1000 * (options?.cacheTtl ?? 60) });
        return value;
      },
      put: (key, value, options) => env.LINKS.put(key, value, options),
      getWithMetadata: (key, options) => env.LINKS.getWithMetadata(key, options),
      delete: (key) => env.LINKS.delete(key),
      list: (options) => env.LINKS.list(options),
    },
  };
}`;

/**
 * D1 that logs each statement that has run, and how many rows of tables and
 * indexes it read and wrote: `sql {"sql":…,"rowsRead":…,"rowsWritten":…}`.
 */
export const DB_TELLS = `(env) => {
  const tell = (sql, { meta }) => console.log('sql ' + JSON.stringify({ sql, rowsRead: meta.rows_read, rowsWritten: meta.rows_written }));
  const statements = new WeakMap();
  // Proxies: the Worker looks at the names of the bindings' classes.
  const passing = (target, name) => {
    const value = target[name];
    return typeof value === 'function' && name !== 'constructor' ? value.bind(target) : value;
  };
  const telling = (sql, native) => {
    const statement = new Proxy(native, {
      get(target, name) {
        if (name === 'bind') return (...values) => telling(sql, target.bind(...values));
        // The others don't say how many rows they read.
        if (name === 'all' || name === 'run') {
          return async () => {
            const result = await target[name]();
            tell(sql, result);
            return result;
          };
        }
        if (name === 'first') {
          return async (column) => {
            const result = await target.all();
            tell(sql, result);
            const row = result.results[0] ?? null;
            return row !== null && column !== undefined ? row[column] : row;
          };
        }
        return passing(target, name);
      },
    });
    statements.set(statement, { sql, native });
    return statement;
  };
  return {
    ...env,
    DB: new Proxy(env.DB, {
      get(db, name) {
        if (name === 'prepare') return (sql) => telling(sql, db.prepare(sql));
        if (name === 'batch') {
          return async (list) => {
            const known = list.map((statement) => statements.get(statement));
            const results = await db.batch(known.map(({ native }) => native));
            results.forEach((result, index) => tell(known[index].sql, result));
            return results;
          };
        }
        return passing(db, name);
      },
    }),
  };
}`;

/** D1 that takes its time over each batch, now more, now less: requests that came together drift apart. */
export const DB_DAWDLES = `(env) => ({
  ...env,
  // A proxy: the Worker looks at the names of the bindings' classes.
  DB: new Proxy(env.DB, {
    get(db, name) {
      if (name === 'batch') {
        return async (list) => {
          await new Promise((resume) => setTimeout(resume, Math.random() * 60));
          return db.batch(list);
        };
      }
      const value = db[name];
      return typeof value === 'function' && name !== 'constructor' ? value.bind(db) : value;
    },
  }),
})`;
