// The kernels of the coordinator, in AssemblyScript: scripts/generate.mjs compiles them into src/tensor/generated/.
export { digestBlocks } from './digest';
export { add, addMeanNorm, meanNorm, squaredNorm } from './reduce';
export { adam, beginUpdate, endUpdate, sgd, sgdMomentum } from './update';
