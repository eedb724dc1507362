// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>

#include <cstdlib>
#include <string>

#include <estima/estimator.hpp>
#include <estima/system/files.hpp>

namespace {
using namespace estima;
namespace hana = boost::hana;

template <class... Policies>
std::string verdict() {
    facts const f = facts_of<Policies...>();
    std::string broken;
    hana::for_each(all_rules, [&broken, &f](auto type) {
        using rule_type = typename decltype(type)::type;
        if (level_of<rule_type>() == rule_level::error && rule_type::broken(f))
            broken.append(broken.empty() ? "" : " ").append(rule_type::id::text);
    });
    CHECK(estimable<Policies...> == broken.empty());
    return broken.empty() ? "yes" : broken;
}

std::string table(std::string const& corner, auto const& rows, auto const& columns, auto name) {
    std::string head = "| " + corner + " |", line = "|---|", body;
    hana::for_each(columns, [&](auto column) {
        head += " " + name(column) + " |";
        line += "---|";
    });
    hana::for_each(rows, [&](auto row) {
        body += "| " + name(row) + " |";
        hana::for_each(columns, [&](auto column) {
            body += " " + verdict<typename decltype(row)::type, typename decltype(column)::type>() + " |";
        });
        body += "\n";
    });
    return head + "\n" + line + "\n" + body + "\n";
}

constexpr auto frameworks = hana::tuple_t<generic, scikit_learn<>, pytorch<>, tensorflow<>, chainer<>, xgboost<>, lightgbm<>, native>;
constexpr auto backends = hana::tuple_t<single_process, mpi<>, gloo<>, nccl<>, parameter_server<>, multi_worker<>>;
constexpr auto several = hana::tuple_t<single_process, mpi<node_count<2>>, gloo<node_count<2>>, nccl<node_count<2>>,
                                       parameter_server<worker_count<2>, node_count<2>>, multi_worker<worker_count<2>, node_count<2>>>;
constexpr auto targets = hana::tuple_t<local, ssh_hosts<>, slurm<>, aml_compute<target_name<"pool">>>;
constexpr auto environments =
    hana::tuple_t<environment<>, environment<user_managed>, environment<conda_packages<"numpy">>, environment<pip_packages<"numpy">>,
                  environment<conda_dependencies_file<"conda.yml">>, environment<custom_docker_image<"continuumio/miniconda">>>;

std::string framework_or_backend(auto type) {
    using policy_type = typename decltype(type)::type;
    facts f;
    policy_type::tell(f);
    if constexpr (policy_of<policy_type, framework_slot>) return std::string{f.framework.name};
    else if constexpr (policy_of<policy_type, compute_target_slot>) return std::string{f.target.kind};
    else if constexpr (policy_of<policy_type, distribution_backend_slot>) return std::string{f.backend.name};
    else if (!f.environment.image.reference.empty()) return std::string{"custom_docker_image"};
    else if (!f.environment.conda_dependencies_file.empty()) return std::string{"conda_dependencies_file"};
    else if (!f.environment.conda_packages.empty()) return std::string{"conda_packages"};
    else if (!f.environment.pip_packages.empty()) return std::string{"pip_packages"};
    else return std::string{f.environment.is_user_managed ? "user_managed" : "(left out)"};
}

std::string documentation() {
    auto const name = [](auto type) { return framework_or_backend(type); };
    std::string text =
        "<!-- SPDX-License-Identifier: BSL-1.0 -->\n# What goes with what\n\nEach cell is the compiler's verdict: *yes*, or the rules that are broken (docs/rules.md). This "
        "page is made from the rules by a test, which fails when the two differ and writes it anew when ESTIMA_WRITE_GOLDEN is "
        "set. It says what can be described; README.md says where it runs today.\n\n";
    text += "## Frameworks and distribution backends\n\n" + table("framework", frameworks, backends, name);
    text += "## Distribution over two nodes and compute targets\n\n" + table("backend", several, targets, name);
    text += "## Environments and compute targets\n\n" + table("environment", environments, targets, name);
    return text;
}
}  // namespace

TEST_CASE("docs/capabilities.md says what the compiler says") {
    std::string const path = std::string{ESTIMA_TEST_SOURCE_DIR} + "/../docs/capabilities.md";
    std::string const text = documentation();
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) replace_file(path, text);
    CHECK(read_file(path) == text);
}
