// SPDX-License-Identifier: BSL-1.0
// Rules that need the running program, on both sides of their limits.
#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <estima/estimator.hpp>
#include <estima/estimator/validate.hpp>
#include <estima/runconfig_file/conda_file.hpp>
#include <estima/system/files.hpp>
#include <support/temporary_directory.hpp>

namespace {
using namespace estima;

struct job_with_a_script {
    estima_test::temporary_directory folder;
    job_fields fields{.source_directory = folder.path(), .entry_script = "train.py"};
    job_with_a_script() { replace_file(folder / "train.py", "print('hello')\n"); }
};

template <class Estimator>
std::vector<broken_rule> broken_with(std::string const& id, job_fields const& fields) {
    std::vector<broken_rule> found;
    for (broken_rule const& rule : check(Estimator{fields}))
        if (rule.id == id) found.push_back(rule);
    return found;
}
}  // namespace

TEST_CASE("what Azure's service does not take is refused, on Azure's targets only") {
    job_with_a_script job;
    using azure = estimator<aml_compute<target_name<"pool">>>;
    auto const over = [&job] { return broken_with<azure>("EST-032", job.fields); };
    job.fields.display_name = std::string(256, 'n');
    job.fields.tags.emplace_back(std::string(100, 'k'), std::string(1000, 'v'));
    while (job.fields.tags.size() < 50)
        job.fields.tags.emplace_back("tag" + std::to_string(job.fields.tags.size()), "");
    CHECK(over().empty());

    job.fields.display_name += 'n';
    REQUIRE(over().size() == 1);
    CHECK(over()[0].where == "display_name: 257, at most 256");
    CHECK(broken_with<estimator<>>("EST-032", job.fields).empty());
    job.fields.display_name.clear();

    job.fields.tags.emplace_back("one more", "");
    REQUIRE(over().size() == 1);
    CHECK(over()[0].where == "tags: 51, at most 50");
    job.fields.tags.pop_back();

    std::string const name = std::exchange(job.fields.tags[1].first, "");
    REQUIRE(over().size() == 1);
    CHECK(over()[0].where == "a tag without a name");
    job.fields.tags[1].first = name;

    job.fields.tags[0].second += 'v';
    CHECK(over().size() == 1);
    job.fields.tags[0].second.clear();
    job.fields.tags[0].first += 'k';
    CHECK(over().size() == 1);
}

TEST_CASE("a script parameter given twice is a warning") {
    job_with_a_script job;
    job.fields.script_params = {{"--rate", 1}, {"--rates", 2}, {"", "a"}, {"", "b"}};
    CHECK(broken_with<estimator<>>("EST-031", job.fields).empty());
    job.fields.script_params.push_back({"--rate", 3});
    std::vector<broken_rule> const found = broken_with<estimator<>>("EST-031", job.fields);
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == rule_level::warning);
    CHECK(found[0].where == "script_params: --rate");
    CHECK_NOTHROW(require_valid(estimator<>{job.fields}));
}

TEST_CASE("the files of the environment must lie inside the source directory") {
    job_with_a_script job;
    using described = estimator<environment<conda_dependencies_file<"conda.yml">>>;
    REQUIRE(broken_with<described>("EST-033", job.fields).size() == 1);
    CHECK(broken_with<described>("EST-033", job.fields)[0].where == "conda.yml");
    replace_file(job.folder / "conda.yml", "dependencies: []\n");
    CHECK(broken_with<described>("EST-033", job.fields).empty());
    CHECK(broken_with<estimator<environment<pip_requirements_file<"../r.txt">>>>("EST-033", job.fields).size() == 1);
}

