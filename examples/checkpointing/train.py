# SPDX-License-Identifier: BSL-1.0
"""Logistic regression with mpi4py on scikit-learn's digits, which goes on where it was when it is started again.

Each rank takes every n-th image, and the gradients are summed, so that any number of ranks takes the same steps. On each
host the first rank writes outputs/checkpoint_STEP.npy from time to time: whichever host is lost, another one has it.
--resume-from gives one back. Rank 0 writes outputs/result.json.
"""
import argparse
import json
import os
import pathlib
import sys
import time

import numpy as np
from mpi4py import MPI
from sklearn.datasets import load_digits


def log(name, value, step):
    """A metric is one line of JSON, appended to a file."""
    if path := os.environ.get("ESTIMA_METRICS_FILE"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"name": name, "value": value, "step": step, "time": time.time()}) + "\n")


def save(weights, step):
    """Whole or not at all: under another name first, its own where hosts share the folder. The two newest ones are kept."""
    folder = pathlib.Path("outputs")
    folder.mkdir(exist_ok=True)
    unfinished = folder / f"unfinished_{MPI.COMM_WORLD.rank}"
    with open(unfinished, "wb") as file:
        np.save(file, weights)
    os.replace(unfinished, folder / f"checkpoint_{step:06}.npy")
    for old in sorted(folder.glob("checkpoint_*.npy"))[:-2]:
        old.unlink(missing_ok=True)  # another host may have done it


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--checkpoint-every", type=int, default=10, help="steps")
    parser.add_argument("--seconds-per-step", type=float, default=0, help="to have time to pull a plug")
    parser.add_argument("--fail-at", type=int, default=-1, help="this step of the first attempt ends with exit code 75")
    parser.add_argument("--resume-from", help="a checkpoint")
    arguments = parser.parse_args()
    world = MPI.COMM_WORLD

    is_first_here = os.environ.get("OMPI_COMM_WORLD_LOCAL_RANK", "0") == "0"
    if is_first_here:  # what an attempt was writing when it was lost
        for old in pathlib.Path("outputs").glob("unfinished_*"):
            old.unlink(missing_ok=True)
    world.Barrier()
    images, digits = load_digits(return_X_y=True)
    images = np.hstack([images / 16, np.ones((len(images), 1))])
    test_images, test_digits = images[1497:], digits[1497:]
    total = 1497
    images, digits = images[world.rank:total:world.size], digits[world.rank:total:world.size]
    wanted = np.eye(10)[digits]

    weights, first = np.zeros((65, 10)), 0
    if arguments.resume_from:
        weights = np.load(arguments.resume_from)
        first = int(pathlib.Path(arguments.resume_from).stem.rsplit("_", 1)[1])
    print(f"rank {world.rank} of {world.size} on {MPI.Get_processor_name()} begins at step {first}", flush=True)

    for step in range(first, arguments.steps):
        scores = images @ weights
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores /= scores.sum(axis=1, keepdims=True)
        part = images.T @ (scores - wanted) / total
        gradient = np.zeros_like(part)
        world.Allreduce(part, gradient)
        weights = weights - 2 * gradient
        world.Bcast(weights)  # the same bits everywhere
        if world.rank == 0:
            log("accuracy", float(((test_images @ weights).argmax(axis=1) == test_digits).mean()), step)
        if (step + 1) % arguments.checkpoint_every == 0 and is_first_here:
            save(weights, step + 1)
        if step == arguments.fail_at and first == 0:
            sys.exit(75)
        time.sleep(arguments.seconds_per_step)

    if world.rank == 0:
        accuracy = float(((test_images @ weights).argmax(axis=1) == test_digits).mean())
        print(f"test accuracy {accuracy:.4f}")
        os.makedirs("outputs", exist_ok=True)
        with open("outputs/result.json", "w", encoding="utf-8") as file:
            json.dump({"test_accuracy": accuracy, "sum_of_weights": float(np.abs(weights).sum()), "first_step": first,
                       "steps": arguments.steps, "ranks": world.size}, file, indent=2)


if __name__ == "__main__":
    main()
