# SPDX-License-Identifier: BSL-1.0
"""Ridge regression with mpi4py on scikit-learn's digits; the strength of the penalty is chosen by validation.

Each rank sums up the normal equations of its own images, and Allreduce adds them. Pixels and targets are whole
numbers, whose sums are exact: the result is the same, to the last bit, for any number of ranks.
Start it as `mpirun -np N python3 -m mpi4py train.py` (-m mpi4py: one rank's exception ends all of them), or alone.
Rank 0 writes outputs/result.json.
"""
import argparse
import hashlib
import json
import math
import os
import time

import numpy as np
from mpi4py import MPI
from sklearn.datasets import load_digits


def log(name, value, step=None):
    """A metric is one line of JSON, appended to a file. That is all; no package is needed."""
    if path := os.environ.get("ESTIMA_METRICS_FILE"):
        if isinstance(value, float) and not math.isfinite(value):
            value = json.dumps(value)  # the string "NaN", "Infinity" or "-Infinity"
        line = {"name": name, "value": value, "time": time.time()} | ({} if step is None else {"step": step})
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--penalties", type=int, default=16, help="how many penalties to try")
    parser.add_argument("--smallest", type=float, default=1e0)
    parser.add_argument("--largest", type=float, default=1e6)
    arguments = parser.parse_args()

    world = MPI.COMM_WORLD
    rank, size = world.Get_rank(), world.Get_size()

    # Pixels from 0 to 16 and a one for the constant term; for each digit a column that is 1 where it is, else -1.
    pixels, digits = load_digits(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(pixels))
    features = np.hstack([pixels, np.ones((len(pixels), 1))])[order]
    digits = digits[order]
    targets = np.where(digits[:, None] == np.arange(10), 1.0, -1.0)
    train, valid, test = np.split(np.arange(len(digits)), [1097, 1397])

    mine = train[rank::size]
    log("images_of_rank", len(mine), rank)
    print(f"rank {rank} of {size} on {MPI.Get_processor_name()}: {len(mine)} of {len(train)} images")
    gram, moments = np.empty((65, 65)), np.empty((65, 10))
    world.Allreduce(features[mine].T @ features[mine], gram)
    world.Allreduce(features[mine].T @ targets[mine], moments)

    def right(weights, rows):
        """How many of these images are recognised, each rank looking at its share."""
        share = rows[rank::size]
        found = (features[share] @ weights).argmax(axis=1)
        return world.allreduce(int(np.sum(found == digits[share])))

    best = None
    for step, penalty in enumerate(np.geomspace(arguments.smallest, arguments.largest, arguments.penalties)):
        if rank == 0:
            weights = np.linalg.solve(gram + penalty * np.eye(65), moments)
        else:
            weights = np.empty((65, 10))
        world.Bcast(weights)
        accuracy = right(weights, valid) / len(valid)
        if rank == 0:
            log("validation_accuracy", accuracy, step)
            log("penalty", float(penalty), step)
            print(f"penalty {penalty:12.3f}  validation accuracy {accuracy:.4f}")
        if best is None or accuracy > best[0]:
            best = accuracy, float(penalty), weights

    accuracy, penalty, weights = best
    test_accuracy = right(weights, test) / len(test)
    if rank == 0:
        log("test_accuracy", test_accuracy)
        print(f"best penalty {penalty:.3f}  test accuracy {test_accuracy:.4f}")
        os.makedirs("outputs", exist_ok=True)
        np.save("outputs/weights.npy", weights)
        with open("outputs/result.json", "w", encoding="utf-8") as file:
            json.dump({"ranks": size, "penalty": penalty, "validation_accuracy": accuracy,
                       "test_accuracy": test_accuracy,
                       "weights_sha256": hashlib.sha256(weights.tobytes()).hexdigest()}, file, indent=2)


if __name__ == "__main__":
    main()