TEST_CASE("two different inputs cannot share a name, and a name is one that a variable can have") {
    job_with_a_script job;
    using azure = estimator<aml_compute<target_name<"pool">>>;
    dataset const digits{"digits"}, letters{"letters"};
    job.fields.inputs = {digits.as_named_input("mnist").as_mount()};
    job.fields.script_params = {{"--data", digits.as_named_input("mnist").as_mount()}};
    CHECK(broken_with<azure>("EST-041", job.fields).empty());
    job.fields.inputs.clear();
    job.fields.script_params.push_back({"--more", letters.as_named_input("mnist").as_mount()});
    REQUIRE(broken_with<azure>("EST-041", job.fields).size() == 1);
    CHECK(broken_with<azure>("EST-041", job.fields)[0].where ==
          "script_params --data \"mnist\" and script_params --more \"mnist\"");

    CHECK(broken_with<azure>("EST-042", job.fields).empty());
    job.fields.inputs = {letters.as_named_input("PATH").as_mount()};  // no script would start
    CHECK(broken_with<azure>("EST-042", job.fields).size() == 1);
    job.fields.inputs = {letters.as_named_input("2nd").as_mount()};
    REQUIRE(broken_with<azure>("EST-042", job.fields).size() == 1);
    CHECK(broken_with<azure>("EST-042", job.fields)[0].where == "inputs \"2nd\"");
}

TEST_CASE("what is wrong with resume_from is told of resume_from") {
    job_with_a_script job;
    using azure = estimator<aml_compute<target_name<"pool">>>;
    auto const where = [&job](std::string const& id) {
        std::vector<broken_rule> const found = broken_with<azure>(id, job.fields);
        return found.empty() ? "" : found[0].where;
    };
    job.fields.resume_from = datastore{""};
    CHECK(where("EST-042") == "resume_from without a source");
    job.fields.resume_from = datastore{"blobs", "runs/7"};
    CHECK(where("EST-042").empty());
    job.fields.inputs = {{.source = "blobs", .name = "MODEL_LOCATION"}};
    CHECK(where("EST-041") == "inputs \"MODEL_LOCATION\" and resume_from, which has that name in Azure");
    job.fields.script_params = {{"--resume-from", 1}, {"--a", 2}};
    CHECK(where("EST-031") == "script_params: --resume-from, which the field resume_from gives as well");
    job.fields.retries.resume_from = "outputs/*.pt";  // an attempt's own takes the place of the field's
    CHECK(where("EST-031") == "script_params: --resume-from, which the field resume_from gives as well, --resume-from, "
                              "which the field retries.resume_from gives as well");
    job.fields.script_params = {};
    CHECK(where("EST-031").empty());
    job.fields.script_params = {{"--resume-from=x", flag}};
    job.fields.resume_from = {};
    CHECK(where("EST-031") == "script_params: --resume-from, which the field retries.resume_from gives as well");
    job.fields.resume_from = datastore{"blobs", "runs/7"};
    job.fields.retries = {};
    job.fields.script_params = {{"--a", 1}, {"--a", 2}};
    CHECK(where("EST-031") == "script_params: --a");
    job.fields.resume_from = datastore{"blobs", "../7"};
    CHECK(where("EST-068") == "resume_from on the datastore: \"../7\"");
}

TEST_CASE("paths of inputs stay where they belong") {
    job_with_a_script job;
    auto const where = [&job](data_input const& one) {
        job.fields.inputs = {one};
        std::vector<broken_rule> const found =
            broken_with<estimator<aml_compute<target_name<"pool">>>>("EST-068", job.fields);
        return found.empty() ? "" : found[0].where;
    };
    datastore const blobs{"blobs"};
    for (char const* path : {"", "a", "a/..", "a/../b", "./a/", "..a", "a..", "a//b"})
        CHECK(where(blobs.path(path)).empty());
    for (char const* path : {"..", "../a", "a/../../b", "/", "/a"}) CHECK_FALSE(where(blobs.path(path)).empty());
    CHECK(where(blobs.path("a/../../b")) == "inputs \"blobs_a_______b\" on the datastore: \"a/../../b\"");
    CHECK(where(blobs.as_upload("results")).empty());
    CHECK(where(blobs.as_upload("/tmp/results")).empty());
    CHECK(where(blobs.as_download("/tmp/cache")).empty());
    CHECK(where(blobs.as_upload("../results")) == "inputs \"blobs\" on the node: \"../results\"");
    CHECK(where(dataset{"faces"}.as_named_input("faces").as_download("..")) == "inputs \"faces\" on the node: \"..\"");
}

