// The kernels of the coordinator, in AssemblyScript: scripts/generate.mjs compiles them into src/tensor/generated/.
export { decodeBf16, decodeF16, encodeBf16, encodeF16 } from './convert';
export { digestBlocks } from './digest';
export { decodeInt8, encodeInt8 } from './int8';
export { add, addMeanNorm, follow, meanNorm, squaredNorm } from './reduce';
export { adam, sgd, sgdMomentum, useScratch } from './update';
