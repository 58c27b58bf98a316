// SPDX-License-Identifier: GPL-3.0-or-later
// Exported programs with mistakes in their graphs, many of each archive of data/pt2: each is refused, or runs, or fails
// in words. None may end the process, or take memory without bound.
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/zip_archive.h"
#include "model/pt2/archive.h"
#include "model/pt2/interpreter.h"
#include "runtime/torch_headers.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using nlohmann::json;

constexpr int editsOfEach = 150;
constexpr std::int64_t mostMemory = std::int64_t{3} << 30U;

/// The largest memory that this process had so far, in bytes.
std::int64_t peakMemory() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        if (word == "VmHWM:") {
            std::int64_t kilobytes = 0;
            status >> kilobytes;
            return kilobytes * 1024;
        }
    }
    throw std::runtime_error("/proc/self/status states no VmHWM");
}

/// Everything below `value` that holds no further values.
void collectLeaves(json& value, std::vector<json*>& leaves) {
    if (value.is_structured()) {
        for (auto& item : value) {
            collectLeaves(item, leaves);
        }
    } else {
        leaves.push_back(&value);
    }
}

class Editor {
public:
    explicit Editor(unsigned seed)
        : random_(seed) {}

    /// A mistake in one place.
    void edit(json& program) {
        auto& nodes = program["graph_module"]["graph"]["nodes"];
        const auto node = below(nodes.size());
        switch (below(6)) {
            case 0:
                nodes.erase(node);
                break;
            case 1:
                nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(node), nodes[below(nodes.size())]);
                break;
            case 2:
                nodes[node]["target"] = nodes[below(nodes.size())]["target"];
                break;
            case 3:
                std::swap(nodes[node]["inputs"], nodes[below(nodes.size())]["inputs"]);
                break;
            case 4:
                editLeaf(program["graph_module"]["graph"]);
                break;
            default:
                editLeaf(nodes[node]["inputs"]);
                break;
        }
    }

private:
    void editLeaf(json& value) {
        static const std::array<std::int64_t, 9> numbers{-1,
                                                         0,
                                                         1,
                                                         2,
                                                         3,
                                                         7,
                                                         1 << 20,
                                                         std::numeric_limits<std::int64_t>::max(),
                                                         std::numeric_limits<std::int64_t>::min()};
        std::vector<json*> leaves;
        collectLeaves(value, leaves);
        if (leaves.empty()) {
            return;
        }
        json& leaf = *leaves[below(leaves.size())];
        if (leaf.is_number_integer()) {
            leaf = numbers[below(numbers.size())];
        } else if (leaf.is_number_float()) {
            leaf = below(2) == 0 ? 0.0 : -1e30;
        } else if (leaf.is_boolean()) {
            leaf = !leaf.get<bool>();
        } else {
            leaf = *leaves[below(leaves.size())];
        }
    }

    std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, std::max<std::size_t>(count, 1) - 1)(random_);
    }

    std::mt19937 random_;
};

/// Runs the program, on an image of the size that it was exported with, and its gradient. False where it is refused, or
/// fails in words.
bool runs(const std::string& bytes) {
    try {
        const auto archive = pt2::readPt2(std::as_bytes(std::span(bytes.data(), bytes.size())));
        const pt2::Interpreter interpreter(archive);
        std::vector<std::int64_t> sizes;
        for (const auto& side : archive.program.inputValue().facts->sizes) {
            sizes.push_back(std::clamp<std::int64_t>(side.value.value_or(1), 0, 64));
        }
        const auto input = torch::full(sizes, 0.5, interpreter.weightType()).requires_grad_(true);
        const auto output = interpreter(input);
        if (output.requires_grad() && output.is_floating_point()) {
            static_cast<void>(torch::autograd::grad({output.sum()}, {input}, {}, {}, false, /*allow_unused=*/true));
        }
        return true;
    } catch (const std::runtime_error& error) {  // a refused program too
        EXPECT_FALSE(std::string(error.what()).empty());
    } catch (const c10::Error& error) {  // of the backward pass
        EXPECT_FALSE(std::string(error.what_without_backtrace()).empty());
    }
    return false;
}

class EditedPrograms : public testing::TestWithParam<const char*> {};

TEST_P(EditedPrograms, AreRefusedOrRun) {
    LAMSCOPE_NEED_DATA(file, std::filesystem::path("pt2") / GetParam());
    detail::ZipArchive members(file);
    std::vector<std::pair<std::string, std::string>> entries;
    std::size_t graph = 0;
    for (const auto& name : members.names()) {
        if (name.ends_with("models/model.json")) {
            graph = entries.size();
        }
        const auto content = members.read(name);
        entries.emplace_back(name, std::string(reinterpret_cast<const char*>(content.data()), content.size()));
    }
    const auto sound = json::parse(entries[graph].second);
    entries[graph].second = sound.dump();
    EXPECT_TRUE(runs(test::zipFile(entries))) << "the archive as it is";
    int ran = 0;
    for (unsigned seed = 0; seed < editsOfEach; ++seed) {
        Editor editor(seed);
        auto program = sound;
        for (unsigned edits = 0; edits <= seed % 3; ++edits) {
            editor.edit(program);
        }
        entries[graph].second = program.dump();
        ran += runs(test::zipFile(entries)) ? 1 : 0;
        ASSERT_LT(peakMemory(), mostMemory) << "edit " << seed;
    }
    EXPECT_GT(ran, 0) << "no mistake was harmless: the graph was not reached";
    EXPECT_LT(ran, editsOfEach);
}

INSTANTIATE_TEST_SUITE_P(Archives, EditedPrograms,
                         testing::Values("baked.pt2", "constants.pt2", "norms.pt2", "residual.pt2",
                                         "residual_plain.pt2", "sides.pt2", "slice_assign.pt2", "window.pt2"),
                         [](const auto& tested) {
                             const std::string name = tested.param;
                             return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace lamscope