TEST_CASE("datastores have names that Azure takes, where it is Azure that has them") {
    job_with_a_script job;
    using azure = estimator<aml_compute<target_name<"pool">>>;
    job.fields.inputs = {datastore{"Work_space1"}};
    job.fields.source_directory_data_store = "workspaceblobstore";
    CHECK(broken_with<azure>("EST-063", job.fields).empty());
    job.fields.inputs.push_back(datastore{"my-blobs"});
    job.fields.script_params = {{"--data", datastore{"a b"}}};
    job.fields.resume_from = datastore{"c/d", "x"};
    job.fields.source_directory_data_store = "e.f";
    REQUIRE(broken_with<azure>("EST-063", job.fields).size() == 1);
    CHECK(broken_with<azure>("EST-063", job.fields)[0].where ==
          "the datastore of script_params --data \"a b\", the datastore of inputs \"my-blobs\", the datastore of "
          "resume_from "
          "\"c/d\", source_directory_data_store \"e.f\"");
    CHECK(broken_with<estimator<>>("EST-063", job.fields).empty());
}

TEST_CASE("a notebook is no script") {
    job_with_a_script job;
    replace_file(job.folder / "train.ipynb", "{}");
    CHECK(broken_with<estimator<>>("EST-045", job.fields).empty());
    job.fields.entry_script = "train.ipynb";
    CHECK(broken_with<estimator<>>("EST-045", job.fields).size() == 1);
}

TEST_CASE("a checkpoint to go on from is an output") {
    auto const broken = [](char const* files) {
        return broken_with<estimator<>>("EST-072", {.retries = {.at_most = 1, .resume_from = files}}).size();
    };
    for (char const* const files : {"checkpoint", "/tmp/x", "outputs/../x", "outputs/", "outputsx/a"})
        CHECK(broken(files) == 1);
    for (char const* const files : {"", "outputs/a", "outputs/*/step_*.pt"}) CHECK(broken(files) == 0);
}

TEST_CASE("what is wrong with packages and images is told at run time too, with text, place and reason") {
    facts const f = facts_of<environment<pip_packages<"numpy=1", "torch>1", "torch<1">, conda_packages<"a", "a">,
                                          custom_docker_image<"ubuntu">>>();
    observation const o{f};
    CHECK(detail::broken_where("EST-034", o, {}) ==
          "pip_packages: \"numpy=1\" at 5: a single = is conda's; pip compares with ==");
    CHECK(detail::broken_where("EST-035", o, {}).empty());
    CHECK(detail::broken_where("EST-037", o, {}) == "pip_packages: \"torch>1\" and \"torch<1\"");
    CHECK(detail::broken_where("EST-044", o, {}) == "conda_packages: \"a\" and \"a\"");
    CHECK(detail::broken_where("EST-047", o, {}) == "custom_docker_image: \"ubuntu\"");
    CHECK(detail::broken_where("EST-036", observation{facts_of<environment<custom_docker_image<"A/b">>>()}, {})
              .starts_with("custom_docker_image: \"A/b\" at 0: "));

    job_with_a_script job;
    std::vector<broken_rule> const warned = require_valid(
        estimator<aml_compute<target_name<"pool">>, environment<custom_docker_image<"continuumio/miniconda">>>{
            job.fields});
    REQUIRE(warned.size() == 1);
    CHECK(warned[0].id == "EST-047");
    CHECK(warned[0].where == "custom_docker_image: \"continuumio/miniconda\"");
}

