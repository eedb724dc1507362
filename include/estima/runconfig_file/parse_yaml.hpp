// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <sstream>
#include <string>
#include <utility>

#include <estima/runconfig_file/document.hpp>
#include <estima/runconfig_file/yaml_scalar.hpp>

namespace estima::inline v0_1::detail {

/// What yaml-cpp's parser meets, for the builder. Its events have places, tags and quotes, which its nodes have lost.
class yaml_events final : public YAML::EventHandler {
public:
    explicit yaml_events(document_builder& builder) : builder_{builder} {}

    void OnDocumentStart(YAML::Mark const&) override {}
    void OnDocumentEnd() override {}
    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
        if (builder_.expects_key()) throw no_text_key(at(mark));
        builder_.scalar(nullptr, {}, at(mark), anchor);
    }
    void OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) override {
        if (builder_.expects_key()) throw no_text_key(at(mark));
        builder_.alias(anchor, at(mark));
    }
    void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  std::string const& text) override {
        if (builder_.expects_key()) {
            if (!is_one_of(tag, {"?", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"}))
                throw strange_tag(mark, tag);
            return builder_.key(text, at(mark), text == "<<" && tag != "!" && tag != "tag:yaml.org,2002:str");
        }
        last_ = mark;
        json value = valued(mark, tag, text);
        builder_.scalar(std::move(value), text, at(mark), anchor);
    }
    void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        start(json::array(), mark, tag, "tag:yaml.org,2002:seq", anchor);
    }
    void OnSequenceEnd() override { builder_.end(); }
    void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        start(json::object(), mark, tag, "tag:yaml.org,2002:map", anchor);
    }
    void OnMapEnd() override { builder_.end(); }

    YAML::Mark const& last_scalar() const { return last_; }
    static position at(YAML::Mark const& mark) { return {mark.line + 1, mark.column + 1}; }

private:
    error no_text_key(position where) const {
        return syntax_error(builder_.file(), where, "a key is expected here, and keys are text on one line");
    }
    error strange_tag(YAML::Mark const& mark, std::string const& tag) const {
        return syntax_error(builder_.file(), at(mark), "the tag " + tag + " means nothing in a run configuration",
                            "remove the tag");
    }
    void start(json empty, YAML::Mark const& mark, std::string const& tag, std::string_view own,
               YAML::anchor_t anchor) {
        if (builder_.expects_key()) throw no_text_key(at(mark));
        if (!is_one_of(tag, {"", "?", "!", own})) throw strange_tag(mark, tag);
        builder_.start(std::move(empty), at(mark), anchor);
    }
    json valued(YAML::Mark const& mark, std::string const& tag, std::string const& text) const {
        if (is_one_of(tag, {"!", "tag:yaml.org,2002:str"})) return text;
        json value = yaml_plain_scalar(text);
        bool const fits = is_one_of(tag, {"", "?"}) || (tag == "tag:yaml.org,2002:int" && value.is_number_integer()) ||
                          (tag == "tag:yaml.org,2002:float" && value.is_number()) ||
                          (tag == "tag:yaml.org,2002:bool" && value.is_boolean()) ||
                          (tag == "tag:yaml.org,2002:null" && value.is_null());
        if (!fits) throw strange_tag(mark, tag);
        return value;
    }

    document_builder& builder_;
    YAML::Mark last_{};
};

/// Nobody, for a text whose values are known already.
class no_events final : public YAML::EventHandler {
public:
    void OnDocumentStart(YAML::Mark const&) override {}
    void OnDocumentEnd() override {}
    void OnNull(YAML::Mark const&, YAML::anchor_t) override {}
    void OnAlias(YAML::Mark const&, YAML::anchor_t) override {}
    void OnScalar(YAML::Mark const&, std::string const&, YAML::anchor_t, std::string const&) override {}
    void OnSequenceStart(YAML::Mark const&, std::string const&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(YAML::Mark const&, std::string const&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

/// yaml-cpp takes the end of a text for the end of what is in quotes, if it stands after a line break. With one more
/// line that does not end, and that is a comment unless it is in quotes, it does not.
inline void require_closed_quotes(std::string const& text, std::string const& file, YAML::Mark const& last_scalar) {
    std::size_t const from = last_scalar.pos < 0 ? 0 : static_cast<std::size_t>(last_scalar.pos);
    std::size_t const quote = text.find_first_of("\"'", from);
    if (quote == std::string::npos) return;
    try {
        no_events nobody;
        std::istringstream stream{text + "\n#"};
        YAML::Parser parser{stream};
        parser.HandleNextDocument(nobody);
    } catch (YAML::Exception const&) {
        std::string const before = text.substr(0, quote);
        std::size_t const line = before.rfind('\n');
        position const at{1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
                          static_cast<int>(quote - (line == std::string::npos ? 0 : line + 1)) + 1};
        throw syntax_error(file, at, "what starts with this quote does not end", "close the quotes");
    }
}

/// Whatever yaml-cpp throws becomes EST-103.
inline document parse_yaml(std::string const& text, std::string const& file) {
    document_builder builder{file};
    yaml_events events{builder};
    try {
        std::istringstream stream{text};
        YAML::Parser parser{stream};
        if (!parser.HandleNextDocument(events)) throw syntax_error(file, {}, "it is empty");
        require_closed_quotes(text, file, events.last_scalar());
        document read = builder.take();
        document_builder second{file};
        yaml_events more{second};
        if (parser.HandleNextDocument(more))
            throw syntax_error(file, {}, "it has two documents, divided by a line ---", "keep one of them");
        return read;
    } catch (YAML::Exception const& e) {
        throw syntax_error(file, e.mark.is_null() ? position{} : yaml_events::at(e.mark), e.msg);
    } catch (error const&) {
        throw;
    } catch (std::exception const& e) {
        throw syntax_error(file, {}, e.what());
    }
}

}  // namespace estima::inline v0_1::detail
