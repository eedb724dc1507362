// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <estima/snapshot/pack.hpp>
#include <estima/system/directory_stream.hpp>
#include <estima/system/files.hpp>
#include <estima/system/share_as_folder.hpp>

namespace estima::inline v0_1 {

/// What is where in a snapshot store. The names of objects, packs and trees say what is in them, so that they can be
/// written by several processes at once: each has a temporary name until it is whole.
///
///     objects/<2 digits>/<62 digits>   the contents of one file, named by its SHA-256
///     packs/<digest>.pack              the contents of many small files
///     trees/<snapshot id>              the manifest of one snapshot
///     index/<digest>                   what is known of one source directory: may be deleted at any time
///     tmp/                             what is being written
struct store_layout {
    std::filesystem::path root;

    std::filesystem::path objects() const { return root / "objects"; }
    std::filesystem::path packs() const { return root / "packs"; }
    std::filesystem::path trees() const { return root / "trees"; }
    std::filesystem::path index() const { return root / "index"; }
    std::filesystem::path temporary() const { return root / "tmp"; }
    std::filesystem::path tree(std::string const& id) const { return trees() / id; }
};

/// Makes the folder of a store, if it is not there. Objects are readable whatever the mode of the source file was: the
/// way to them is open to this user, and to those who may write to the folder around it. EST-301.
inline void make_store(store_layout const& layout) {
    detail::make_shared_folder(layout.root, 0700);
}

/// "ab/cdef...": the path of a loose object below objects/.
inline std::string loose_name(std::string const& hex) { return hex.substr(0, 2) + '/' + hex.substr(2); }

/// The objects of a store, for reading.
class object_reader {
public:
    /// `without` is the name of a pack that is not read.
    explicit object_reader(store_layout layout, std::string without = {})
        : layout_{std::move(layout)}, without_{std::move(without)} {
        objects_.reset(::open(layout_.objects().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }

    /// The file that has the object's bytes, and where in it they begin.
    struct place {
        int fd = -1;
        std::uint64_t offset = 0;
        file_descriptor owned{};  ///< closes `fd` when the place is let go, if the object has a file of its own
    };

    /// Nothing if there is no such object of that size: a torn one counts as absent.
    std::optional<place> find(std::string const& hex, std::uint64_t size) {
        place found;
        found.owned.reset(::openat(objects_.get(), loose_name(hex).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        struct stat status {};
        if (found.owned && ::fstat(found.owned.get(), &status) == 0 &&
            static_cast<std::uint64_t>(status.st_size) == size) {
            found.fd = found.owned.get();
            return found;
        }
        object_digest const digest = digest_from_hex(hex);
        load_packs();
        for (std::size_t n = 0; n < packs_.size(); ++n) {
            std::size_t const which = (last_ + n) % packs_.size();
            auto const record = packs_[which].find(digest);
            if (!record || record->size != size) continue;
            last_ = which;
            return place{packs_[which].fd(), record->offset, {}};
        }
        return {};
    }

    /// False if no object of that size has a file of its own. Looks at no packs and opens nothing.
    bool has_loose(std::string const& hex, std::uint64_t size) const {
        struct stat status {};
        return ::fstatat(objects_.get(), loose_name(hex).c_str(), &status, 0) == 0 &&
               static_cast<std::uint64_t>(status.st_size) == size;
    }

    /// All sound packs of the store, read at the first call.
    std::vector<pack> const& load_packs() {
        if (loaded_) return packs_;
        loaded_ = true;
        directory_stream const directory{::opendir(layout_.packs().c_str())};
        if (!directory) return packs_;
        while (dirent const* const entry = ::readdir(directory.get())) {
            std::string name = entry->d_name;
            if (!is_pack_name(name) || name == without_) continue;
            if (auto opened = pack::open(::dirfd(directory.get()), std::move(name)))
                packs_.push_back(std::move(*opened));
        }
        return packs_;
    }

private:
    store_layout layout_;
    std::string without_;
    file_descriptor objects_;
    std::vector<pack> packs_;
    std::size_t last_ = 0;
    bool loaded_ = false;
};

}  // namespace estima::inline v0_1
