# SPDX-License-Identifier: BSL-1.0
"""A small neural network with PyTorch, data-parallel over gloo, on scikit-learn's digits.

Each process takes every n-th image. Gradients are summed over all processes and divided by the number of all
images, so that any number of processes takes the same steps as one. Processes find each other by env://, the
variables RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT; without WORLD_SIZE there is one process.
Rank 0 writes outputs/model.pt and outputs/final_loss.json.
"""
import argparse
import json
import math
import os
import time

import torch
import torch.distributed as dist
from sklearn.datasets import load_digits


def log(name, value, step=None):
    """A metric is one line of JSON, appended to a file. That is all; no package is needed."""
    if path := os.environ.get("ESTIMA_METRICS_FILE"):
        if isinstance(value, float) and not math.isfinite(value):
            value = json.dumps(value)  # the string "NaN", "Infinity" or "-Infinity"
        line = {"name": name, "value": value, "time": time.time()} | ({} if step is None else {"step": step})
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def sum_over_processes(tensor):
    if dist.is_initialized():
        dist.all_reduce(tensor)  # the default operation is the sum
    return tensor


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=200, help="steps, each with all images")
    parser.add_argument("--learning-rate", type=float, default=0.2)
    parser.add_argument("--hidden", type=int, default=32, help="units of the hidden layer")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    if "WORLD_SIZE" in os.environ:
        dist.init_process_group("gloo", init_method="env://")
    rank = dist.get_rank() if dist.is_initialized() else 0
    size = dist.get_world_size() if dist.is_initialized() else 1
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)  # sums in another order then differ by 1e-15, not by 1e-7

    images, digits = load_digits(return_X_y=True)
    generator = torch.Generator().manual_seed(arguments.seed)
    order = torch.randperm(len(images), generator=generator)
    images, digits = torch.from_numpy(images)[order] / 16, torch.from_numpy(digits)[order]
    test_images, test_digits = images[1497:], digits[1497:]
    images, digits = images[:1497], digits[:1497]
    total = len(images)
    images, digits = images[rank::size], digits[rank::size]
    print(f"rank {rank} of {size}: {len(images)} of {total} images")

    torch.manual_seed(arguments.seed)  # the same first weights in every process
    model = torch.nn.Sequential(torch.nn.Linear(64, arguments.hidden), torch.nn.Tanh(),
                                torch.nn.Linear(arguments.hidden, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=arguments.learning_rate, momentum=0.9)

    def loss_of_all():
        """The mean loss over the images of all processes; leaves its gradient in the model."""
        optimizer.zero_grad()
        part = torch.nn.functional.cross_entropy(model(images), digits, reduction="sum")
        part.backward()
        # One message: all gradients, then the loss.
        flat = torch.cat([p.grad.flatten() for p in model.parameters()] + [part.detach().reshape(1)])
        flat = sum_over_processes(flat) / total
        first = 0
        for p in model.parameters():
            p.grad.copy_(flat[first:first + p.numel()].view_as(p))
            first += p.numel()
        return flat[-1].item()

    every = max(1, arguments.epochs // 20)
    for epoch in range(arguments.epochs):
        loss = loss_of_all()
        optimizer.step()
        if rank == 0 and epoch % every == 0:
            log("loss", loss, epoch)
            print(f"epoch {epoch:3}  loss {loss:.6f}")
    loss = loss_of_all()

    if rank == 0:
        with torch.no_grad():
            accuracy = (model(test_images).argmax(1) == test_digits).double().mean().item()
        log("loss", loss, arguments.epochs)
        log("test_accuracy", accuracy)
        print(f"epoch {arguments.epochs:3}  loss {loss:.6f}  test accuracy {accuracy:.4f}")
        os.makedirs("outputs", exist_ok=True)
        torch.save(model.state_dict(), "outputs/model.pt")
        with open("outputs/final_loss.json", "w", encoding="utf-8") as file:
            json.dump({"loss": loss, "test_accuracy": accuracy, "epochs": arguments.epochs, "world_size": size},
                      file, indent=2)
    if dist.is_initialized():
        dist.barrier()  # nobody leaves while rank 0, which holds the store, is needed
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