TEST_CASE("limits of the service count characters, not bytes") {
    std::string accents;
    for (int i = 0; i < 100; ++i) accents += "\xC3\xA9";
    job_fields fields{.source_directory = ".", .entry_script = "none", .tags = {{accents, accents}}};
    auto const told = [&fields] {
        observation const o = observe(estimator<aml_compute<target_name<"pool">>>::policy_facts, fields);
        return o.over_limits;
    };
    CHECK(told().empty());
    fields.tags = {{accents + "e", ""}};
    CHECK(told().find("101, at most 100") != std::string::npos);
    fields.tags.clear();
    for (int i = 0; i < 200; ++i) fields.inputs.push_back(dataset{"d"}.as_named_input("d" + std::to_string(i)));
    CHECK(told().empty());
    fields.inputs.push_back(dataset{"d"}.as_named_input("one_more"));
    CHECK(told().find("datasets: 201, at most 200") != std::string::npos);
}

TEST_CASE("inputs that are lost, or take a variable that means something else, are told") {
    using gpu_job = estimator<pytorch<>, aml_compute<target_name<"pool">>, gloo<process_count_per_node<2>>,
                              environment<environment_variables<variable<"HERE", "1">>>>;
    job_fields fields{.source_directory = ".", .entry_script = "none"};
    auto ids = [&fields] {
        std::string found;
        for (broken_rule const& one : check(gpu_job{fields}))
            if (one.id >= "EST-031" && one.id <= "EST-042") found += std::string{one.id} + " ";
        return found;
    };
    fields.resume_from = datastore{"b", "x"};
    CHECK(ids().empty());
    fields.inputs = {{.source = "other", .name = "MODEL_LOCATION", .path = "q"}};
    CHECK(ids() == "EST-041 ");
    fields.inputs.clear();
    fields.script_params = {{"--resume-from", "x"}};
    CHECK(ids() == "EST-031 ");
    fields = {.source_directory = ".", .entry_script = "none", .inputs = {dataset{"x"}.as_named_input("RANK")}};
    CHECK(ids() == "EST-042 ");
    fields.inputs = {dataset{"x"}.as_named_input("HERE")};
    CHECK(ids() == "EST-042 ");
    fields.inputs = {dataset{""}.as_named_input("x")};
    CHECK(ids() == "EST-042 ");
    fields.inputs = {datastore{""}};
    CHECK(ids() == "EST-042 ");
    fields.inputs = {dataset{"x"}.as_named_input("x")};
    CHECK(ids().empty());
}

TEST_CASE("a parameter with its value in its name is the same parameter") {
    job_with_a_script job;
    job.fields.script_params = {{"--rate=0.1", flag}, {"--rates", 2}};
    CHECK(broken_with<estimator<>>("EST-031", job.fields).empty());
    job.fields.script_params.push_back({"--rate", 3});
    REQUIRE(broken_with<estimator<>>("EST-031", job.fields).size() == 1);
    CHECK(broken_with<estimator<>>("EST-031", job.fields)[0].where == "script_params: --rate");
}

TEST_CASE("GPUs are asked for where no driver has brought one: a warning, on this machine only") {
    estima_test::temporary_directory const devices;
    CHECK_FALSE(has_gpu_devices(devices.path().string()));
    std::ofstream{devices / "nvidiactl"};
    CHECK(has_gpu_devices(devices.path().string()));
    job_with_a_script job;
    auto const found = broken_with<estimator<pytorch<>, nccl<>>>("EST-058", job.fields);
    CHECK(found.size() == (has_gpu_devices() ? 0U : 1U));
    for (broken_rule const& one : found) CHECK(one.level == rule_level::warning);
    CHECK(broken_with<estimator<pytorch<>, gloo<>>>("EST-058", job.fields).empty());
    CHECK(broken_with<estimator<pytorch<>, aml_compute<target_name<"pool">>, nccl<>>>("EST-058", job.fields).empty());
}

