// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include <estima/estimator.hpp>
#include <estima/rules/rules_for.hpp>
#include <estima/system/files.hpp>

#include <support/source_folder.hpp>

namespace {
using namespace estima;
namespace hana = boost::hana;

std::set<std::string> errors_of(facts const& f) {
    std::set<std::string> broken;
    hana::for_each(all_rules, [&broken, &f](auto type) {
        using rule_type = typename decltype(type)::type;
        if (level_of<rule_type>() == rule_level::error && rule_type::broken(f)) broken.insert(rule_type::id::text);
    });
    return broken;
}

template <class... Policies>
std::string verdict() {
    std::string broken;
    for (std::string const& id : errors_of(facts_of<Policies...>()))
        broken.append(broken.empty() ? "" : " ").append(id);
    CHECK(estimable<Policies...> == broken.empty());
    return broken.empty() ? "yes" : broken;
}

/// `Others` are policies that stand in each cell.
template <class... Others>
std::string table(std::string const& corner, auto const& rows, auto const& columns, auto name) {
    std::string head = "| " + corner + " |", line = "|---|", body;
    hana::for_each(columns, [&](auto column) {
        head += " " + name(column) + " |";
        line += "---|";
    });
    hana::for_each(rows, [&](auto row) {
        body += "| " + name(row) + " |";
        hana::for_each(columns, [&](auto column) {
            body += " " + verdict<typename decltype(row)::type, typename decltype(column)::type, Others...>() + " |";
        });
        body += "\n";
    });
    return head + "\n" + line + "\n" + body + "\n";
}

constexpr auto frameworks =
    hana::tuple_t<generic, scikit_learn<>, pytorch<>, tensorflow<>, chainer<>, xgboost<>, lightgbm<>, native>;
constexpr auto backends = hana::tuple_t<single_process, mpi<>, gloo<>, nccl<>, parameter_server<>, multi_worker<>>;
constexpr auto several =
    hana::tuple_t<single_process, mpi<node_count<2>>, gloo<node_count<2>>, nccl<node_count<2>>,
                  parameter_server<worker_count<2>, node_count<2>>, multi_worker<worker_count<2>, node_count<2>>>;
using cluster = aml_compute<target_name<"pool">>;
using with_images = slurm<with_containers>;
constexpr auto targets = hana::tuple_t<local, ssh_hosts<>, slurm<>, cluster>;
constexpr auto with_versions = hana::tuple_t<scikit_learn<"0.20.3">, pytorch<"1.4">, tensorflow<"2.2">,
                                             chainer<"7.0.0">, xgboost<"1.7">, lightgbm<"3.3.5">>;
constexpr auto environments =
    hana::tuple_t<environment<>, environment<user_managed>, environment<interpreter_path<"/usr/bin/python3">>,
                  environment<conda_packages<"numpy">>, environment<pip_packages<"numpy">>,
                  environment<conda_dependencies_file<"conda.yml">>, environment<pip_requirements_file<"pip.txt">>,
                  environment<custom_docker_image<"continuumio/miniconda">>, environment<shm_size<4_GiB>>,
                  environment<environment_variables<variable<"OMP_NUM_THREADS", "4">>>,
                  environment_definition<"vision">>;

std::string framework_or_backend(auto type) {
    using policy_type = typename decltype(type)::type;
    facts f;
    policy_type::tell(f);
    if constexpr (policy_of<policy_type, framework_slot>)
        return std::string{f.framework.name} + (f.framework.version.empty() ? "" : ", a version");
    else if constexpr (policy_of<policy_type, compute_target_slot>) return std::string{f.target.kind};
    else if constexpr (policy_of<policy_type, distribution_backend_slot>) return std::string{f.backend.name};
    else if (!f.environment.image.reference.empty()) return std::string{"custom_docker_image"};
    else if (!f.environment.named.empty()) return std::string{"environment_definition"};
    else if (!f.environment.interpreter_path.empty()) return std::string{"interpreter_path"};
    else if (!f.environment.pip_requirements_file.empty()) return std::string{"pip_requirements_file"};
    else if (!f.environment.variables.empty()) return std::string{"environment_variables"};
    else if (f.environment.shm_size != bytes{}) return std::string{"shm_size"};
    else if (!f.environment.conda_dependencies_file.empty()) return std::string{"conda_dependencies_file"};
    else if (!f.environment.conda_packages.empty()) return std::string{"conda_packages"};
    else if (!f.environment.pip_packages.empty()) return std::string{"pip_packages"};
    else return std::string{f.environment.is_user_managed ? "user_managed" : "(left out)"};
}

std::string documentation() {
    auto const name = [](auto type) { return framework_or_backend(type); };
    std::string text =
        "<!-- SPDX-License-Identifier: BSL-1.0 -->\n# What goes with what\n\nEach cell is the compiler's verdict: "
        "*yes*, or the rules that are broken (docs/rules.md). This "
        "page is made from the rules by a test, which fails when the two differ and writes it anew when "
        "ESTIMA_WRITE_GOLDEN is "
        "set. It says what can be described; README.md says where it runs today.\n\nA job is a framework, a compute "
        "target, a "
        "backend and an environment. The same test goes through all combinations of four that can be made of these "
        "tables: what "
        "is broken in one of them is broken in one of its pairs, so that a combination is allowed if its pairs are. "
        "Capacities, "
        "counts and texts that are given besides have rules of their own.\n\n";
    text += "## Frameworks and distribution backends\n\n" + table("framework", frameworks, backends, name);
    text += "## Frameworks and compute targets\n\n" + table("framework", frameworks, targets, name);
    text += "## Distribution over two nodes and compute targets\n\n" + table("backend", several, targets, name);
    text += "## Environments and compute targets\n\n" + table("environment", environments, targets, name);
    text += "## Environments and frameworks, where there are containers\n\n" +
            table<with_images>("environment", environments, frameworks, name);
    text += "## The same with a version of the framework\n\n" +
            table<with_images>("environment", environments, with_versions, name);
    return text;
}
}  // namespace

