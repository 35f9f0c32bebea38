import { describe, expect, it } from 'vitest';
import { type EffectOf, Story } from './core-story.js';

const begin = (...ranks: number[]): Story => {
  const story = new Story({ numCollectives: () => 2, totalSteps: 1, minWorkers: ranks.length });
  story.join(...ranks);
  return story;
};

function collect(story: Story, { rank, leaseId, step, shards }: EffectOf<'lease'>, part?: Uint8Array): void {
  const scores = shards.map((shard) => ({ shard, loss: 0, count: 0, correct: 0, ...(part && { part }) }));
  story.send({ type: 'scored', rank, leaseId, step, scores });
}

const part = new Uint8Array(4);

describe('a step with collectives', () => {
  it('gathers each of them over all shards before it leases gradients', () => {
    const story = begin(0, 1);
    for (let tag = 0; tag < 2; tag++) {
      expect(story.core.round?.purpose).toBe('collect');
      for (const rank of Object.keys(story.leased)) collect(story, story.lease(Number(rank)), part);
    }
    expect(story.of('collected').map(({ scores }) => scores.map(({ shard }) => shard))).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ]);
    expect(story.core.round?.purpose).toBe('train');
    story.finishStep();
    expect(story.of('finish')).toEqual([{ type: 'finish', reason: 'finished' }]);
  });

  it('gives the shards of a worker that is lost in the middle to another, and keeps what is in', () => {
    const story = begin(0, 1);
    const lost = story.lease(1);
    collect(story, story.lease(0), part);
    story.leave(1);
    expect(story.leased).toEqual({ 0: lost.shards });
    collect(story, story.lease(0), part);
    expect(
      story
        .of('collected')
        .at(-1)!
        .scores.map(({ shard }) => shard),
    ).toEqual([0, 1, 2, 3]);
  });

  it('waits for no shard without rows, and refuses an answer without statistics', () => {
    const story = new Story({
      numCollectives: () => 1,
      targetCount: (_purpose, _step, shard) => (shard === 2 ? 0 : 2),
    });
    story.join(0);
    expect(story.leased).toEqual({ 0: [0, 1, 3] });
    collect(story, story.lease(0));
    expect(story.of('disconnect').map(({ code }) => code)).toEqual(['ANSWER_INVALID']);
  });

  it('finishes the step that has begun before it stops', () => {
    const story = begin(0);
    collect(story, story.lease(0), part);
    story.send({ type: 'stop' });
    expect(story.of('finish')).toEqual([]);
    collect(story, story.lease(0), part);
    expect(story.core.round?.purpose).toBe('train');
  });
});