TEST_CASE("the lines of pip_requirements_file are held to the rules of pip_packages") {
    job_with_a_script job;
    using azure = estimator<
        aml_compute<target_name<"pool">>,
        environment<conda_packages<"scipy=1.4">, pip_packages<"numpy==1.18.5">, pip_requirements_file<"needs.txt">>>;
    auto const refused = [&job](std::string const& id, std::string const& lines) {
        replace_file(job.folder / "needs.txt", lines);
        std::vector<broken_rule> const found = broken_with<azure>(id, job.fields);
        return found.empty() ? "" : found[0].where;
    };
    std::string const kept =
        "# words\ntorch==1.4.0 --hash=sha256:00 \\\n  --hash=sha256:11\n-r "
        "/opt/more.txt\n/opt/own.whl\ngit+https://x.org/y@z\n"
        "--index-url https://x.org\nnumpy>=1.18 # with a comment\nold==${OLD}\npkg @ https://x.org/p.zip#sha1=ab\n";
    for (char const* const id : {"EST-034", "EST-037"}) CHECK(refused(id, kept).empty());

    CHECK(refused("EST-034", "\xEF\xBB\xBFtqdm\r\n\r\ntorch=1.4\r\n") ==
          "needs.txt:3: \"torch=1.4\" at 5: a single = is conda's; pip compares with ==");
    CHECK(refused("EST-037", "tqdm\nNumPy>=1.19\n") ==
          "pip_packages and needs.txt:2: \"numpy==1.18.5\" and \"NumPy>=1.19\"");
    CHECK(refused("EST-037", "a==1\nA==2\n") == "needs.txt:1 and needs.txt:2: \"a==1\" and \"A==2\"");
    CHECK(refused("EST-037", "a>2,<1\n") == "needs.txt:1: \"a>2,<1\"");
    CHECK(refused("EST-037", "scipy==1.5.0") == "conda_packages and needs.txt:1: \"scipy=1.4\" and \"scipy==1.5.0\"");
    CHECK(refused("EST-037", "scipy==1.4.1").empty());
    CHECK(refused("EST-044", "tqdm\ntqdm>=4") == "needs.txt:1 and needs.txt:2: \"tqdm\" and \"tqdm>=4\"");
    std::vector<broken_rule> const twice = broken_with<azure>("EST-044", job.fields);
    REQUIRE(twice.size() == 1);
    CHECK(twice[0].level == rule_level::warning);
}

TEST_CASE("files that pip_requirements_file names are not there where Azure prepares the environment") {
    job_with_a_script job;
    using part = environment<pip_requirements_file<"needs.txt">>;
    auto const found = [&job](std::string const& lines) {
        replace_file(job.folder / "needs.txt", lines);
        CHECK(broken_with<estimator<part>>("EST-034", job.fields).empty());  // not in Azure
        std::vector<broken_rule> const all =
            broken_with<estimator<aml_compute<target_name<"pool">>, part>>("EST-034", job.fields);
        return all.empty() ? "" : all[0].where;
    };
    std::string const why = " at 0: Azure prepares the environment from these lines, without the files that they name";
    CHECK(found("tqdm\n\n-r more.txt # ours\n") == "needs.txt:3: \"-r more.txt\"" + why);
    for (char const* const line :
         {"-rmore.txt", "--requirement=more.txt", "--constraint more.txt", "-c more.txt", "-e .", "-e ./own[all]",
          "--editable own", "-f wheels", "--find-links=wheels", "./own.whl", "wheels/own.whl", "../own"})
        CHECK(found(line) == "needs.txt:1: \"" + std::string{line} + "\"" + why);
    for (char const* const line :
         {"tqdm", "-r https://x.org/more.txt", "-c /opt/more.txt", "-e git+https://x.org/y@main#egg=y",
          "-f https://x.org/w", "/opt/own.whl", "https://x.org/own.whl", "pkg @ https://x.org/p.zip", "--pre",
          "-i https://x.org/simple", "--extra-index-url https://x.org/a", "tqdm; os_name != 'a/b'",
          "-r ${HERE}/more.txt", "./${OWN}"})
        CHECK(found(line) == "");
}

