# The exchange of a step in PyTorch over gloo, for bridle bench exchange: all_reduce of a flat gradient, mean, clip by global norm,
# fused Adam, in every process. Usage: python exchange.py PROCESSES FLOATS WARMUP STEPS; prints the milliseconds
# of each step, and of its all_reduce, as JSON.
import json
import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def work(rank, processes, port, floats, warmup, steps):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
    torch.set_num_threads(1)
    torch.manual_seed(rank)
    dist.init_process_group("gloo", rank=rank, world_size=processes)
    weights = torch.nn.Parameter(torch.zeros(floats))
    gradient = torch.randn(floats)
    weights.grad = torch.empty(floats)
    optimizer = torch.optim.Adam([weights], lr=1e-3, fused=True)
    steps_ms, reduces_ms = [], []
    for _ in range(warmup + steps):
        weights.grad.copy_(gradient)  # not timed: backpropagation would have left it there
        dist.barrier()
        start = time.perf_counter()
        dist.all_reduce(weights.grad)
        reduced = time.perf_counter()
        weights.grad.div_(processes)
        torch.nn.utils.clip_grad_norm_([weights], 1.0)
        optimizer.step()
        steps_ms.append(1e3 * (time.perf_counter() - start))
        reduces_ms.append(1e3 * (reduced - start))
    if rank == 0:
        print(json.dumps({"stepMs": steps_ms[warmup:], "allReduceMs": reduces_ms[warmup:]}), flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    processes, floats, warmup, steps = (int(word) for word in sys.argv[1:5])
    port = 20000 + os.getpid() % 20000
    mp.spawn(work, (processes, port, floats, warmup, steps), nprocs=processes)
