// Loaded into a coordinator by `node --import`: writes how many gradients it held at once in each step, as lines of JSON.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

subscribe('bridle:exchange', ({ step, peak }) =>
  appendFileSync(process.env.BRIDLE_HELD_FILE, `${JSON.stringify({ step, ...peak })}\n`),
);