TEST_CASE("what conda_dependencies_file lists is held to the rules of packages, with its lines") {
    job_with_a_script job;
    using azure = estimator<aml_compute<target_name<"pool">>, environment<conda_dependencies_file<"needs.yml">>>;
    auto const refused = [&job](std::string const& id, std::string const& text) {
        replace_file(job.folder / "needs.yml", text);
        std::vector<broken_rule> const found = broken_with<azure>(id, job.fields);
        return found.empty() ? "" : found[0].where;
    };
    std::string const good =
        "# ours\nname: vision\nchannels: [conda-forge]\ndependencies:\n- python=3.8\n- conda-forge::mpi4py>=3\n"
        "- pip:\n  - azureml-defaults\n  - torch==1.4.0\n  - git+https://x.org/y@z\n  - --pre\n";
    for (char const* const id : {"EST-034", "EST-035", "EST-037", "EST-044", "EST-065"})
        CHECK(refused(id, good).empty());
    CHECK(check(azure{job.fields}).empty());
    CHECK(refused("EST-065", "{\"dependencies\": [\"numpy\", {\"pip\": [\"tqdm\"]}]}").empty());
    CHECK(refused("EST-065", "dependencies:\n- pip:\n").empty());

    CHECK(refused("EST-035", "dependencies:\n- numpy\n- scipy==\n") ==
          "needs.yml:3: \"scipy==\" at 7: expected a version after ==");
    CHECK(refused("EST-034", "dependencies:\n- pip:\n  - tqdm\n  - numpy=1.24\n") ==
          "needs.yml:4: \"numpy=1.24\" at 5: a single = is conda's; pip compares with ==");
    CHECK(refused("EST-037", "dependencies:\n- numpy=1.16\n- numpy>=1.17\n") ==
          "needs.yml:2 and needs.yml:3: \"numpy=1.16\" and \"numpy>=1.17\"");
    CHECK(refused("EST-037", "dependencies:\n- numpy=1.16\n- pip:\n  - numpy==1.17\n") ==
          "needs.yml:2 and needs.yml:4: \"numpy=1.16\" and \"numpy==1.17\"");
    CHECK(refused("EST-044", "dependencies:\n- numpy\n- conda-forge::numpy\n") ==
          "needs.yml:2 and needs.yml:3: \"numpy\" and \"conda-forge::numpy\"");
    CHECK(refused("EST-034", "dependencies:\n- pip:\n  - -r more.txt\n")
              .starts_with("needs.yml:3: \"-r more.txt\" at 0: Azure"));

    CHECK(refused("EST-065", "dependencies:\n- numpy\n -x: [\n").starts_with("needs.yml:"));
    CHECK(refused("EST-065", "") == "needs.yml: it is empty");
    CHECK(refused("EST-065", "- numpy\n") == "needs.yml:1:1: a map with a list `dependencies` is expected");
    CHECK(refused("EST-065", "name: x\n") == "needs.yml:1:1: a map with a list `dependencies` is expected");
    CHECK(refused("EST-065", "dependencies: numpy\n") == "needs.yml:1:15: a list of packages is expected");
    CHECK(refused("EST-065", "dependencies:\n- numpy: 1.16\n") ==
          "needs.yml:2:3: a package is expected, or a map with the one key \"pip\"");
    CHECK(refused("EST-065", "dependencies:\n- pip: tqdm\n") == "needs.yml:2:8: a list of pip's packages is expected");
    CHECK(refused("EST-065", "dependencies:\n- [numpy]\n") == "needs.yml:2:3: a package is expected, as text");
}

