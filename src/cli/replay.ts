// bridle replay: computes a saved step once more, alone, and says where it breaks first.
import { readSavedStep } from '../checkpoint/saved-step.js';
import { settleCommandLine } from '../config/parse-command-line.js';
import { ConfigError, exitCodes } from '../errors.js';
import { replayStep } from '../replay/replay-step.js';
import type { CommandBody } from './command.js';
import { formatReplay } from './output/format-replay.js';
import { formatJsonLine } from './output/json-line.js';

export const replay: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const [path] = positionals;
  if (path === undefined) {
    const message =
      'bridle replay needs the file of a saved step: runs/NAME/spikes/step-00000012.msgpack. --save-spikes writes them.';
    throw new ConfigError('SAVED_STEP_MISSING', message);
  }
  const saved = await readSavedStep(path);
  const { runId, step, reason, gradNorm, model, shards } = saved;
  const result = replayStep(model, saved.params, shards);
  const report = {
    runId,
    step,
    reason,
    gradNorm,
    shards: shards.map(({ shard, exampleIds }) => ({ shard, exampleIds })),
    ...result,
  };
  around.stdout.write(values.json ? `${formatJsonLine({ event: 'replayed', ...report })}\n` : formatReplay(report));
  return exitCodes.done;
};
