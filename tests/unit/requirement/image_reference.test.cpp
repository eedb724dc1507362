// SPDX-License-Identifier: BSL-1.0
// The grammar is that of github.com/distribution/reference (reference.go and normalize.go), which Docker, containerd
// and the registries share.
#include <string>

#include <catch2/catch.hpp>

#include <estima/requirement/image_reference.hpp>

using namespace estima;

namespace {
std::string const a_hash(64, 'a');
}  // namespace

TEST_CASE("an image reference is taken apart") {
    struct {
        std::string text, registry, path, tag, algorithm, hex;
    } const table[] = {
        {"ubuntu", "", "ubuntu", "", "", ""},
        {"ubuntu:22.04", "", "ubuntu", "22.04", "", ""},
        {"continuumio/miniconda3:23.5.2-0", "", "continuumio/miniconda3", "23.5.2-0", "", ""},
        {"mcr.microsoft.com/azureml/base:0.2.4", "mcr.microsoft.com", "azureml/base", "0.2.4", "", ""},
        {"localhost/a", "localhost", "a", "", "", ""},
        {"localhost:5000", "", "localhost", "5000", "", ""},  // no '/': a name and a tag
        {"localhost:5000/a/b/c:_1", "localhost:5000", "a/b/c", "_1", "", ""},
        {"host:1/a", "host:1", "a", "", "", ""},
        {"Registry.Example.com:443/a", "Registry.Example.com:443", "a", "", "", ""},  // hosts have no case
        {"[::1]:5000/a", "[::1]:5000", "a", "", "", ""},
        {"[2001:db8::1]/a", "[2001:db8::1]", "a", "", "", ""},
        {"192.168.0.1/a", "192.168.0.1", "a", "", "", ""},
        {"team/a.b_c__d---e:V1.0-RC_1", "", "team/a.b_c__d---e", "V1.0-RC_1", "", ""},
        {"a@sha256:" + a_hash, "", "a", "", "sha256", a_hash},
        {"a:latest@sha256:" + a_hash, "", "a", "latest", "sha256", a_hash},
        {"a@sha512:" + a_hash + a_hash, "", "a", "", "sha512", a_hash + a_hash},
        {"a:" + std::string(128, '1'), "", "a", std::string(128, '1'), "", ""},
        {"a/" + std::string(253, 'b'), "", "a/" + std::string(253, 'b'), "", "", ""},
        {std::string(63, 'a'), "", std::string(63, 'a'), "", "", ""},
    };
    for (auto const& row : table) {
        INFO(row.text);
        auto const r = parse_image_reference(row.text);
        INFO(r.reason << " at " << r.position);
        REQUIRE(r);
        CHECK(r->registry == row.registry);
        CHECK(r->path == row.path);
        CHECK(r->tag == row.tag);
        CHECK(r->digest_algorithm == row.algorithm);
        CHECK(r->digest_hex == row.hex);
    }
}

