// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/pt2/program.h"

namespace lamscope::pt2 {

/// How a program uses an operator.
struct OperatorUse {
    std::string target;     ///< e.g. "torch.ops.aten.conv2d.default"; printable
    std::size_t count = 0;  ///< calls, those in subgraphs included
    std::string refusal;    ///< why it is not on the white list, see refusalOf(); empty if it is
    std::string source;  ///< where the network's code calls it first, e.g. "net.py:12"; empty if the file does not say
};

/// A tensor that the user gives to a program.
struct SurveyedInput {
    std::string name;
    std::vector<Extent> sizes;
};

/// What the JSON of an archive of torch.export says, for the model doctor: also of one that readPt2() refuses. What the
/// file does not state, or states in a way of its own, is left empty.
struct Survey {
    std::string torchVersion;  ///< of the writer
    std::string schema;        ///< "8.17"
    std::vector<SurveyedInput> inputs;
    std::map<std::string, SymbolRange, std::less<>> ranges;  ///< as Program::ranges
    std::optional<std::vector<std::string>> guards;          ///< as Program::guards
    std::size_t nodes = 0;                                   ///< calls of operators
    std::vector<OperatorUse> operators;                      ///< refused ones first, then the most frequent first
};

/// Looks at an archive of torch.export, of any version. Nothing is executed. Throws Error(BadFile), naming the file, if
/// it is no such archive or its JSON cannot be read within the bounds of parseProgram().
[[nodiscard]] Survey surveyPt2(const std::filesystem::path& file);

/// The same from memory. Throws FormatError, which names no file.
[[nodiscard]] Survey surveyPt2(std::span<const std::byte> bytes);

}  // namespace lamscope::pt2
