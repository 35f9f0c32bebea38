// Memory outside of V8's heap, given back by those who know that it is read no more. The collector would free it too, but walks the
// whole heap for each 64 MB of it, and by then it is in no cache of the processor.
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/** Frees `buffers` at once: whoever still holds a view of one holds an empty one from now on. */
export function giveBack(buffers: readonly ArrayBuffer[]): void {
  // A closed port takes what it is sent, and keeps nothing.
  if (buffers.length > 0) nowhere.postMessage(undefined, [...buffers]);
}
