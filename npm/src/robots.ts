// Which user agents are robots: apart from the rest because the list is large.
import * as wasm from '../build/robots/handbill_wasm.js';
import bytes from '../build/robots/handbill_wasm_bg.wasm';
import { load } from './load.ts';

let list: wasm.RobotList | undefined;

function robots(): wasm.RobotList {
  list ??= new (load(wasm, bytes).RobotList)();
  return list;
}

/** Whether a user agent is a robot's. None at all is. */
export function isRobot(userAgent: string): boolean {
  return robots().isRobot(userAgent);
}

/** Which list it is, like `crawler-user-agents@1.60.0`: by a later one an agent may be judged otherwise. */
export function robotListVersion(): string {
  return robots().version;
}
