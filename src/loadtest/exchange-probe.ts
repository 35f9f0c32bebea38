// Loaded into a coordinator by `node --import`: hands on what it says of each step's exchange, with its processor time so far.
import { subscribe } from 'node:diagnostics_channel';
import { exchangeChannel, type ExchangeTimes } from '../coordinator/exchange-clock.js';

export interface ProbedStep extends ExchangeTimes {
  /** User and system time of the process. */
  readonly cpuSeconds: number;
}

subscribe(exchangeChannel, (times) => {
  const { user, system } = process.cpuUsage();
  process.send?.({ ...(times as ExchangeTimes), cpuSeconds: (user + system) / 1e6 } satisfies ProbedStep);
});
process.channel?.unref();
