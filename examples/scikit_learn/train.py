# SPDX-License-Identifier: BSL-1.0
"""Logistic regression with scikit-learn on Fashion-MNIST, or on scikit-learn's own digits.

Runs by itself (python3 train.py) as well as in a run. Writes outputs/model.pkl and outputs/report.json.
"""
import argparse
import gzip
import json
import math
import os
import time

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss, recall_score

FASHION = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]


def log(name, value, step=None):
    """A metric is one line of JSON, appended to a file. That is all; no package is needed."""
    if path := os.environ.get("ESTIMA_METRICS_FILE"):
        if isinstance(value, float) and not math.isfinite(value):
            value = json.dumps(value)  # the string "NaN", "Infinity" or "-Infinity"
        line = {"name": name, "value": value, "time": time.time()} | ({} if step is None else {"step": step})
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def fashion_mnist(folder, part, limit):
    """The first `limit` images, a row of pixels between 0 and 1 each, and their classes."""
    def read(name, header, size):
        with gzip.open(os.path.join(folder, f"{part}-{name}.gz")) as file:
            return np.frombuffer(file.read(header + limit * size), np.uint8, offset=header)
    images = read("images-idx3-ubyte", 16, 28 * 28).reshape(-1, 28 * 28)
    return np.float32(images) / np.float32(255), read("labels-idx1-ubyte", 8, 1)


def load(arguments):
    """Images and classes to learn from, images and classes to test with, names of the classes."""
    if arguments.dataset == "fashion-mnist" and os.path.isdir(arguments.data_folder):
        return (*fashion_mnist(arguments.data_folder, "train", min(arguments.samples, 60000)),
                *fashion_mnist(arguments.data_folder, "t10k", 10000), FASHION)
    if arguments.dataset == "fashion-mnist":
        print(f"There is no folder {arguments.data_folder}: training on scikit-learn's digits.")
    images, classes = load_digits(return_X_y=True)
    images = np.float32(images) / np.float32(16)
    order = np.random.RandomState(0).permutation(len(images))
    train, test = order[:1397][:arguments.samples], order[1397:]
    return images[train], classes[train], images[test], classes[test], [str(digit) for digit in range(10)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-folder", default="/usr/share/datasets/fashion-mnist", help="with the four idx.gz files")
    parser.add_argument("--dataset", choices=["fashion-mnist", "digits"], default="fashion-mnist")
    parser.add_argument("--regularization", type=float, default=0.8, help="strength of the L2 penalty, above 0")
    parser.add_argument("--epochs", type=int, default=16, help="passes over the images")
    parser.add_argument("--samples", type=int, default=8000, help="images to learn from, a tenth of them to validate")
    arguments = parser.parse_args()
    if arguments.regularization <= 0 or arguments.epochs < 1 or arguments.samples < 100:
        parser.error("--regularization wants more than 0, --epochs at least 1, --samples at least 100")

    images, classes, test_images, test_classes, names = load(arguments)
    held_back = len(images) // 10
    valid_images, valid_classes = images[:held_back], classes[:held_back]
    images, classes = images[held_back:], classes[held_back:]
    print(f"{len(images)} images to learn from, {held_back} to validate, {len(test_images)} to test")

    # Logistic regression by stochastic gradient descent, one pass over the images a call.
    model = SGDClassifier(loss="log_loss", alpha=arguments.regularization / len(images), learning_rate="constant",
                          eta0=0.005, random_state=0)
    for epoch in range(1, arguments.epochs + 1):
        model.partial_fit(images, classes, classes=np.arange(10))
        loss = float(log_loss(classes, model.predict_proba(images), labels=np.arange(10)))
        accuracy = float(model.score(valid_images, valid_classes))
        log("loss", loss, epoch)
        log("validation_accuracy", accuracy, epoch)
        print(f"epoch {epoch:2}  loss {loss:.4f}  validation accuracy {accuracy:.3f}")

    found = model.predict(test_images)
    accuracy = float(np.mean(found == test_classes))
    log("test_accuracy", accuracy)
    recalls = recall_score(test_classes, found, labels=range(10), average=None, zero_division=0)
    for name, recall in zip(names, recalls):
        log("recall", {"class": name, "recall": round(float(recall), 4)})
    print(f"test accuracy {accuracy:.4f}")

    os.makedirs("outputs", exist_ok=True)
    joblib.dump(model, "outputs/model.pkl")
    with open("outputs/report.json", "w", encoding="utf-8") as file:
        json.dump({"test_accuracy": accuracy, "loss": loss, "epochs": arguments.epochs,
                   "regularization": arguments.regularization, "samples": len(images)}, file, indent=2)


if __name__ == "__main__":
    main()