TEST_CASE("what Azure does not do is told of fields, too") {
    job_with_a_script job;
    using azure = estimator<aml_compute<target_name<"pool">>>;
    auto const where = [&job](std::string const& id) {
        std::vector<broken_rule> const found = broken_with<azure>(id, job.fields);
        return found.empty() ? "" : found[0].where;
    };
    CHECK(where("EST-060").empty());
    job.fields.retries = {.at_most = 3};
    CHECK(where("EST-060") == "retries.at_most is 3");
    CHECK(broken_with<estimator<ssh_hosts<>>>("EST-060", job.fields).empty());
    job.fields.retries = {};
    CHECK(where("EST-062").empty());
    job.fields.interpreter_path = "python3.8";
    CHECK(where("EST-062") == "interpreter_path = \"python3.8\"");
    CHECK(broken_with<estimator<>>("EST-062", job.fields).empty());
    using managed = estimator<aml_compute<target_name<"pool">>, environment<user_managed>>;
    CHECK(broken_with<managed>("EST-062", job.fields).empty());
}

TEST_CASE("a target without a limit of nodes is told without one") {
    job_with_a_script job;
    job.fields.process_count_per_node = 5;
    std::vector<broken_rule> const found =
        broken_with<estimator<slurm<slots_per_node<4>>, mpi<>>>("EST-019", job.fields);
    REQUIRE(found.size() == 1);
    CHECK(found[0].where ==
          "node_count is 1, process_count_per_node is 5; framework generic, backend mpi, target slurm with 4 slots on "
          "each");
    job.fields.node_count = 3;
    std::vector<broken_rule> const told =
        broken_with<estimator<slurm<max_nodes<2>, gpus_per_node<1>>, mpi<>>>("EST-003", job.fields);
    REQUIRE(told.size() == 1);
    CHECK(told[0].where.ends_with("target slurm with 2 nodes, 1 GPU on each"));
}

namespace {
template <fixed_string Python>
std::string where_of_python(std::string const& folder) {
    using job = estimator<xgboost<"1.7">, slurm<>, environment<conda_packages<"numpy", Python>>>;
    std::vector<broken_rule> const found =
        broken_with<job>("EST-040", {.source_directory = folder, .entry_script = "train.py"});
    return found.empty() ? "" : found[0].where;
}
}  // namespace

TEST_CASE("a Python that is too old for the framework's version is a warning") {
    job_with_a_script job;
    std::string const folder = job.folder.path();
    CHECK(where_of_python<"python=3.6">(folder) ==
          "conda_packages: \"python=3.6\", and xgboost 1.7 brings \"python=3.8\"");
    CHECK_FALSE(where_of_python<"python<3.8">(folder).empty());
    CHECK(where_of_python<"python=3.8">(folder).empty());
    CHECK(where_of_python<"python=3.8.12">(folder).empty());
    CHECK(where_of_python<"python=3.11">(folder).empty());
    CHECK(where_of_python<"python">(folder).empty());
    CHECK(where_of_python<"python>=3.6">(folder).empty());
}

TEST_CASE("a line of pip_requirements_file that asks for what the framework brings is a warning") {
    job_with_a_script job;
    using torch =
        estimator<pytorch<"1.4">, aml_compute<target_name<"pool">>, environment<pip_requirements_file<"needs.txt">>>;
    replace_file(job.folder / "needs.txt", "tqdm\n");
    CHECK(broken_with<torch>("EST-040", job.fields).empty());
    replace_file(job.folder / "needs.txt", "tqdm\nTorchVision==0.5.1\n");
    REQUIRE(broken_with<torch>("EST-040", job.fields).size() == 1);
    CHECK(broken_with<torch>("EST-040", job.fields)[0].where ==
          "needs.txt:2: \"TorchVision==0.5.1\", and pytorch 1.4 brings \"torchvision==0.5.0\"");
}
