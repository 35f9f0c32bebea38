# One whole step of PyTorch DistributedDataParallel over gloo, for bridle bench step: an LSTM and a dense head, squared error,
# clip by global norm, Adam. Usage: python ddp.py T BATCH INPUT HIDDEN LAYERS WARMUP STEPS PROCESSES; prints milliseconds a step.
import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def work(rank, processes, port, shape):
    steps, batch, inputs, hidden, layers, warmup, repeats = shape
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # vanishing gradients are subnormal numbers: 14 times slower without
    torch.manual_seed(rank)
    dist.init_process_group("gloo", rank=rank, world_size=processes)

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = torch.nn.LSTM(inputs, hidden, layers)
            self.head = torch.nn.Linear(hidden, 1)

        def forward(self, x):
            return self.head(self.rnn(x)[0][-1])

    model = torch.nn.parallel.DistributedDataParallel(Model())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    rows = batch // processes
    x = torch.randn(steps, rows, inputs)
    y = torch.randn(rows, 1)
    for i in range(warmup + repeats):
        if i == warmup:
            start = time.perf_counter()
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    if rank == 0:
        print(1e3 * (time.perf_counter() - start) / repeats, flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    shape = [int(word) for word in sys.argv[1:8]]
    processes = int(sys.argv[8])
    port = 20000 + os.getpid() % 20000
    mp.spawn(work, (processes, port, shape), nprocs=processes)
