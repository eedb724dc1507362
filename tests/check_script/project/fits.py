# SPDX-License-Identifier: BSL-1.0
import argparse

import a_package_that_nobody_has

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--regularization", type=float)
parser.add_argument("--shuffle", action="store_true")
parser.add_argument("--note")
parser.add_argument("--hidden-sizes", type=int, nargs="+")
parser.add_argument("--learning-schedule", choices=["constant", "cosine", "step"])
parser.add_argument("--optimizer.learning-rate", type=float, dest="learning_rate", choices=[0.5, 0.25])
parser.add_argument("--optimizer.nesterov", action="store_true")
parser.add_argument("--data-folder", required=True)
a_package_that_nobody_has.train(parser.parse_args())
