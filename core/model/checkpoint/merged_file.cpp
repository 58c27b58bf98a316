// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/merged_file.h"

#include <numeric>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace lamscope::detail {

namespace {

class MergedFile : public TensorFile {
public:
    explicit MergedFile(const std::vector<TensorFile*>& parts)
        : TensorFile(parts.front()->container(), parts.front()->budget())
        , parts_(parts) {
        TensorDictionary all;
        std::unordered_set<std::string> unique;
        for (std::size_t part = 0; part < parts.size(); ++part) {
            const auto& dictionaries = parts[part]->dictionaries();
            if (dictionaries.size() != 1) {
                throw FormatError("is the index of parts that hold more than one dictionary each; use another copy");
            }
            for (std::size_t i = 0; i < dictionaries.front().names.size(); ++i) {
                const std::string& name = dictionaries.front().names[i];
                if (!unique.insert(name).second) {
                    throw FormatError(
                        fmt::format("is the index of parts of which two hold '{}'; use another copy", printable(name)));
                }
                all.names.push_back(name);
                places_.emplace_back(part, i);
            }
        }
        add(std::move(all));
    }

    [[nodiscard]] std::uint64_t storedValues() const override {
        return std::accumulate(parts_.begin(), parts_.end(), std::uint64_t{0},
                               [](std::uint64_t sum, const TensorFile* part) { return sum + part->storedValues(); });
    }

    [[nodiscard]] TensorData load(std::size_t /*dictionary*/, std::size_t tensor) override {
        const auto [part, place] = places_.at(tensor);
        return parts_[part]->load(0, place);
    }

    [[nodiscard]] TensorHeader describe(std::size_t /*dictionary*/, std::size_t tensor) const override {
        const auto [part, place] = places_.at(tensor);
        return parts_[part]->describe(0, place);
    }

private:
    std::vector<TensorFile*> parts_;
    std::vector<std::pair<std::size_t, std::size_t>> places_;  ///< index of the part, index of the tensor in the part
};

class JoinedFile : public TensorFile {
public:
    JoinedFile(Container container, std::vector<std::unique_ptr<TensorFile>> parts)
        : TensorFile(container, parts.front()->budget())
        , parts_(std::move(parts)) {
        for (std::size_t part = 0; part < parts_.size(); ++part) {
            const auto& dictionaries = parts_[part]->dictionaries();
            for (std::size_t i = 0; i < dictionaries.size(); ++i) {
                if (!dictionaries[i].names.empty()) {
                    add(dictionaries[i]);
                    places_.emplace_back(part, i);
                }
            }
        }
        if (places_.empty()) {
            throw FormatError("holds no tensors: it is a program without weights");
        }
    }

    [[nodiscard]] std::uint64_t storedValues() const override {
        return std::accumulate(
            parts_.begin(), parts_.end(), std::uint64_t{0},
            [](std::uint64_t sum, const std::unique_ptr<TensorFile>& part) { return sum + part->storedValues(); });
    }

    [[nodiscard]] TensorData load(std::size_t dictionary, std::size_t tensor) override {
        const auto [part, place] = places_.at(dictionary);
        return parts_[part]->load(place, tensor);
    }

    [[nodiscard]] TensorHeader describe(std::size_t dictionary, std::size_t tensor) const override {
        const auto [part, place] = places_.at(dictionary);
        return parts_[part]->describe(place, tensor);
    }

private:
    std::vector<std::unique_ptr<TensorFile>> parts_;
    std::vector<std::pair<std::size_t, std::size_t>> places_;  ///< index of the part, index of the dictionary in it
};

}  // namespace

std::unique_ptr<TensorFile> merge(const std::vector<TensorFile*>& parts) {
    return std::make_unique<MergedFile>(parts);
}

std::unique_ptr<TensorFile> join(Container container, std::vector<std::unique_ptr<TensorFile>> parts) {
    return std::make_unique<JoinedFile>(container, std::move(parts));
}

}  // namespace lamscope::detail
