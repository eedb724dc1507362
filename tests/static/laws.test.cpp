// SPDX-License-Identifier: BSL-1.0
// The library's own policies and rules keep the laws of those who extend it, and each law refuses what it is there for.
#include <boost/hana/unpack.hpp>

#include <estima/laws/laws.hpp>
#include <estima/rules/rules_for.hpp>

namespace {
using namespace estima;

// ---- the library's own

static_assert(laws::framework<generic> && laws::framework<native> && laws::framework<scikit_learn<>> &&
              laws::framework<pytorch<>>);
static_assert(laws::framework<tensorflow<>> && laws::framework<chainer<>> && laws::framework<xgboost<>> &&
              laws::framework<lightgbm<>>);
static_assert(laws::framework<pytorch<"1.4">> && laws::framework<scikit_learn<"0.20.3">> &&
              laws::framework<tensorflow<"1.13">>);

static_assert(laws::compute_target<local> && laws::compute_target<ssh_hosts<>> && laws::compute_target<slurm<>>);
static_assert(laws::compute_target<aml_compute<target_name<"pool">>> &&
              laws::compute_target<aml_compute<vm_size<"Standard_NC6">, gpus_per_node<1>>>);
static_assert(laws::compute_target<
              slurm<max_nodes<4>, slots_per_node<8>, gpus_per_node<0>, partition<"short">, with_containers>>);

static_assert(laws::distribution_backend<single_process> && laws::distribution_backend<mpi<>> &&
              laws::distribution_backend<gloo<>>);
static_assert(laws::distribution_backend<nccl<>> && laws::distribution_backend<parameter_server<>>);
static_assert(laws::distribution_backend<multi_worker<>> &&
              laws::distribution_backend<mpi<node_count<2>, process_count_per_node<3>>>);

static_assert(laws::environment<environment<>> &&
              laws::environment<environment<user_managed, interpreter_path<"python3">>>);
static_assert(
    laws::environment<environment_definition<"vision", conda_packages<"numpy=1.16">, pip_packages<"torch==1.4.0">>>);
static_assert(laws::environment_part<user_managed> && laws::environment_part<interpreter_path<"python3">>);
static_assert(laws::environment_part<conda_packages<"numpy=1.16">> &&
              laws::environment_part<pip_packages<"torch==1.4.0">>);
static_assert(laws::environment_part<conda_dependencies_file<"env/conda.yml">>);
static_assert(laws::environment_part<pip_requirements_file<"requirements.txt">>);
static_assert(laws::environment_part<environment_variables<variable<"OMP_NUM_THREADS", "4">>>);
static_assert(laws::environment_part<custom_docker_image<"registry.example.com/team/image:1", registry_username<"me">,
                                                         registry_password_from<"PASSWORD">>>);
static_assert(laws::environment_part<shm_size<2_GiB>> && laws::environment_part<held_to<a_node_count_below_one>>);

template <class... Parts>
using named = environment_definition<"named", Parts...>;
static_assert(laws::passes_on_what_attributes_say<aml_compute> && laws::passes_on_what_attributes_say<ssh_hosts>);
static_assert(laws::passes_on_what_attributes_say<slurm> && laws::passes_on_what_attributes_say<mpi>);
static_assert(laws::passes_on_what_attributes_say<gloo> && laws::passes_on_what_attributes_say<nccl>);
static_assert(laws::passes_on_what_attributes_say<parameter_server> &&
              laws::passes_on_what_attributes_say<multi_worker>);
static_assert(laws::passes_on_what_attributes_say<environment> && laws::passes_on_what_attributes_say<named>);

constexpr auto all_keep_the_laws = [](auto... rule) {
    return (laws::rule<typename decltype(rule)::type> && ...) &&
           laws::have_ids_of_their_own<typename decltype(rule)::type...>;
};
static_assert(boost::hana::unpack(all_rules, all_keep_the_laws));

// ---- what is faulty: each differs in one point from what keeps the laws

// of all policies
struct good {
    using slot = framework_slot;
    static constexpr std::string_view backends[]{"single_process"};
    static constexpr void tell(facts& f) {
        f.framework.name = "good";
        f.framework.backends = backends;
    }
};
static_assert(laws::framework<good>);
struct without_tell {
    using slot = framework_slot;
};
static_assert(!laws::has_a_constexpr_tell_function<without_tell> && !laws::framework<without_tell>);
struct with_another_spelling : good {
    static constexpr void tell(facts const&) = delete;
};
static_assert(!laws::has_a_constexpr_tell_function<with_another_spelling>);
struct telling_at_run_time : good {
    static void tell(facts& f) { f.framework.name = "run_time"; }
};
static_assert(!laws::has_a_constexpr_tell_function<telling_at_run_time> && !laws::framework<telling_at_run_time>);
struct returning_the_facts : good {
    static constexpr facts tell(facts f) { return f; }
};
static_assert(!laws::has_a_constexpr_tell_function<returning_the_facts>);
struct with_a_node_count : good {
    static constexpr void tell(facts& f) {
        good::tell(f);
        f.node_count.also(2);
    }
};
static_assert(!laws::tells_its_own_section_only<with_a_node_count, framework_slot> &&
              !laws::framework<with_a_node_count>);
struct looking_at_the_target : good {
    static constexpr void tell(facts& f) {
        good::tell(f);
        f.framework.trains_on_one_node = f.target.kind == "local";
    }
};
static_assert(!laws::tells_the_same_beside_all_others<looking_at_the_target, framework_slot> &&
              !laws::framework<looking_at_the_target>);
struct counting : mpi<> {
    static constexpr void tell(facts& f) {
        mpi::tell(f);
        f.node_count = f.node_count.value + 1;
    }
};
static_assert(!laws::tells_the_same_when_asked_twice<counting> && !laws::distribution_backend<counting>);
template <class... Attributes>
struct first_only : mpi<> {
    static constexpr void tell(facts& f) { (static_cast<void>(Attributes::tell(f)), ...); }
};
static_assert(!laws::passes_on_what_attributes_say<first_only>);  // the rules are lost
template <class... Attributes>
struct deaf : mpi<> {
    using added_rules = rules_added_by<Attributes...>;
};
static_assert(!laws::passes_on_what_attributes_say<deaf>);

// of frameworks
struct by_value : good {
    static constexpr void tell(facts) {}
};
static_assert(!laws::names_its_framework<by_value> && !laws::framework<by_value>);
template <fixed_string Name>
struct called : good {
    static constexpr void tell(facts& f) {
        good::tell(f);
        f.framework.name = Name.view();
    }
};
static_assert(laws::framework<called<"jax_2">> && !laws::framework<called<"">> && !laws::framework<called<"Jax">>);
static_assert(!laws::names_its_framework<called<"my jax">>);

struct own_backend : mpi<> {
    static constexpr void tell(facts& f) {
        mpi::tell(f);
        f.backend.name = "own";
    }
};
template <fixed_string... Names>
struct taking : good {
    static constexpr std::string_view list[]{Names.view()..., {}};
    static constexpr void tell(facts& f) {
        good::tell(f);
        f.framework.backends = {list, sizeof...(Names)};
    }
};
static_assert(laws::framework<taking<"mpi">> && !laws::framework<taking<"single_process", "open_mpi">>);
static_assert(!laws::lists_backends_that_there_are<taking<"mpi", "mpi">> &&
              !laws::lists_backends_that_there_are<taking<"">>);
static_assert(!laws::framework<taking<"own">> && laws::framework<taking<"own">, own_backend>);
static_assert(!laws::makes_an_estimator_with_some_backend<taking<>> && !laws::framework<taking<>>);

constexpr std::string_view valid[]{"a==1"}, malformed[]{"a=1"}, impossible[]{"a==1", "a==2"};
template <auto const& Versions>
struct with_versions : good {
    static constexpr void tell(facts& f) {
        good::tell(f);
        f.framework.versions = Versions;
    }
};
constexpr framework_version ascending[]{{"1.9", valid}, {"1.10", valid, "image:1", "image:gpu"}},
    descending[]{{"1.10", valid}, {"1.9", valid}}, twice[]{{"1.9", valid}, {"1.9.0", valid}},
    unreadable[]{{"newest", valid}}, of_malformed[]{{"1", malformed}}, of_impossible[]{{"1", impossible}},
    of_gpu[]{{"1", valid, {}, {}, malformed}}, of_image[]{{"1", valid, "Image:1"}},
    of_python[]{{"1", valid, {}, {}, {}, "python=3.8"}}, of_no_python[]{{"1", valid, {}, {}, {}, "python="}};
static_assert(laws::framework<with_versions<ascending>>);
static_assert(!laws::lists_versions_from_old_to_new<with_versions<descending>> &&
              !laws::framework<with_versions<descending>>);
static_assert(!laws::lists_versions_from_old_to_new<with_versions<twice>> &&
              !laws::framework<with_versions<unreadable>>);
static_assert(!laws::brings_packages_that_can_be_installed<with_versions<of_malformed>> &&
              !laws::framework<with_versions<of_malformed>>);
static_assert(laws::framework<with_versions<of_python>> && !laws::framework<with_versions<of_no_python>>);
static_assert(!laws::framework<with_versions<of_impossible>> && !laws::framework<with_versions<of_gpu>>);
static_assert(!laws::brings_images_with_valid_names<with_versions<of_image>> &&
              !laws::framework<with_versions<of_image>>);
struct executable_with_versions : with_versions<ascending> {
    static constexpr void tell(facts& f) {
        with_versions::tell(f);
        f.framework.is_executable = true;
    }
};
static_assert(!laws::has_no_versions_if_it_is_executable<executable_with_versions> &&
              !laws::framework<executable_with_versions>);

template <fixed_string... Names>
struct setting : good {
    static constexpr named_value list[]{{Names.view(), "1"}...};
    static constexpr void tell(facts& f) {
        good::tell(f);
        f.framework.variables = list;
    }
};
static_assert(laws::framework<setting<"XLA_FLAGS", "a1">> && !laws::framework<setting<"1A">> &&
              !laws::framework<setting<"A=B">>);
static_assert(!laws::sets_variables_that_a_job_may_set<setting<"RANK">> && !laws::framework<setting<"OMPI_X">>);
static_assert(!laws::framework<setting<"A", "A">>);

// of compute targets
template <auto Change>
struct changed : slurm<> {
    static constexpr void tell(facts& f) {
        slurm::tell(f);
        Change(f.target);
    }
};
template <auto Change>
inline constexpr bool keeps_laws = laws::compute_target<changed<Change>>;
static_assert(keeps_laws<[](compute_target_facts&) {}>);
static_assert(!keeps_laws<[](compute_target_facts& t) { t.kind = "Slurm"; }> &&
              !keeps_laws<[](compute_target_facts& t) { t.name = ""; }>);
struct silent : slurm<> {
    static constexpr void tell(facts&) {}
};
static_assert(!laws::names_its_kind_and_itself<silent> && !laws::compute_target<silent>);
static_assert(!laws::has_room_for_a_process<changed<[](compute_target_facts& t) { t.max_nodes = 0; }>>);
static_assert(!laws::has_room_for_a_process<slurm<slots_per_node<0>>> &&
              !laws::compute_target<slurm<slots_per_node<0>>>);
static_assert(!laws::compute_target<slurm<gpus_per_node<-1>>> &&
              !laws::compute_target<slurm<gpus_per_node<1>, gpus_per_node<2>>>);
using machines_of_azure = changed<[](compute_target_facts& t) { t.vm_size = "Standard_NC6"; }>;
static_assert(!laws::has_virtual_machines_only_in_azure<machines_of_azure> && !laws::compute_target<machines_of_azure>);
static_assert(!keeps_laws<[](compute_target_facts& t) { t.is_azure = true, t.vm_priority = "cheap"; }>);
using two_nodes_called_local = changed<[](compute_target_facts& t) { t.kind = t.name = "local", t.max_nodes = 2; }>;
static_assert(!laws::is_this_machine_if_its_kind_is_local<two_nodes_called_local> &&
              !laws::compute_target<two_nodes_called_local>);
struct an_own_rule {
    struct id {
        static constexpr char text[] = "TEAM-1";
    };
    using remedy = void;
    static constexpr std::string_view sentence = "there are no two processes", advice = "ask for two";
    static constexpr bool broken(facts const& f) {
        return f.process_count_per_node.is_given && f.process_count_per_node.value < 2;
    }
};
struct always_broken : an_own_rule {
    static constexpr bool broken(facts const&) { return true; }
};
static_assert(!laws::takes_a_plain_job<slurm<held_to<always_broken>>> &&
              !laws::compute_target<slurm<held_to<always_broken>>>);

// of distribution backends
template <auto Change>
struct changed_mpi : mpi<> {
    static constexpr void tell(facts& f) {
        mpi::tell(f);
        Change(f);
    }
};
template <auto Change>
inline constexpr bool backend_keeps_laws = laws::distribution_backend<changed_mpi<Change>>;
static_assert(backend_keeps_laws<[](facts&) {}> && laws::distribution_backend<own_backend>);
struct nameless : mpi<> {
    static constexpr void tell(facts& f) {
        f.backend.communicator = "Mpi";
        f.backend.distributes = true;
    }
};
static_assert(!laws::names_its_backend<nameless> && !laws::distribution_backend<nameless>);
using of_an_own_word = changed_mpi<[](facts& f) { f.backend.communicator = "Ray"; }>;
static_assert(!laws::is_lowered_to_known_words<of_an_own_word> && !laws::distribution_backend<of_an_own_word>);
static_assert(!backend_keeps_laws<[](facts& f) { f.backend.azure_framework = "pytorch"; }>);
using without_communicator = changed_mpi<[](facts& f) { f.backend.communicator = "None"; }>;
static_assert(!laws::has_a_communicator_if_it_distributes<without_communicator> &&
              !laws::distribution_backend<without_communicator>);
static_assert(!backend_keeps_laws<[](facts& f) { f.backend.distributes = false; }>);
using with_roles = changed_mpi<[](facts& f) { f.backend.has_roles = true; }>;
static_assert(!laws::counts_roles_if_its_communicator_does<with_roles> && !laws::distribution_backend<with_roles>);
static_assert(!laws::gives_counts_that_can_be_started<mpi<node_count<0>>> &&
              !laws::distribution_backend<mpi<node_count<0>>>);
static_assert(!laws::distribution_backend<mpi<node_count<1>, node_count<2>>> &&
              !laws::distribution_backend<parameter_server<worker_count<0>>>);
constexpr std::string_view of_torch[]{"pytorch"}, of_unknown[]{"torch"}, of_own[]{"good"};
static_assert(backend_keeps_laws<[](facts& f) { f.backend.frameworks = of_torch; }>);
using for_an_unknown_framework = changed_mpi<[](facts& f) { f.backend.frameworks = of_unknown; }>;
static_assert(!laws::names_frameworks_that_there_are<for_an_unknown_framework> &&
              !laws::distribution_backend<for_an_unknown_framework>);
using for_an_own_framework = changed_mpi<[](facts& f) { f.backend.frameworks = of_own; }>;
static_assert(!laws::distribution_backend<for_an_own_framework> &&
              laws::distribution_backend<for_an_own_framework, good>);
using with_workers = changed_mpi<[](facts& f) { f.backend.worker_count = 2; }>;  // which MPI does not count: EST-046
static_assert(!laws::goes_with_a_generic_job<with_workers> && !laws::distribution_backend<with_workers>);

// of environments and their parts
template <auto Change>
struct part {
    static constexpr void tell(facts& f) { Change(f.environment); }
};
template <auto Change>
inline constexpr bool part_keeps_laws = laws::environment_part<part<Change>>;
constexpr named_value one_variable[]{{"A", "1"}}, reserved[]{{"RANK", "0"}};
using careless = part<[](environment_facts& e) { e.variables = one_variable; }>;
using careful =
    part<[](environment_facts& e) { e.parts_given_twice += !e.variables.empty(), e.variables = one_variable; }>;
static_assert(laws::environment_part<careful> && laws::environment<environment<careful>>);
static_assert(!laws::keeps_what_other_parts_said<careless> && !laws::environment_part<careless>);
static_assert(
    !part_keeps_laws<[](environment_facts& e) { e.is_user_managed = false, e.interpreter_path = "python3"; }>);
struct adding {
    static constexpr void tell(facts& f) { f.environment.shm_size = bytes{f.environment.shm_size.value + 1024}; }
};
static_assert(!laws::notices_when_it_is_given_twice<adding> && !laws::environment_part<adding>);
struct mute {
    static constexpr void tell(facts) {}
};
static_assert(!laws::says_something<mute> && !laws::environment_part<mute>);
struct with_a_target {
    static constexpr void tell(facts& f) {
        f.environment.is_user_managed = true;
        f.target.has_containers = true;
    }
};
static_assert(!laws::tells_its_own_section_only<with_a_target, environment_slot> &&
              !laws::environment_part<with_a_target>);
static_assert(!laws::has_packages_that_can_be_installed<pip_packages<"torch=1.4">> &&
              !laws::environment_part<pip_packages<"torch=1.4">>);
static_assert(!laws::environment_part<conda_packages<"numpy=1", "numpy=2">> &&
              !laws::environment<environment<pip_packages<"">>>);
static_assert(!laws::has_an_image_with_a_valid_name<custom_docker_image<"a b">> &&
              !laws::environment_part<custom_docker_image<"a b">>);
static_assert(!laws::has_variables_that_a_job_may_set<part<[](environment_facts& e) { e.variables = reserved; }>>);
static_assert(!laws::has_its_files_in_the_source_directory<conda_dependencies_file<"/etc/conda.yml">>);
static_assert(!laws::environment_part<pip_requirements_file<"../requirements.txt">>);
static_assert(!laws::goes_with_a_plain_job<environment<held_to<always_broken>>> &&
              !laws::environment<environment<held_to<always_broken>>>);

// of rules
static_assert(laws::rule<an_own_rule>);
static_assert(!laws::rule<good> && !laws::rule<int>);
template <fixed_string Text>
struct identified : an_own_rule {
    struct id {
        static constexpr std::string_view text = Text.view();
    };
};
static_assert(laws::rule<identified<"team.rules-1_a">> && !laws::rule<identified<"">> &&
              !laws::rule<identified<"TEAM 1">>);
static_assert(!laws::has_an_id_of_letters_and_digits<identified<"EST-901">>);
struct with_an_id_of_the_library : an_own_rule {
    using id = est<1>;
};
static_assert(!laws::has_an_id_that_the_library_has_not<with_an_id_of_the_library> &&
              !laws::rule<with_an_id_of_the_library>);
static_assert(laws::have_ids_of_their_own<an_own_rule, identified<"TEAM-2">>);
static_assert(!laws::have_ids_of_their_own<an_own_rule, identified<"TEAM-1">>);
struct without_a_sentence : an_own_rule {
    static constexpr std::string_view sentence = "";
};
struct of_two_lines : an_own_rule {
    static constexpr std::string_view advice = "ask for two\nor more";
};
static_assert(!laws::says_in_a_line_what_is_wrong_and_what_to_do<without_a_sentence> && !laws::rule<of_two_lines>);
struct asked_at_run_time : an_own_rule {
    static bool broken(facts const&) { return false; }
};
static_assert(!laws::can_be_asked_by_the_compiler<asked_at_run_time> && !laws::rule<asked_at_run_time>);
struct of_another_level : an_own_rule {
    static constexpr int level = 1;
};
struct with_a_hook_that_nobody_calls : an_own_rule {
    static bool broken_at_submit(facts const&) { return true; }
};
struct with_its_place : an_own_rule {
    static bool broken_at_submit(job_fields const& job) { return job.tags.empty(); }
    static std::string where(facts const&, job_fields const& job) { return job.display_name; }
};
static_assert(!laws::has_members_of_the_right_types<of_another_level> && !laws::rule<with_a_hook_that_nobody_calls>);
static_assert(laws::rule<with_its_place>);
struct of_the_unknown : an_own_rule {
    static constexpr bool broken(facts const& f) { return f.seen.source_directory_exists != known::yes; }
};
static_assert(!laws::lets_plain_estimators_be<of_the_unknown> && !laws::rule<of_the_unknown, estimator<pytorch<>>>);
struct against_tensorflow : an_own_rule {
    static constexpr bool broken(facts const& f) { return f.framework.name == "tensorflow"; }
};
static_assert(!laws::lets_plain_estimators_be<against_tensorflow> && !laws::rule<against_tensorflow>);
static_assert(laws::rule<against_tensorflow, estimator<pytorch<>>> &&
              !laws::rule<against_tensorflow, estimator<tensorflow<>>>);
}  // namespace
