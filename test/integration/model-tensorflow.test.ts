import { describeModels } from './model-suite.js';

describeModels('tensorflow');
