// Payload roads: how the values of tensors travel beside the frames that announce them.

/** `auto`: by shared memory where both processes are on one machine, else in the frames. `shm`: so, or not at all. */
export const payloadChoices = ['auto', 'frame', 'shm'] as const;
export type PayloadChoice = (typeof payloadChoices)[number];

/** What a worker says in Hello when it can take the road through shared memory. */
export const sharedMemoryCapability = 'shm';
