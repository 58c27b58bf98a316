// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/format_error.h"

namespace lamscope::detail {

/// The named tensors of one dictionary, or whole module, of a model file; their values are not read yet.
struct TensorDictionary {
    std::vector<std::string> nesting;   ///< the keys under which it lies, outermost first
    std::vector<std::string> names;     ///< in the file's order, each once, without the segments of wrappers
    std::vector<std::string> warnings;  ///< about entries that are no tensors
};

/// A tensor of a kind that has no float32 values here: quantised, sparse, complex… `what()` is as FormatError's.
class UnsupportedTensor : public FormatError {
public:
    enum class Kind {
        Refused,  ///< a weight of this kind keeps its network from being opened
        Complex,  ///< a table that no known network has among its weights
    };

    UnsupportedTensor(Kind kind, const std::string& what)
        : FormatError(what)
        , kind_(kind) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }

private:
    Kind kind_;
};

/// An opened model file.
class TensorFile {
public:
    TensorFile(const TensorFile&) = delete;
    TensorFile& operator=(const TensorFile&) = delete;
    TensorFile(TensorFile&&) = delete;
    TensorFile& operator=(TensorFile&&) = delete;
    virtual ~TensorFile() = default;

    [[nodiscard]] Container container() const noexcept { return container_; }
    [[nodiscard]] const std::vector<TensorDictionary>& dictionaries() const noexcept { return dictionaries_; }
    [[nodiscard]] Budget& budget() noexcept { return budget_; }

    /// How many values the file stores, which bounds what its tensors may hold together.
    [[nodiscard]] virtual std::uint64_t storedValues() const = 0;

    /// The values of a tensor, by its place among the names of that dictionary. Throws FormatError; UnsupportedTensor
    /// where the file is sound.
    [[nodiscard]] virtual TensorData load(std::size_t dictionary, std::size_t tensor) = 0;

protected:
    TensorFile(Container container, Budget budget)
        : container_(container)
        , budget_(budget) {}

    void add(TensorDictionary dictionary) { dictionaries_.push_back(std::move(dictionary)); }

private:
    Container container_;
    Budget budget_;
    std::vector<TensorDictionary> dictionaries_;
};

/// Removes from the names the segments that PyTorch's wrappers put into their middle ("body._orig_mod.0.weight" of a
/// compiled part, "module" of a data-parallel one), unless names would become equal. Those at their start are a prefix.
void removeWrapperSegments(std::vector<std::string>& names, Budget& budget);

}  // namespace lamscope::detail
