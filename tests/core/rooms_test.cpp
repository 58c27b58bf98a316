// SPDX-License-Identifier: GPL-3.0-or-later
// The order of the rooms (LAMSCOPE_ROOMS in the top CMakeLists.txt), read from the includes of all sources.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

struct Include {
    fs::path from;    ///< the file that includes
    fs::path header;  ///< the file that is included
};

std::string textOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Lowest first; each is a folder of the source tree, e.g. "core/base".
std::vector<std::string> roomsInOrder() {
    std::istringstream in(LAMSCOPE_ROOMS);
    return {std::istream_iterator<std::string>(in), {}};
}

/// The room that holds `file`; empty when none does.
std::string roomOf(const fs::path& file) {
    const std::string path = file.generic_string();
    for (const std::string& room : roomsInOrder()) {
        if (path.starts_with(room + "/")) {
            return room;
        }
    }
    return {};
}

/// The sources of core, ui and app.
std::vector<fs::path> sources() {
    std::vector<fs::path> files;
    for (const char* top : {"core", "ui", "app"}) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top)) {
            if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") {
                files.push_back(entry.path());
            }
        }
    }
    return files;
}

/// Includes of our own headers.
std::vector<Include> includes() {
    static const std::regex line(R"re(#include "([^"]+\.h)")re");
    std::vector<Include> found;
    for (const fs::path& file : sources()) {
        const std::string text = textOf(file);
        for (std::sregex_iterator match(text.begin(), text.end(), line), end; match != end; ++match) {
            const std::string header = (*match)[1];
            for (const fs::path& root : {file.parent_path(), fs::path("core"), fs::path("ui"), fs::path("app/cli")}) {
                if (fs::exists(root / header)) {
                    found.push_back({file, root / header});
                    break;
                }
            }
        }
    }
    return found;
}

using Arrows = std::map<std::string, std::set<std::string>>;

Arrows arrows() {
    Arrows found;
    for (const auto& [from, header] : includes()) {
        if (roomOf(from) != roomOf(header)) {
            found[roomOf(from)].insert(roomOf(header));
        }
    }
    return found;
}

/// Whether includes lead from one room to another.
bool leads(const Arrows& all, const std::string& from, const std::string& to) {
    const auto next = all.find(from);
    return next != all.end() && std::any_of(next->second.begin(), next->second.end(), [&](const std::string& room) {
               return room == to || leads(all, room, to);
           });
}

/// The rooms as a Mermaid graph. An arrow that follows from two others is left out.
std::string drawing() {
    const Arrows all = arrows();
    const std::vector<std::string> rooms = roomsInOrder();
    std::string text = "```mermaid\ngraph TD\n";
    for (auto from = rooms.rbegin(); from != rooms.rend(); ++from) {
        const auto targets = all.find(*from);
        if (targets == all.end()) {
            continue;
        }
        for (const std::string& to : targets->second) {
            const bool follows = std::any_of(targets->second.begin(), targets->second.end(),
                                             [&](const std::string& between) { return leads(all, between, to); });
            if (!follows) {
                text += "    " + *from + " --> " + to + "\n";
            }
        }
    }
    return text + "```\n";
}

TEST(Rooms, EverySourceIsInARoom) {
    std::vector<std::string> outside;
    for (const fs::path& file : sources()) {
        if (roomOf(file).empty()) {
            outside.push_back(file.generic_string());
        }
    }
    EXPECT_THAT(outside, testing::IsEmpty());
}

TEST(Rooms, AreNotEmpty) {
    std::set<std::string> used;
    for (const fs::path& file : sources()) {
        used.insert(roomOf(file));
    }
    EXPECT_THAT(roomsInOrder(), testing::UnorderedElementsAreArray(used));
}

TEST(Rooms, IncludeHeadersOfLowerRoomsOnly) {
    const std::vector<std::string> order = roomsInOrder();
    const auto level = [&](const fs::path& file) {
        return std::find(order.begin(), order.end(), roomOf(file)) - order.begin();
    };
    const std::vector<Include> all = includes();
    ASSERT_GT(all.size(), 1000U);  // the test reads the tree
    for (const auto& [from, header] : all) {
        EXPECT_GE(level(from), level(header)) << from << " includes " << header << " of a higher room";
    }
}

TEST(Rooms, AreDrawnInContributing) {
    const std::string expected = drawing();
    EXPECT_NE(textOf("CONTRIBUTING.md").find(expected), std::string::npos)
        << "CONTRIBUTING.md should show the rooms as the includes have them:\n"
        << expected;
}

}  // namespace
