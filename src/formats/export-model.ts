// From a format's name to the files of a model in it.
import { ConfigError } from '../errors.js';
import { needsTfjs } from '../params/model-spec.js';
import { outsideTraining, paramsOutsideTraining } from '../params/outside-training.js';
import { exportToKeras } from './keras.js';
import { exportToOnnx } from './onnx.js';
import { exportToPyTorch } from './pytorch.js';
import { exportToTfjs } from './tfjs-layers.js';
import type { ExportedFile, TrainedModel } from './trained-model.js';

export const exportFormats = ['pytorch', 'keras', 'tfjs', 'onnx'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const exporters: Readonly<Record<ExportFormat, (model: TrainedModel) => ExportedFile[]>> = {
  pytorch: exportToPyTorch,
  keras: exportToKeras,
  tfjs: exportToTfjs,
  onnx: exportToOnnx,
};

/** Writes a model in `format`, as files in memory. Throws ConfigError EXPORT_UNSUPPORTED where the format cannot hold it. */
export function exportModel(model: TrainedModel, format: ExportFormat): ExportedFile[] {
  const spec = outsideTraining(model.spec);
  if (needsTfjs(spec)) {
    const message = `--format ${format}: the model has normalisation or zoneout inside its recurrence, which the layers of other programs do not have.`;
    throw new ConfigError('EXPORT_UNSUPPORTED', `${message} Use it with bridle predict, or train one without them.`);
  }
  return exporters[format]({ spec, params: paramsOutsideTraining(model.spec, model.params) });
}
