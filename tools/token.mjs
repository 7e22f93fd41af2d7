// Makes an API token where there is none yet, and prints it once (AU-01).
//
//   npm run token                           an operator's token, local data
//   npm run token -- --remote               the same on Cloudflare
//   npm run token -- --organizer 1 --read   for one organizer, read only
//
// Local data is in the folder STATE, as for `make dev`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createToken } from './database.mjs';
import { Failure, runTool } from './process.mjs';

await runTool(async () => {
  const { values } = parseArgs({
    options: {
      remote: { type: 'boolean', default: false },
      organizer: { type: 'string' },
      read: { type: 'boolean', default: false },
      label: { type: 'string', default: 'made on the command line' },
    },
  });
  if (values.organizer !== undefined && !/^[1-9]\d{0,14}$/.test(values.organizer)) throw new Failure('--organizer takes an id, such as 1');
  const place = values.remote ? 'remote' : { folder: resolve(process.env.STATE ?? '.state') };
  const organizer = values.organizer === undefined ? undefined : Number(values.organizer);
  console.log(await createToken(place, { label: values.label, organizer, access: values.read ? 'read' : 'write' }));
});
