# SPDX-License-Identifier: BSL-1.0
"""Reads the Python of a page and holds its estimators against what Azure ML's SDK v1 takes: keyword arguments only, of
the names that each class has, all names defined. Prints what is wrong, and how many estimators it has seen."""
import ast
import builtins
import re
import sys

COMMON = set("""source_directory compute_target vm_size vm_priority entry_script script_params use_docker
    custom_docker_image image_registry_details user_managed conda_packages pip_packages conda_dependencies_file
    pip_requirements_file environment_variables environment_definition inputs shm_size resume_from
    max_run_duration_seconds""".split())
DISTRIBUTED = COMMON | {"node_count", "distributed_training", "use_gpu", "source_directory_data_store"}
CLASSES = {
    "Estimator": DISTRIBUTED,
    "PyTorch": DISTRIBUTED | {"framework_version"},
    "TensorFlow": DISTRIBUTED | {"framework_version"},
    "Chainer": DISTRIBUTED | {"framework_version"},
    "SKLearn": COMMON | {"framework_version"},  # one node, no GPU
}
BACKENDS = {  # of objects for distributed_training: the estimators that take them, and their arguments
    "MpiConfiguration": ({"Estimator", "PyTorch", "TensorFlow", "Chainer"}, set()),
    "Mpi": ({"Estimator", "PyTorch", "TensorFlow", "Chainer"}, {"process_count_per_node"}),
    "ParameterServer": ({"Estimator", "TensorFlow"}, {"worker_count", "parameter_server_count"}),
    "TensorflowConfiguration": ({"TensorFlow"}, {"worker_count", "parameter_server_count"}),
    "Gloo": ({"Estimator", "PyTorch"}, set()),
    "Nccl": ({"Estimator", "PyTorch"}, set()),
}
WHOLE = {"pip_packages", "pip_requirements_file", "conda_packages", "conda_dependencies_file", "custom_docker_image",
         "image_registry_details", "use_gpu", "user_managed", "shm_size", "environment_variables"}


def problems_of_estimator(call):
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if call.args:
        yield "positional arguments"
    for name in given.keys() - CLASSES[call.func.id]:
        yield f"has no parameter {name}"
    if not given.keys() & {"compute_target", "vm_size"}:
        yield "neither compute_target nor vm_size"
    if "environment_definition" in given and given.keys() & WHOLE:
        yield "environment_definition beside other parts of the environment"
    if "node_count" in given and "distributed_training" not in given:
        yield "node_count without distributed_training"
    if "distributed_training" in given:
        backend = given["distributed_training"]
        frameworks, parameters = BACKENDS[backend.func.id]
        if call.func.id not in frameworks:
            yield f"does not take {backend.func.id}"
        if {keyword.arg for keyword in backend.keywords} - parameters:
            yield f"{backend.func.id} has no such parameter"


def main():
    page = open(sys.argv[1], encoding="utf-8").read()
    tree = ast.parse("import os\n" + "\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)))
    known = set(dir(builtins))
    seen = 0
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            known |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            known.add(node.id)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in known:
            print(f"{node.id} is not defined")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES:
            seen += 1
            for problem in problems_of_estimator(node):
                print(f"{ast.unparse(node)}: {problem}")
    print(f"{seen} estimators")


main()
