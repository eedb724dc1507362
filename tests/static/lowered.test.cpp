// SPDX-License-Identifier: BSL-1.0
// What a type decides of a run configuration, as constants.
#include <estima/estimator.hpp>
#include <estima/run_configuration/lowered.hpp>

namespace {
using namespace estima;

template <class... Policies>
inline constexpr static_configuration of = lowered<estimator<Policies...>>;

template <class... Attributes>
using cluster = aml_compute<target_name<"pool">, max_nodes<4>, Attributes...>;

// SHA-256 against the examples of FIPS 180-2, and around the size of a block.
static_assert(static_sha256{}.digest() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
static_assert(static_sha256{}.update("abc").digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
static_assert(static_sha256{}.update("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").digest() ==
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
static_assert(static_sha256{}.update("ab").update("c").digest() == static_sha256{}.update("abc").digest());

// Framework and communicator are Azure's words for the backend.
static_assert(of<>.framework == "Python" && of<>.communicator == "None" && of<>.target == "local");
static_assert(of<pytorch<>, mpi<>>.framework == "Python" && of<pytorch<>, mpi<>>.communicator == "Mpi");
static_assert(of<pytorch<>, cluster<gpus_per_node<1>>, nccl<>>.framework == "PyTorch");
static_assert(of<pytorch<>, cluster<gpus_per_node<1>>, nccl<>>.communicator == "Nccl");
static_assert(of<cluster<>, parameter_server<>>.framework == "TensorFlow");
static_assert(of<cluster<>, parameter_server<>>.communicator == "ParameterServer");
static_assert(of<tensorflow<>, cluster<>, multi_worker<worker_count<3>>>.worker_count.value == 3);
static_assert(of<native, mpi<>>.framework == "Native");

// What nobody asked for is not prepared; Azure prepares always, unless told that the user manages it.
static_assert(of<>.user_managed_dependencies && !of<>.docker_enabled && of<>.pip_packages.empty());
static_assert(of<pytorch<>>.user_managed_dependencies && of<pytorch<>>.environment_variables.empty());
static_assert(!of<cluster<>>.user_managed_dependencies && of<cluster<>>.docker_enabled);
static_assert(of<cluster<>, environment<user_managed>>.user_managed_dependencies);
static_assert(of<cluster<>, environment<user_managed>>.pip_packages.empty());
static_assert(of<native, slurm<>>.user_managed_dependencies);
static_assert(!of<cluster<without_containers>>.docker_enabled && of<cluster<without_containers>>.base_image.reference.empty());

// The packages: Azure's own, the framework's, the user's.
constexpr std::string_view azure_python[]{"python=3.6.2"}, azure_pip[]{"azureml-defaults"};
static_assert(of<cluster<>>.conda_packages == name_list{azure_python} && of<cluster<>>.pip_packages == name_list{azure_pip});
constexpr std::string_view with_torch[]{"azureml-defaults", "torch==1.2.0", "torchvision==0.4.0", "nltk>=3"};
using torch_1_2 = estimator<pytorch<"1.2">, cluster<>, environment<pip_packages<"nltk>=3">>>;
static_assert(lowered<torch_1_2>.pip_packages == name_list{with_torch});
// Outside Azure nothing of Azure's is added.
constexpr std::string_view torch_alone[]{"torch==1.2.0", "torchvision==0.4.0"};
static_assert(of<pytorch<"1.2">>.pip_packages == name_list{torch_alone} && of<pytorch<"1.2">>.conda_packages.empty());
// The user's own pin replaces the framework's.
constexpr std::string_view own_torch[]{"azureml-defaults", "torchvision==0.4.0", "torch==1.2.1"};
static_assert(of<pytorch<"1.2">, cluster<>, environment<pip_packages<"torch==1.2.1">>>.pip_packages == name_list{own_torch});
constexpr std::string_view own_python[]{"python=3.8"};
static_assert(of<cluster<>, environment<conda_packages<"python=3.8">>>.conda_packages == name_list{own_python});
// A framework's version may need a newer Python than Azure's; outside Azure the Python that is there is meant.
constexpr std::string_view python_3_7[]{"python=3.7"}, python_3_8[]{"python=3.8"};
static_assert(of<xgboost<"1.5">, cluster<>>.conda_packages == name_list{azure_python});
static_assert(of<xgboost<"1.6">, cluster<>>.conda_packages == name_list{python_3_7});
static_assert(of<xgboost<"1.7">, cluster<>>.conda_packages == name_list{python_3_8});
static_assert(of<xgboost<>, cluster<>>.conda_packages == name_list{python_3_8});
static_assert(of<lightgbm<"3.3.5">, cluster<>>.conda_packages == name_list{azure_python});
static_assert(of<xgboost<"1.7">>.conda_packages.empty());
constexpr std::string_view python_3_9[]{"python=3.9"};
static_assert(of<xgboost<"1.7">, cluster<>, environment<conda_packages<"python=3.9">>>.conda_packages ==
              name_list{python_3_9});
// Names are compared as pip and conda compare them.
static_assert(of<pytorch<"1.2">, cluster<>, environment<pip_packages<"Torch [x] >=1.2">>>.pip_packages.size == 3);
static_assert(of<scikit_learn<>, cluster<>, environment<pip_packages<"Scikit_Learn==0.20.3">>>.pip_packages.size == 5);
static_assert(of<cluster<>, environment<conda_packages<"conda-forge::python=3.8">>>.conda_packages.size == 1);
static_assert(of<cluster<>, environment<conda_packages<"python-dateutil">>>.conda_packages.size == 2);
static_assert(of<pytorch<"1.2">, cluster<>, environment<conda_packages<"pytorch::torchvision[version='0.4']">>>.pip_packages.size == 2);
// A file, or an environment with a name, is whole: nothing of the framework is added to it.
static_assert(of<pytorch<"1.2">, cluster<>, environment<conda_dependencies_file<"e.yml">>>.pip_packages.empty());
static_assert(of<pytorch<"1.2">, cluster<>, environment<conda_dependencies_file<"e.yml">>>.conda_packages.empty());
static_assert(of<pytorch<>, cluster<>, environment_definition<"vision", pip_packages<"x">>>.pip_packages.size == 2);
static_assert(of<pytorch<>, cluster<>, environment_definition<"vision", pip_packages<"x">>>.environment_name == "vision");
// A name alone stands for what the workspace has under it.
static_assert(of<cluster<>, environment_definition<"vision">>.pip_packages.empty());
static_assert(of<cluster<>, environment_definition<"vision">>.conda_packages.empty());
static_assert(of<cluster<>, environment_definition<"vision">>.base_image.reference.empty());
static_assert(!of<cluster<>, environment_definition<"vision">>.user_managed_dependencies);

// Variables: the framework's in what is prepared, replaced by the user's.
constexpr named_value torch_variables[]{{"NCCL_TREE_THRESHOLD", "0"}, {"A", "b"}};
static_assert(of<pytorch<>, cluster<>, environment<environment_variables<variable<"A", "b">>>>.environment_variables ==
              static_list<named_value>{torch_variables});
constexpr named_value torch_variable[]{{"NCCL_TREE_THRESHOLD", "0"}};
static_assert(of<pytorch<>, cluster<>, environment<user_managed>>.environment_variables == static_list<named_value>{torch_variable});
static_assert(of<pytorch<>, environment<user_managed>>.environment_variables.empty());
constexpr named_value own_variables[]{{"NCCL_TREE_THRESHOLD", "1"}};
static_assert(of<pytorch<>, cluster<>, environment<environment_variables<variable<"NCCL_TREE_THRESHOLD", "1">>>>
                  .environment_variables == static_list<named_value>{own_variables});

// Images: the user's, the version's for the nodes' processors, Azure's.
static_assert(of<cluster<>, environment<custom_docker_image<"continuumio/miniconda">>>.base_image.reference == "continuumio/miniconda");
static_assert(of<pytorch<>, cluster<>>.base_image.reference.find("base:openmpi3.1.2") != std::string_view::npos);
static_assert(of<pytorch<>, cluster<gpus_per_node<1>>>.base_image.reference.find("base-gpu:") != std::string_view::npos);
static_assert(of<pytorch<>, cluster<gpus_per_node<0>>>.base_image.reference.find("base:") != std::string_view::npos);
static_assert(of<cluster<gpus_per_node<1>>>.base_image.reference.find("base-gpu:") != std::string_view::npos);
static_assert(of<scikit_learn<>, cluster<gpus_per_node<1>>>.base_image.reference == of<scikit_learn<>, cluster<>>.base_image.reference);
static_assert(of<tensorflow<"1.13">, cluster<gpus_per_node<1>>>.pip_packages.begin()[1] == "tensorflow-gpu==1.13.1");
static_assert(of<tensorflow<"1.13">, cluster<>>.pip_packages.begin()[1] == "tensorflow==1.13.1");

// Equal descriptions are equal values with equal hashes, however they are written.
using one = estimator<pytorch<"1.6">, cluster<>, mpi<node_count<2>>>;
using other = estimator<mpi<node_count<2>, process_count_per_node<1>>, cluster<>, pytorch<"1.6">>;
static_assert(lowered<one> == lowered<estimator<cluster<>, mpi<node_count<2>>, pytorch<"1.6">>>);
static_assert(hash(lowered<one>) == hash(lowered<estimator<cluster<>, mpi<node_count<2>>, pytorch<"1.6">>>));
static_assert(lowered<one> == lowered<estimator<pytorch<>, cluster<>, mpi<node_count<2>>>>, "no version is the newest");
static_assert(!(lowered<one> == lowered<other>) && !(hash(lowered<one>) == hash(lowered<other>)), "given is not left open");
static_assert(!(hash(of<mpi<node_count<1>>>) == hash(of<mpi<process_count_per_node<1>>>)));
static_assert(!(hash(of<cluster<>, environment<pip_packages<"a", "b">>>) == hash(of<cluster<>, environment<pip_packages<"ab">>>)));
static_assert(!(hash(of<cluster<>, environment<shm_size<1_GiB>>>) == hash(of<cluster<>, environment<shm_size<2_GiB>>>)));
static_assert(hash(of<>).view().size() == 64);

}  // namespace
