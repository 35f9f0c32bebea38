// bridle replay: computes a saved step once more, by the kernels of its run to the same bits, and plainly to say where it breaks first.
import { readSavedStep } from '../checkpoint/saved-step.js';
import { settleCommandLine } from '../config/parse-command-line.js';
import { BridleError, ConfigError, exitCodes } from '../errors.js';
import { tryRecomputing, type Recomputed } from '../library/recompute-step.js';
import { changesRecurrence, type ModelSpec } from '../params/model-spec.js';
import { replayStep } from '../replay/replay-step.js';
import type { CommandBody } from './command.js';
import { formatReplay, type ReplayReport } from './output/format-replay.js';
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
  const { runId, step, reason, gradNorm, model, shards, run } = saved;
  const recomputed = run && (await tryRecomputing(saved, run));
  const flow = recomputed && !isPlain(model) ? undefined : replayStep(model, saved.params, shards);
  const report = {
    runId,
    step,
    reason,
    gradNorm,
    shards: shards.map(({ shard, exampleIds }) => ({ shard, exampleIds })),
    ...flow,
    ...describeRecomputed(recomputed),
  };
  around.stdout.write(values.json ? `${formatJsonLine({ event: 'replayed', ...report })}\n` : formatReplay(report));
  return exitCodes.done;
};

/** Says whether plain arithmetic computes what the step computed; Omega changes no state and no gradient of one. */
function isPlain(model: ModelSpec): boolean {
  return model.norm === undefined && !changesRecurrence(model);
}

function describeRecomputed(
  recomputed: Recomputed | BridleError | undefined,
): Pick<ReplayReport, 'recomputed' | 'notRecomputed'> {
  if (recomputed === undefined) return { notRecomputed: 'an earlier bridle saved the step, without what that takes' };
  return recomputed instanceof BridleError
    ? { notRecomputed: `${recomputed.code}: ${recomputed.message}` }
    : { recomputed };
}