TEST_CASE("docs/capabilities.md says what the compiler says") {
    std::string const path = estima_test::source_folder() + "/../docs/capabilities.md";
    std::string const text = documentation();
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) replace_file(path, text);
    CHECK(read_file(path) == text);
}

namespace {
using teller = void (*)(facts&);

std::vector<teller> tellers(auto const&... lists) {
    std::vector<teller> all;
    (hana::for_each(lists, [&all](auto type) { all.push_back(&decltype(type)::type::tell); }), ...);
    return all;
}
std::set<std::string> errors_of(std::vector<teller> const& policies) {
    facts f;
    for (teller const tell : policies) tell(f);
    return errors_of(f);
}
}  // namespace

TEST_CASE("what is broken in a combination of four policies is broken in one of its pairs") {
    // Where a pair leaves them open, the target and the environment are such as forbid nothing.
    teller const any_target = &with_images::tell, any_framework = &generic::tell;
    int combinations = 0, allowed = 0;
    for (teller const framework : tellers(frameworks, with_versions))
        for (teller const backend : tellers(backends, several))
            for (teller const target : tellers(targets))
                for (teller const environment : tellers(environments)) {
                    std::set<std::string> of_pairs;
                    for (std::vector<teller> const& pair :
                         std::vector<std::vector<teller>>{{framework, any_target, backend},
                                                          {framework, target},
                                                          {any_framework, target, backend},
                                                          {framework, any_target, environment},
                                                          {any_framework, target, environment},
                                                          {any_framework, any_target, backend, environment}})
                        of_pairs.merge(errors_of(pair));
                    std::set<std::string> const found =
                        errors_of(std::vector<teller>{framework, target, backend, environment});
                    if (found != of_pairs) CHECK(found == of_pairs);
                    ++combinations;
                    allowed += found.empty();
                }
    CHECK(combinations == (8 + 6) * (6 + 6) * 4 * 11);
    CHECK(allowed > 1000);
    CHECK(allowed < combinations / 2);
}