TEST_CASE("a malformed image reference is refused at the place and with the reason that help") {
    using f = requirement_fault;
    struct {
        std::string text;
        requirement_fault fault;
        std::size_t position;
        std::string reason;
    } const table[] = {
        {"", f::name_expected, 0, "expected the name of an image"},
        {"Ubuntu", f::upper_case, 0, "the path of an image has no upper case"},
        {"library/Ubuntu:22.04", f::upper_case, 8, "the path of an image has no upper case"},
        {"Team/ubuntu", f::upper_case, 0, "the path of an image has no upper case"},
        {"https://ghcr.io/a", f::scheme_given, 0, "an image has no https:// before it"},
        {"/a", f::host_malformed, 0, "this is not part of a host name"},
        {"a//b", f::path_malformed, 2, "expected a lower-case letter or a digit"},
        {"a/", f::path_malformed, 2, "expected a lower-case letter or a digit"},
        {"-a", f::path_malformed, 0, "expected a lower-case letter or a digit"},
        {"a-", f::path_malformed, 2, "expected a lower-case letter or a digit"},
        {"a..b", f::path_malformed, 2, "expected a lower-case letter or a digit"},
        {"a___b", f::path_malformed, 3, "expected a lower-case letter or a digit"},
        {"a._b", f::path_malformed, 2, "expected a lower-case letter or a digit"},
        {"a b", f::path_malformed, 1, "this cannot be part of an image's name"},
        {"a.b_c/d", f::host_malformed, 3, "this is not part of a host name or port"},
        {"-host.org/a", f::host_malformed, 5, "this is not part of a host name"},
        {"host..org/a", f::host_malformed, 5, "this is not part of a host name"},
        {"host:/a", f::port_expected, 5, "expected a port number"},
        {"host:65536/a", f::port_expected, 5, "a port is at most 65535"},
        {"host:99999999999999999999/a", f::port_expected, 5, "a port is at most 65535"},
        {"host:80x/a", f::host_malformed, 7, "this is not part of a host name or port"},
        {"[::1/a", f::host_malformed, 4, "expected an IPv6 address in brackets"},
        {"a:", f::tag_malformed, 2, "a tag begins with a letter, a digit or '_'"},
        {"a:.1", f::tag_malformed, 2, "a tag begins with a letter, a digit or '_'"},
        {"a:1+cu118", f::tag_malformed, 3, "a tag has letters, digits, '_', '.' and '-' only"},
        {"a:1:2", f::tag_malformed, 3, "a tag has letters, digits, '_', '.' and '-' only"},
        {"a:" + std::string(129, '1'), f::tag_too_long, 130, "a tag has 128 characters at most"},
        {"a@", f::digest_malformed, 2, "expected a digest such as sha256:..."},
        {"a@" + a_hash, f::digest_malformed, 66, "expected a digest such as sha256:..."},
        {"a@md5:" + a_hash, f::digest_algorithm_unknown, 2, "expected sha256, sha384 or sha512"},
        {"a@SHA256:" + a_hash, f::digest_algorithm_unknown, 2, "expected sha256, sha384 or sha512"},
        {"a@sha256:" + a_hash.substr(1), f::digest_length, 72, "a sha256 digest has 64 hexadecimal digits"},
        {"a@sha256:" + a_hash + "0", f::digest_length, 73, "a sha256 digest has 64 hexadecimal digits"},
        {"a@sha384:" + a_hash, f::digest_length, 73, "a sha384 digest has 96 hexadecimal digits"},
        {"a@sha256:" + std::string(64, 'A'), f::digest_malformed, 9, "a digest has the digits 0-9 and a-f only"},
        {a_hash, f::image_id, 0, "64 hexadecimal digits are an image's id, not its name"},
        {"a/" + std::string(254, 'b'), f::path_too_long, 0, "the path of an image has 255 characters at most"},
        {std::string(248, 'b'), f::path_too_long, 0, "the path of an image has 255 characters at most"},  // + library/
    };
    for (auto const& row : table) {
        INFO(row.text);
        auto const r = parse_image_reference(row.text);
        CHECK_FALSE(r);
        CHECK(static_cast<int>(r.fault) == static_cast<int>(row.fault));
        CHECK(r.position == row.position);
        CHECK(r.reason == row.reason);
    }
}

TEST_CASE("what is left out of an image reference is Docker Hub, its library and the tag latest") {
    std::string const digest = "@sha256:" + a_hash;
    struct {
        std::string text, registry, prefix, tag;
        bool is_latest;
    } const table[] = {
        {"ubuntu", "docker.io", "library/", "latest", true},
        {"ubuntu:22.04", "docker.io", "library/", "22.04", false},
        {"docker.io/ubuntu:latest", "docker.io", "library/", "latest", true},
        {"index.docker.io/ubuntu", "docker.io", "library/", "latest", true},
        {"docker.io/team/a", "docker.io", "", "latest", true},
        {"team/a:1", "docker.io", "", "1", false},
        {"ghcr.io/a", "ghcr.io", "", "latest", true},
        {"ubuntu:latest-1", "docker.io", "library/", "latest-1", false},
        {"ubuntu" + digest, "docker.io", "library/", "", false},
        {"ubuntu:latest" + digest, "docker.io", "library/", "latest", false},
    };
    for (auto const& row : table) {
        INFO(row.text);
        auto const r = parse_image_reference(row.text);
        REQUIRE(r);
        CHECK(r->effective_registry() == row.registry);
        CHECK(r->path_prefix() == row.prefix);
        CHECK(r->effective_tag() == row.tag);
        CHECK(r->is_latest() == row.is_latest);
    }
}
