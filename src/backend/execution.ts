// How a step runs. Apart from backend.ts, which names tfjs's types: the public face must not bring those to its users.
/** How a step runs: kernels of our own, one recorded graph (src/backend/capture/), or operation by operation. */
export type Execution = 'native' | TfjsExecution;
export type TfjsExecution = 'captured' | 'eager';
export type ExecutionChoice = 'auto' | TfjsExecution;
