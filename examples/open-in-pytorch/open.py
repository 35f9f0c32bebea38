"""Opens the exported model, compares it with bridle's predictions, and saves it, changed, under names of its own."""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

sys.path.insert(0, 'exported')
from model import load  # noqa: E402: it lies in the export

model = load()
inputs = torch.tensor([json.loads(line)['inputs'] for line in Path('sequence.jsonl').read_text().splitlines()])
with torch.no_grad():
    outputs, _ = model(inputs)
wanted = torch.tensor([json.loads(line)['prediction'] for line in Path('predictions.jsonl').read_text().splitlines()])
print(f"worst difference to bridle's predictions: {(outputs - wanted).abs().max().item():.1e}")

optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss = torch.nn.functional.mse_loss(model(inputs)[0], torch.tensor([[0.7]]))
loss.backward()
optimizer.step()
names = {name: name.replace('rnn.', 'encoder.lstm.').replace('head.', 'regressor.') for name in model.state_dict()}
save_file({names[name]: tensor for name, tensor in model.state_dict().items()}, 'from-pytorch.safetensors')
