// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/checkpoint.h"
#include "model/checkpoint/format_error.h"

namespace lamscope::detail {

/// The named tensors of one dictionary, or of one whole module, of a model file. Their values are not read yet.
struct TensorDictionary {
    std::vector<std::string> nesting;   ///< the keys under which the dictionary lies, outermost first
    std::vector<std::string> names;     ///< in the file's order, each once, without segments of wrappers
    std::vector<std::string> warnings;  ///< about entries that are not tensors
};

/// What a file says about a tensor without its values.
struct TensorHeader {
    std::optional<std::vector<std::int64_t>>
        shape;          ///< none for kinds of tensors without a plain one (sparse, nested…)
    std::string dtype;  ///< as TensorData::dtype; of such kinds their name
};

/// A tensor of a kind that cannot be converted to float32: quantised, sparse, complex… `what()` is a predicate as in
/// FormatError.
class UnsupportedTensor : public FormatError {
public:
    enum class Kind {
        Refused,  ///< a weight of this kind keeps the network from being opened
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

    /// An upper bound on the number of values that the file stores. It bounds what the tensors may hold together.
    [[nodiscard]] virtual std::uint64_t storedValues() const = 0;

    /// The values of a tensor, by its index among the names of the dictionary. Throws FormatError; throws
    /// UnsupportedTensor if the file is sound.
    [[nodiscard]] virtual TensorData load(std::size_t dictionary, std::size_t tensor) = 0;

    /// The same tensor without its values, which need not be of a kind that can be converted. Throws FormatError.
    [[nodiscard]] virtual TensorHeader describe(std::size_t dictionary, std::size_t tensor) const = 0;

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

/// Removes the segments that PyTorch's wrappers put into the middle of names ("_orig_mod" of a compiled part in
/// "body._orig_mod.0.weight", "module" of a data-parallel part), unless names would become equal. Wrapper segments at
/// the start of names stay: they are a prefix.
void removeWrapperSegments(std::vector<std::string>& names, Budget& budget);

}  // namespace lamscope::detail
