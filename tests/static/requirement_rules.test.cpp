// SPDX-License-Identifier: BSL-1.0
// What the compiler reads in an environment: each rule on both sides of its boundary. Building this file is the test.
#include <estima/estimator.hpp>

namespace {
using namespace estima;

template <fixed_string... Texts>
concept pip = estimable<environment<pip_packages<Texts...>>>;
template <fixed_string... Texts>
concept conda = estimable<environment<conda_packages<Texts...>>>;
template <fixed_string Reference>
concept image = estimable<aml_compute<target_name<"pool">>, environment<custom_docker_image<Reference>>>;

template <class Rule, class... Policies>
concept breaks = Rule::broken(facts_of<Policies...>());
template <class Rule, fixed_string... Texts>
concept pip_breaks = breaks<Rule, environment<pip_packages<Texts...>>>;
template <class Rule, fixed_string... Texts>
concept conda_breaks = breaks<Rule, environment<conda_packages<Texts...>>>;
template <class Rule, fixed_string Reference>
concept image_breaks = breaks<Rule, environment<custom_docker_image<Reference>>>;

// an empty list, and one of many
static_assert(pip<> && conda<>);
static_assert(pip<"azureml-defaults", "torch==1.4.0", "horovod[pytorch]>=0.18", "mkl; platform_system == 'Linux'">);
static_assert(conda<"tensorflow", "keras", "conda-forge::mpi4py>=3", "numpy=1.16=py36*">);

// EST-034: pip requirements
static_assert(pip<"numpy==1.16"> && !pip<"numpy=1.16"> && !pip<"numpy==">);
static_assert(!pip<""> && !pip<"torch", "-r requirements.txt">);
static_assert(pip_breaks<a_malformed_pip_requirement, "numpy=1.16"> && !conda_breaks<a_malformed_pip_requirement, "numpy==">);

// EST-035: conda match specifications
static_assert(conda<"numpy=1.16"> && conda<"numpy==1.16"> && !conda<"numpy=="> && !conda<"numpy==1.16.*">);
static_assert(conda_breaks<a_malformed_conda_specification, "numpy=="> && !pip_breaks<a_malformed_conda_specification, "numpy==">);

// what is told: the text, the place, the fault; the first malformed one
using told = broken_rules<environment<pip_packages<"torch", "numpy=1.16", "scipy=1">>>;
template <class Found>
inline constexpr bool is_as_expected = false;
template <class... Reason>
inline constexpr bool is_as_expected<
    rules<broken<est<34>, a_malformed_pip_requirement, write_it_as_name_and_versions_such_as_torch_1_4,
                 malformed<detail::told_text<"numpy=1.16">, at<5>, requirement_fault::operator_unknown, Reason...>>>> = true;
static_assert(is_as_expected<told>);

// EST-036: images
static_assert(image<"continuumio/miniconda"> && image<"registry.example.com:5000/team/image:1.2">);
static_assert(!image<"Team/image"> && !image<"https://mcr.microsoft.com/base"> && !image<"team/image ">);
static_assert(image_breaks<a_malformed_image_reference, "Team/image"> && !image_breaks<a_malformed_image_reference, "ubuntu:-22">);
static_assert(image<"ubuntu@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef">);
static_assert(!image<"ubuntu@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde">);

// EST-037: pins that cannot both hold, or one alone, in a list
static_assert(pip<"numpy<1.20", "numpy>=1.19"> && !pip<"numpy<1.20", "numpy>=1.20"> && !pip<"numpy<1.20", "NumPy>=1.20">);
static_assert(pip<"a>=1,<2"> && !pip<"a>2,<1"> && pip<"a<1", "b>1">);
static_assert(conda<"numpy=1.16", "numpy>=1.16.2"> && !conda<"numpy=1.16", "numpy>=1.17">);
static_assert(estimable<environment<conda_packages<"numpy=1.16">, pip_packages<"scipy==1.2", "numpy==1.16.4">>>);
static_assert(std::same_as<broken_rules<environment<conda_packages<"numpy=1.16">, pip_packages<"scipy==1.2", "numpy==1.17">>>,
                           rules<broken<est<37>, packages_that_cannot_be_installed_together, keep_one_of_them_or_pins_that_overlap,
                                        no_version_satisfies<detail::told_text<"numpy=1.16">, detail::told_text<"numpy==1.17">>>>>);
static_assert(estimable<pytorch<"1.4">, environment<pip_packages<"torch==1.5">>>);  // in place of the framework's: EST-040
static_assert(std::same_as<broken_rules<environment<pip_packages<"a>2,<1">>>,
                           rules<broken<est<37>, packages_that_cannot_be_installed_together, keep_one_of_them_or_pins_that_overlap,
                                        no_version_satisfies<detail::told_text<"a>2,<1">>>>>);

// EST-038: tags
// a macro, since literals are joined before templates see them
#define TAG_OF_120 "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" \
                   "0123456789" "0123456789" "0123456789" "0123456789" "0123456789" "0123456789"
static_assert(image<"ubuntu:22.04"> && image<"ubuntu:_x"> && !image<"ubuntu:-x"> && !image<"ubuntu:"> && !image<"ubuntu:a b">);
static_assert(image<"ubuntu:" TAG_OF_120 "12345678"> && !image<"ubuntu:" TAG_OF_120 "123456789">);
static_assert(image_breaks<a_tag_that_no_image_can_have, "ubuntu:" TAG_OF_120 "123456789">);

// EST-044, EST-047: warnings refuse nothing
static_assert(pip<"numpy", "numpy"> && pip_breaks<a_package_is_named_twice, "numpy", "numpy">);
static_assert(!pip_breaks<a_package_is_named_twice, "numpy", "numpy[x]"> && !pip_breaks<a_package_is_named_twice, "numpy", "scipy">);
static_assert(conda_breaks<a_package_is_named_twice, "numpy", "conda-forge::numpy">);
static_assert(image_breaks<an_image_that_may_change, "ubuntu"> && image_breaks<an_image_that_may_change, "ubuntu:latest">);
static_assert(!image_breaks<an_image_that_may_change, "ubuntu:22.04"> && !image_breaks<an_image_that_may_change, "Ubuntu">);

// EST-056: the registry that the image comes from
template <class... Registry>
inline constexpr bool from_registry = estimable<aml_compute<target_name<"pool">>, environment<custom_docker_image<"team/image:1", Registry...>>>;
template <fixed_string Image, class... Registry>
inline constexpr bool image_from = estimable<aml_compute<target_name<"pool">>, environment<custom_docker_image<Image, Registry...>>>;
static_assert(from_registry<registry_address<"a.io">> && from_registry<registry_address<"localhost:5000">>);
static_assert(!from_registry<registry_address<"https://a.io">> && !from_registry<registry_address<"a.io/team">>);
static_assert(from_registry<registry_address<"a.io">, registry_username<"u">, registry_password_from<"PASSWORD">>);
static_assert(!from_registry<registry_username<"u">, registry_password_from<"PASSWORD">>);  // of which registry
static_assert(image_from<"a.io/team/image:1", registry_username<"u">, registry_password_from<"PASSWORD">>);
static_assert(!from_registry<registry_address<"a.io">, registry_username<"u">>);
static_assert(!from_registry<registry_address<"a.io">, registry_password_from<"PASSWORD">>);
static_assert(!from_registry<registry_address<"a.io">, registry_username<"u">, registry_password_from<"A=B">>);
static_assert(image_from<"a.io/team/image:1", registry_address<"a.io">> && !image_from<"a.io/team/image:1", registry_address<"b.io">>);

// EST-048: a size has a unit
static_assert(estimable<aml_compute<target_name<"pool">>, environment<shm_size<1_B>>> && !estimable<aml_compute<target_name<"pool">>, environment<shm_size<1>>>);

// EST-011: variables that each process gets for itself
static_assert(estimable<environment<environment_variables<variable<"RANKS", "1">>>>);
static_assert(!estimable<environment<environment_variables<variable<"RANK", "1">>>>);
static_assert(!estimable<environment<environment_variables<variable<"A", "1">, variable<"OMPI_MCA_btl", "tcp">>>>);
}  // namespace
