// Reads one cell of its parent's shared memory over and over (payload-roads.test.ts). In: the number that was written and announced
// last, or `report`. Out: each number that was read whole for the first time; for `report`, what came of all reads.
import { CellFile } from '../../dist/transport/cell-file.js';

const [fd, cellBytes] = process.argv.slice(2).map(Number);
const file = CellFile.open(process.ppid, fd, { cellBytes, cells: 1 }, 'read');
const target = new Uint8Array(cellBytes);
const tally = { whole: 0, torn: 0, refused: 0, spoilt: 0 };
let [announced, seen] = [0, 0];
let expected = Buffer.alloc(cellBytes);

process.on('message', (message) => {
  if (message === 'report') process.send?.(tally, () => process.exit());
  else {
    announced = message;
    expected = Buffer.alloc(cellBytes, announced);
  }
});

function read() {
  try {
    file.read(0, new Uint8Array(64).fill(announced), target);
    tally[expected.equals(target) ? 'whole' : 'torn'] += 1;
    if (seen !== announced) process.send?.((seen = announced));
  } catch (error) {
    if (error.code !== 'CELL_OVERWRITTEN') throw error;
    tally.refused += 1;
    // The payload, or its beginning, was still the announced one: only the stamp after it told.
    if (target[0] === announced) tally.spoilt += 1;
  }
  setImmediate(read);
}
read();
