// A model as it computes outside of training. Batch normalisation of the input path is then a fixed scale and shift of W_ih x: it goes
// into the weights, and what is left is a plain network.
import { viewTensor } from '../tensor/layout.js';
import { layoutOfModel } from './layout-of-model.js';
import { type ModelSpec, normalisesInputs, withoutDraws } from './model-spec.js';

/** Added to the variance, as in training. */
const epsilon = 1e-5;

/** The model without what is drawn or added in training alone; zoneout stays, as its expectation, and so does all other normalisation. */
export function outsideTraining(spec: ModelSpec): ModelSpec {
  const { norm, ...rest } = withoutDraws(spec);
  return norm === undefined || normalisesInputs(norm) ? rest : { norm, ...rest };
}

/** The parameters that `outsideTraining(spec)` has, from those of `spec`. */
export function paramsOutsideTraining(spec: ModelSpec, params: Float32Array): Float32Array {
  if (!normalisesInputs(spec.norm)) return params;
  const given = new Map(layoutOfModel(spec).tensors.map((tensor) => [tensor.name, viewTensor(params, tensor)]));
  const plain = layoutOfModel(outsideTraining(spec));
  const folded = new Float32Array(plain.size);
  for (const tensor of plain.tensors) {
    const target = viewTensor(folded, tensor);
    target.set(given.get(tensor.name) ?? []);
    const [, kind, suffix] = /^rnn\.(weight|bias)_ih(_.*)$/.exec(tensor.name) ?? [];
    if (suffix === undefined) continue;
    const of = (name: string): Float32Array => given.get(`rnn.${name}${suffix}`) ?? new Float32Array(0);
    const [gains, means, variances] = [of('norm_ih'), of('running_mean'), of('running_var')];
    const columns = target.length / gains.length;
    target.forEach((value, i) => {
      const row = Math.floor(i / columns);
      const scale = (gains[row] ?? 0) / Math.sqrt((variances[row] ?? 0) + epsilon);
      target[i] = kind === 'weight' ? value * scale : value - (means[row] ?? 0) * scale;
    });
  }
  return folded;
}
