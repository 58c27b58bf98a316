// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/pt2/archive.h"

namespace lamscope::pt2 {

using Record = std::shared_ptr<const std::vector<std::byte>>;

/// The tensors of an archive while its configurations are read.
class TensorTable {
public:
    /// `records` gives the content of the record with a path name, which holds no slash; called once for each. It
    /// throws FormatError where there is none. `bytesBefore`: of the archive's tensors in other tables.
    TensorTable(std::function<Record(const std::string&)> records, std::uint64_t bytesBefore)
        : records_(std::move(records))
        , totalBytes_(bytesBefore) {}

    /// Adds the tensors of a `…_weights_config.json` or `…_constants_config.json`; those of earlier calls stay if names
    /// are equal. Throws FormatError and UnsupportedProgram.
    void add(std::string_view config);

    [[nodiscard]] std::map<std::string, StoredTensor, std::less<>> take() { return std::move(tensors_); }

private:
    [[nodiscard]] Record recordOf(const std::string& path);

    std::function<Record(const std::string&)> records_;
    std::map<std::string, Record> read_;
    std::map<std::string, StoredTensor, std::less<>> tensors_;
    std::uint64_t totalBytes_;
};

}  // namespace lamscope::pt2
