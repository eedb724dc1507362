// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/index/byte_codec.hpp>
#include <estima/index/run_filter.hpp>

namespace estima::inline v0_1::detail {

/// The value of one key of an order. The kinds come in this order whichever way the key goes.
struct order_value {
    enum class kind : std::uint8_t { value, not_a_number, missing };
    kind is = kind::missing;
    double number = 0;
    std::string text{};
};

/// Where a run stands in the answer to a query: a total order, so that a page can go on behind any run.
struct run_place {
    std::vector<order_value> keys{};
    double created = 0;
    std::string id{};
};

inline int compare(order_value const& a, order_value const& b, bool descending) {
    if (a.is != b.is) return a.is < b.is ? -1 : 1;
    int order = a.number < b.number ? -1 : a.number > b.number ? 1 : 0;
    if (order == 0) order = a.text.compare(b.text);
    return descending ? -order : order;
}
inline int compare(run_place const& a, run_place const& b, std::vector<run_order> const& order) {
    for (std::size_t i = 0; i < order.size(); ++i)
        if (int const c = compare(a.keys[i], b.keys[i], order[i].descending); c != 0) return c;
    if (a.created != b.created) return a.created > b.created ? -1 : 1;
    return a.id.compare(b.id);
}

inline void put(byte_writer& out, run_filter const& f) {
    out.put(static_cast<std::uint8_t>(f.is));
    out.put(static_cast<std::uint8_t>(f.condition.field.kind));
    out.put_text(f.condition.field.name);
    out.put(static_cast<std::uint8_t>(f.condition.comparison));
    out.put_size(f.condition.texts.size());
    for (std::string const& text : f.condition.texts) out.put_text(text);
    out.put(f.condition.number);
    out.put_size(f.parts.size());
    for (run_filter const& part : f.parts) put(out, part);
}

/// Two queries that differ in more than the size of their pages have different ones.
inline std::uint64_t question_of(run_query const& query) {
    byte_writer out;
    put(out, query.filter);
    out.put_size(query.order_by.size());
    for (run_order const& o : query.order_by) {
        out.put(static_cast<std::uint8_t>(o.field.kind));
        out.put_text(o.field.name);
        out.put(static_cast<std::uint8_t>(o.descending));
    }
    for (std::string const& name : query.experiments) out.put_text(name);
    return checksum_of(out.bytes());
}

/// A place as text: what a page ends with. It stays good when runs come, change or go, and when the index is built
/// anew.
inline std::string page_token(run_place const& place, run_query const& query) {
    byte_writer out;
    out.put(question_of(query));
    for (order_value const& key : place.keys) {
        out.put(static_cast<std::uint8_t>(key.is));
        out.put(key.number);
        out.put_text(key.text);
    }
    out.put(place.created);
    out.put_text(place.id);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (char const c : sealed_bytes(out.bytes())) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 15U];
    }
    return text;
}

/// EST-615 for what is no token, or one of another question.
inline run_place place_from(std::string const& token, run_query const& query) {
    auto const refuse = [](char const* why) -> error {
        return {"EST-615",
                {.what = "this page token cannot be used",
                 .why = why,
                 .remedy = "give next_page_token as it came, with the same filter, order and experiments"}};
    };
    auto const digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    std::string bytes;
    if (token.size() % 2 != 0) throw refuse("it is no token, or not a whole one");
    for (std::size_t i = 0; i < token.size(); i += 2) {
        int const high = digit(token[i]), low = digit(token[i + 1]);
        if (high < 0 || low < 0) throw refuse("it is no token");
        bytes += static_cast<char>(high * 16 + low);
    }
    try {
        byte_reader in{unsealed_bytes(bytes)};
        if (in.get<std::uint64_t>() != question_of(query)) throw refuse("it belongs to another question");
        run_place place;
        for (std::size_t i = 0; i < query.order_by.size(); ++i) {
            order_value key{static_cast<order_value::kind>(in.get<std::uint8_t>()), in.get<double>(), {}};
            key.text = in.get_text();
            place.keys.push_back(key);
        }
        place.created = in.get<double>();
        place.id = in.get_text();
        return place;
    } catch (sqlite_failure const&) {
        throw refuse("it is no token, or not a whole one");
    }
}

}  // namespace estima::inline v0_1::detail
