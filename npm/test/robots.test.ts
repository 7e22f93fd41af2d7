// The entry `handbill/robots` of the packed tarball, against core's vectors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type * as Robots from '../src/robots.ts';
import { Project } from './packed.ts';
import { answerOfWorker } from './worker.ts';

const project = new Project();
after(() => project.remove());
const robots: typeof Robots = await project.load('dist/robots.js');

test('RD-09 robots are told as on the server', () => {
  const { cases } = JSON.parse(readFileSync(new URL('../../crates/core/vectors/robots.json', import.meta.url), 'utf8'));
  assert.ok(cases.length > 0);
  for (const { agent, robot } of cases) assert.equal(robots.isRobot(agent), robot, agent);
  assert.match(robots.robotListVersion(), /^crawler-user-agents@\d+\.\d+\.\d+$/);
});

test('NP-01 modules and Workers import it, CommonJS requires it', async () => {
  const use = `console.log(isRobot('Googlebot/2.1'));`;
  assert.equal(project.run('esm.mjs', `import { isRobot } from 'handbill/robots'; ${use}`), 'true');
  assert.equal(project.run('cjs.cjs', `const { isRobot } = require('handbill/robots'); ${use}`), 'true');
  const worker = `import { isRobot } from 'handbill/robots'; export default { fetch: async (request) => Response.json(isRobot(await request.text())) };`;
  assert.equal(await answerOfWorker(project, worker, 'Googlebot/2.1'), 'true');
});
