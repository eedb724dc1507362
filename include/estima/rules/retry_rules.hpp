// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

struct say_how_often_from_1_to_1000;
struct name_an_exit_code_from_1_to_255_or_a_signal_from_1_to_64;
struct name_files_below_outputs;

struct a_number_of_retries_that_makes_no_sense {
    using id = est<70>;
    using remedy = say_how_often_from_1_to_1000;
    static constexpr std::string_view sentence =
        "retries are below 1, above 1,000, or asked for without saying how many";
    static constexpr std::string_view advice = "give 1 to 1,000, or leave retries out: a run is then tried once";
    static constexpr bool broken(facts const& f) {
        count const& n = f.retries.at_most;
        return (n.is_given && (n.is_below_one || n.value > 1000)) || f.seen.retries_say_how_often == known::no;
    }
};

struct a_retry_after_what_cannot_happen {
    using id = est<71>;
    using remedy = name_an_exit_code_from_1_to_255_or_a_signal_from_1_to_64;
    static constexpr std::string_view sentence =
        "retries are asked for after an exit code or a signal that no process ends by";
    static constexpr std::string_view advice =
        "write cause::exit_code(75) or cause::signal(9): exit codes are 1 to 255, signals 1 to 64";
    static constexpr bool broken(facts const& f) { return f.retries.has_impossible_cause; }
};

struct a_checkpoint_that_is_no_output {
    using id = est<72>;
    using remedy = name_files_below_outputs;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence =
        "resume_from of retries names no files below ./outputs, which is all that a next attempt finds";
    static constexpr std::string_view advice =
        "a path from the script's folder, with * for what differs: \"outputs/checkpoint_*.pt\"";
    static constexpr bool broken(facts const& f) { return f.seen.checkpoint_is_an_output == known::no; }
};

}  // namespace estima::inline v0_1
