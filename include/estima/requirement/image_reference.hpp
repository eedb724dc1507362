// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>
#include <estima/requirement/scanner.hpp>

namespace estima::inline v0_1 {

/// A container image, `[registry[:port]/]path[:tag][@digest]`, each part as it stands in the input; empty: left out.
struct image_reference {
    std::string_view registry{};  ///< with its port: `localhost:5000`
    std::string_view path{};      ///< `continuumio/miniconda3`
    std::string_view tag{};
    std::string_view digest_algorithm{};  ///< sha256, sha384 or sha512
    std::string_view digest_hex{};

    /// The registry that the image is pulled from: Docker Hub unless another one is named.
    constexpr std::string_view effective_registry() const {
        return registry.empty() || registry == "index.docker.io" ? std::string_view{"docker.io"} : registry;
    }
    constexpr bool is_on_docker_hub() const { return effective_registry() == "docker.io"; }
    /// `ubuntu` is `library/ubuntu` on Docker Hub; empty for all other paths.
    constexpr std::string_view path_prefix() const {
        return is_on_docker_hub() && find_in(path, '/') == std::string_view::npos ? "library/" : "";
    }
    constexpr bool has_digest() const { return !digest_hex.empty(); }
    /// What a registry is asked for when there is no digest: `latest` unless another tag is named.
    constexpr std::string_view effective_tag() const {
        return tag.empty() && !has_digest() ? std::string_view{"latest"} : tag;
    }
    /// Whether the image can be another one tomorrow because nobody said which: the tag `latest`, or neither tag nor
    /// digest. A digest decides, whatever the tag.
    constexpr bool is_latest() const { return !has_digest() && effective_tag() == "latest"; }
};

namespace requirement_detail {

/// Host and port in `[start, end)`.
constexpr bool scan_registry(scanner& s, std::size_t end) {
    std::size_t const start = s.at;
    if (s.take('[')) {
        while (is_digit(s.peek()) || is_one_of(to_lower(s.peek()), "abcdef:.")) ++s.at;
        if (s.at == start + 1 || !s.take(']'))
            return s.fail(requirement_fault::host_malformed, "expected an IPv6 address in brackets");
    } else {
        for (;;) {
            std::size_t const label = s.at;
            s.take_word("-");
            if (s.at == label || s.text[label] == '-' || s.text[s.at - 1] == '-')
                return s.fail(requirement_fault::host_malformed, "this is not part of a host name");
            if (!s.take('.')) break;
        }
    }
    if (s.take(':')) {
        if (s.starts_with("//"))
            return s.fail_at(start, requirement_fault::scheme_given, "an image has no https:// before it");
        std::size_t const digits = s.at;
        int port = 0;
        for (char const digit : s.take_digits()) port = port > 65535 ? port : 10 * port + (digit - '0');
        if (s.at == digits) return s.fail(requirement_fault::port_expected, "expected a port number");
        if (port > 65535) return s.fail_at(digits, requirement_fault::port_expected, "a port is at most 65535");
    }
    return s.at == end || s.fail(requirement_fault::host_malformed, "this is not part of a host name or port");
}

/// Between the letters and digits of a path: one dot, one or two underscores, or any number of dashes.
constexpr bool skip_path_separator(scanner& s) {
    if (s.take('.')) return true;
    if (s.take('_')) {
        s.take('_');
        return true;
    }
    std::size_t const start = s.at;
    while (s.take('-')) {
    }
    return s.at != start;
}

constexpr bool scan_path(scanner& s, image_reference& image) {
    std::size_t const start = s.at;
    do {
        do {
            std::size_t const part = s.at;
            while (is_lower(s.peek()) || is_digit(s.peek())) ++s.at;
            if (is_upper(s.peek()))
                return s.fail(requirement_fault::upper_case, "the path of an image has no upper case");
            if (s.at == part)
                return s.fail(requirement_fault::path_malformed, "expected a lower-case letter or a digit");
        } while (skip_path_separator(s));
    } while (s.take('/'));
    image.path = s.since(start);
    if (image.path.size() + image.path_prefix().size() > 255)
        return s.fail_at(start, requirement_fault::path_too_long, "the path of an image has 255 characters at most");
    return true;
}

constexpr bool scan_tag(scanner& s, image_reference& image) {
    std::size_t const start = s.at;
    if (!is_alnum(s.peek()) && s.peek() != '_')
        return s.fail(requirement_fault::tag_malformed, "a tag begins with a letter, a digit or '_'");
    image.tag = s.take_word("_.-");
    if (image.tag.size() > 128)
        return s.fail_at(start + 128, requirement_fault::tag_too_long, "a tag has 128 characters at most");
    return s.done() || s.peek() == '@' ||
           s.fail(requirement_fault::tag_malformed, "a tag has letters, digits, '_', '.' and '-' only");
}

constexpr bool scan_digest(scanner& s, image_reference& image) {
    std::size_t const start = s.at;
    image.digest_algorithm = s.take_word("+._-");
    if (image.digest_algorithm.empty() || !s.take(':'))
        return s.fail(requirement_fault::digest_malformed, "expected a digest such as sha256:...");
    std::size_t const size = image.digest_algorithm == "sha256"   ? 64
                             : image.digest_algorithm == "sha384" ? 96
                             : image.digest_algorithm == "sha512" ? 128
                                                                  : 0;
    if (size == 0)
        return s.fail_at(start, requirement_fault::digest_algorithm_unknown, "expected sha256, sha384 or sha512");
    std::size_t const hex = s.at;
    while (is_digit(s.peek()) || (s.peek() >= 'a' && s.peek() <= 'f')) ++s.at;
    image.digest_hex = s.since(hex);
    if (!s.done()) return s.fail(requirement_fault::digest_malformed, "a digest has the digits 0-9 and a-f only");
    return image.digest_hex.size() == size ||
           s.fail_at(image.digest_hex.size() < size ? s.at : hex + size, requirement_fault::digest_length,
                     size == 64   ? "a sha256 digest has 64 hexadecimal digits"
                     : size == 96 ? "a sha384 digest has 96 hexadecimal digits"
                                  : "a sha512 digest has 128 hexadecimal digits");
}

/// The first part of a path with several is a registry if it could not be anything else: it has a dot or a port, or is
/// `localhost`. Its end, or 0.
constexpr std::size_t end_of_registry(std::string_view text) {
    std::size_t const slash = find_in(text.substr(0, find_in(text, '@')), '/');
    if (slash == std::string_view::npos) return 0;
    std::string_view const first = text.substr(0, slash);
    return first == "localhost" || find_any_in(first, ".:[") != std::string_view::npos ? slash : 0;
}

constexpr bool scan_image(scanner& s, image_reference& image) {
    if (s.done()) return s.fail(requirement_fault::name_expected, "expected the name of an image");
    if (std::size_t const end = end_of_registry(s.text); end != 0 || s.peek() == '/') {
        if (!scan_registry(s, end)) return false;
        image.registry = s.since(0);
        ++s.at;
    }
    if (!scan_path(s, image)) return false;
    if (s.take(':') && !scan_tag(s, image)) return false;
    if (s.take('@') && !scan_digest(s, image)) return false;
    if (!s.done()) return s.fail(requirement_fault::path_malformed, "this cannot be part of an image's name");
    bool is_id = s.text.size() == 64;
    for (char const c : s.text) is_id &= is_digit(c) || (c >= 'a' && c <= 'f');
    return !is_id || s.fail_at(0, requirement_fault::image_id, "64 hexadecimal digits are an image's id, not its name");
}

}  // namespace requirement_detail

/// An image reference as Docker and the OCI registries read it: `ubuntu`, `continuumio/miniconda3:23.5.2-0`,
/// `localhost:5000/train@sha256:...`.
constexpr parsed<image_reference> parse_image_reference(std::string_view text) {
    requirement_detail::scanner s{text};
    image_reference image;
    requirement_detail::scan_image(s, image);
    return s.result(image);
}

/// Whether a text is a registry's host, with a port or without: `registry.example.com:5000`.
constexpr bool is_registry(std::string_view text) {
    requirement_detail::scanner s{text};
    return !text.empty() && requirement_detail::scan_registry(s, text.size());
}

}  // namespace estima::inline v0_1
