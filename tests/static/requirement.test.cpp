// SPDX-License-Identifier: BSL-1.0
// Requirements and image references as the compiler reads them. Building this file is the test.
#include <estima/requirement/image_reference.hpp>
#include <estima/requirement/package_conflict.hpp>

namespace {
using namespace estima;
using fault = requirement_fault;

constexpr auto pip(std::string_view text) { return parse_pip_requirement(text); }
constexpr auto conda(std::string_view text) { return parse_conda_spec(text); }
constexpr auto image(std::string_view text) { return parse_image_reference(text); }

// pip: each form, and next to it the nearest that is malformed
static_assert(pip("numpy") && !pip("numpy_") && !pip("") && !pip("_numpy"));
static_assert(pip("numpy==1.24.0") && !pip("numpy=1.24.0") && !pip("numpy==") && !pip("numpy==1.24.x"));
static_assert(pip("numpy>=1.20,<2") && pip("numpy>=1.20,") && !pip("numpy>=1.20,,<2"));
static_assert(pip("numpy==1.*") && pip("numpy!=1.24.*") && !pip("numpy>=1.*") && !pip("numpy==1*"));
static_assert(pip("numpy~=1.4") && !pip("numpy~=1"));
static_assert(pip("torch==1.13.1+cu117") && !pip("torch>=1.13.1+cu117"));
static_assert(pip("a===1.0-anything") && !pip("a==="));
static_assert(pip("a==1!2.0rc1.post2.dev3") && !pip("a==1!!2.0"));
static_assert(pip("a[b,c]") && pip("a[]") && !pip("a[b,]") && !pip("a[b"));
static_assert(pip("a @ https://h/x.zip") && !pip("a @ x.zip") && !pip("a @"));
static_assert(pip("a; python_version<'3' and (os_name=='nt' or extra=='x')") && !pip("a; python<'3'") && !pip("a;"));
static_assert(pip("numpy==").position == 7 && pip("numpy==").reason == "expected a version after ==");
static_assert(pip("numpy==").fault == fault::version_expected && pip("numpy").reason.empty());
static_assert(pip("a[ b, c ](>=1); os_name=='nt'")->extras == "b, c" && pip("a(>=1)")->versions == ">=1");

// the order of PEP 440, from its own example and its text
constexpr std::string_view pep440[] = {"0.9",
                                       "1.0.dev456",
                                       "1.0a1",
                                       "1.0a2.dev456",
                                       "1.0a12.dev456",
                                       "1.0a12",
                                       "1.0b1.dev456",
                                       "1.0b2",
                                       "1.0b2.post345.dev456",
                                       "1.0b2.post345",
                                       "1.0rc1.dev456",
                                       "1.0rc1",
                                       "1.0",
                                       "1.0+abc.5",
                                       "1.0+abc.7",
                                       "1.0+5",
                                       "1.0.post456.dev34",
                                       "1.0.post456",
                                       "1.1.dev1",
                                       "1.10",
                                       "1!0.1"};
template <class Version, std::size_t Size>
constexpr bool is_ordered(Version const (&versions)[Size], int (*compare)(Version const&, Version const&)) {
    for (std::size_t i = 0; i < Size; ++i)
        for (std::size_t j = 0; j < Size; ++j)
            if (int const order = compare(versions[i], versions[j]); (order < 0) != (i < j) || (order > 0) != (i > j))
                return false;
    return true;
}
constexpr bool pep440_is_ordered() {
    pip_version versions[std::size(pep440)]{};
    for (std::size_t i = 0; i < std::size(pep440); ++i) versions[i] = *parse_pip_version(pep440[i]);
    return is_ordered(versions, &compare_versions);
}
constexpr int compare_pip(std::string_view a, std::string_view b) {
    return compare_versions(*parse_pip_version(a), *parse_pip_version(b));
}
constexpr int compare_conda(std::string_view const& a, std::string_view const& b) {
    return compare_conda_versions(a, b);
}
static_assert(pep440_is_ordered());
static_assert(compare_pip("1.0", "v1.0.0") == 0 && compare_pip("1.0alpha1", "1.0.A-1") == 0 &&
              compare_pip("1.0-1", "1.0.post1") == 0);

// the order of conda's documentation ("Version ordering")
constexpr std::string_view conda_order[] = {"0.4",      "0.4.1.rc",   "0.4.1",    "0.5a1",     "0.5b3",   "0.5C1",
                                            "0.5",      "0.9.6",      "0.960923", "1.0",       "1.1dev1", "1.1_",
                                            "1.1a1",    "1.1.0dev1",  "1.1.a1",   "1.1.0rc1",  "1.1.0",   "1.1.0post1",
                                            "1.1post1", "1996.07.12", "1!0.4.1",  "1!3.1.1.6", "2!0.4.1"};
static_assert(is_ordered(conda_order, &compare_conda));
static_assert(compare_conda_versions("0.4", "0.4.0") == 0 && compare_conda_versions("0.4.1.rc", "0.4.1.RC") == 0);
static_assert(compare_conda_versions("1.1.0dev1", "1.1.dev1") == 0 &&
              compare_conda_versions("1.1.0post1", "1.1.post1") == 0);
static_assert(compare_conda_versions("1.0+1", "1.0+2") < 0 && compare_conda_versions("1.0", "1.0+1") < 0);

// names (PEP 503)
static_assert(same_package_name("Foo.Bar__baz", "foo-bar-BAZ") && !same_package_name("foobar", "foo-bar"));

// conda
static_assert(conda("numpy") && conda("numpy=1.24") && conda("numpy==1.24.0") && conda("numpy>=1.20,<2"));
static_assert(conda("numpy=1.24=py311*")->build == "py311*" && conda("conda-forge::numpy")->channel == "conda-forge");
static_assert(conda("channel/linux-64::name")->subdir == "linux-64" && conda("numpy 1.24.*")->versions == "1.24.*");
static_assert(conda("name[version='>=1.2',build=py3*]")->versions == ">=1.2" && conda("python=3.8") && conda("a 1|2"));
static_assert(!conda("numpy=") && !conda("numpy===1") && !conda("numpy[socks]") && !conda("num*") &&
              !conda("numpy==1.*"));
static_assert(conda("numpy[version='>=1,<']").position == 20);

// images
static_assert(image("ubuntu")->is_latest() && !image("ubuntu:22.04")->is_latest());
static_assert(image("localhost:5000/a:1")->registry == "localhost:5000" &&
              image("ubuntu")->effective_registry() == "docker.io");
static_assert(image("Ubuntu").fault == fault::upper_case && image("a:").fault == fault::tag_malformed);

// pins
constexpr bool both(std::string_view a, std::string_view b) { return pins_can_both_hold(*pip(a), *pip(b)); }
static_assert(both("a==1", "A==1.0") && !both("a==1", "a==1.1") && both("a>=1", "a<=1") && !both("a>1", "a<=1"));
static_assert(!both("a<2", "a==2.0rc1") && both("a<2rc2", "a==2.0rc1") && !both("a>1", "a==1.post1"));
static_assert(!both("a>=2,<3", "a!=2.*") && !both("a~=1.4", "a>=2") && both("a~=1.4", "a==1.9"));
constexpr bool both_conda(std::string_view a, std::string_view b) { return pins_can_both_hold(*conda(a), *conda(b)); }
static_assert(!both_conda("a=1.1", "a==1.10") && both_conda("a=1.1", "a==1.1.10") && !both_conda("a=1=x", "a=1=y"));

// a long list, within the steps that compilers allow
constexpr std::string_view long_list[] = {"azureml-defaults",
                                          "azureml-core==1.57.0",
                                          "tensorflow==2.11.1",
                                          "keras==2.11.0",
                                          "torch==1.13.1",
                                          "torchvision==0.14.1",
                                          "numpy>=1.20,<1.25",
                                          "scipy~=1.9",
                                          "pandas>=1.5",
                                          "scikit-learn==1.2.2",
                                          "matplotlib",
                                          "seaborn",
                                          "statsmodels",
                                          "xgboost==1.7.5",
                                          "lightgbm==3.3.5",
                                          "catboost",
                                          "horovod[tensorflow,keras]==0.28.1",
                                          "mpi4py==3.1.4",
                                          "h5py>=3.8",
                                          "pyarrow==9.0.0",
                                          "dask[complete]",
                                          "distributed",
                                          "ray[tune]==2.4.0",
                                          "optuna",
                                          "hyperopt",
                                          "mlflow>=2.3,<3",
                                          "tensorboard~=2.11.0",
                                          "transformers==4.30.2",
                                          "datasets",
                                          "tokenizers",
                                          "accelerate; python_version>='3.8'",
                                          "sentencepiece",
                                          "spacy",
                                          "nltk",
                                          "gensim",
                                          "opencv-python-headless",
                                          "pillow>=9.5,!=9.5.1",
                                          "scikit-image",
                                          "imageio",
                                          "requests[socks]>=2.28",
                                          "pyyaml",
                                          "tqdm",
                                          "joblib",
                                          "cloudpickle",
                                          "fsspec",
                                          "adlfs",
                                          "protobuf<3.21",
                                          "grpcio",
                                          "importlib-metadata; python_version<'3.8'",
                                          "typing-extensions",
                                          "jinja2",
                                          "click",
                                          "rich",
                                          "pydantic<2",
                                          "fastapi",
                                          "uvicorn",
                                          "aiohttp",
                                          "psutil",
                                          "packaging",
                                          "setuptools<66",
                                          "protobuf>=4"};
static_assert(first_pip_conflict(long_list).kind == package_conflict_kind::pins_cannot_both_hold);
static_assert(first_pip_conflict(long_list).first == 46 && first_pip_conflict(long_list).second == 60);
constexpr std::string_view conda_list[] = {"python=3.8", "numpy=1.24", "conda-forge::mpi4py", "pip", "python>=3.9"};
static_assert(first_conda_conflict(conda_list).second == 4);

consteval package_conflict at_compile_time() { return first_pip_conflict(long_list); }
static_assert(at_compile_time());
}  // namespace
