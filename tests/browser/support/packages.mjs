// The packages that run.sh installed, from where it installed them.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.PLUGBOARD_TEST_PACKAGES, 'package.json'));

export const ws = require('ws');
// Every flow runs with an implementation that Node did not write; Node's own is used besides where
// this Node has one.
export const WebSocket = ws.WebSocket;
