// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/derain/rain_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::rain_pairs_test {
namespace {

class RainPairs : public testing::Test {
protected:
    void add(const std::string& name) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        folder_.write(name, "");
    }

    [[nodiscard]] std::string namesOf(const std::string& rainy, const std::string& clean,
                                      const std::string& layer = "") const {
        std::string text;
        for (const auto& pair :
             rainPairs(folder_ / rainy, folder_ / clean, layer.empty() ? std::filesystem::path() : folder_ / layer)) {
            text += pair.rainy.filename().string() + "-" + pair.clean.filename().string();
            text += pair.layer ? "-" + pair.layer->filename().string() + " " : " ";
        }
        return text;
    }

    test::TemporaryFolder folder_;
};

TEST_F(RainPairs, MeetByTheirStems) {
    for (const auto* name : {"in/b.png", "in/A.PNG", "target/a.jpg", "target/B.png", "target/unused.png"}) {
        add(name);
    }
    EXPECT_EQ(namesOf("in", "target"), "A.PNG-a.jpg b.png-B.png ");
}

TEST_F(RainPairs, OfOneFolderAreRainAndNorain) {
    for (const auto* name : {"all/rain-001.png", "all/norain-001.png", "all/rain-002.png", "all/norain-002.png"}) {
        add(name);
    }
    EXPECT_EQ(namesOf("all", "all"), "rain-001.png-norain-001.png rain-002.png-norain-002.png ");
}

TEST_F(RainPairs, OfAFolderThatDegradeWroteHaveTheirLayers) {
    for (const auto* name : {"out/a.png", "out/a_rain.png", "out/a_mask.png", "out/a.json", "clean/a.png"}) {
        add(name);
    }
    EXPECT_EQ(namesOf("out", "clean"), "a.png-a.png ");
    EXPECT_EQ(namesOf("out", "clean", "out"), "a.png-a.png-a_rain.png ");
    add("streaks/a_streak.png");
    EXPECT_EQ(namesOf("out", "clean", "streaks"), "a.png-a.png-a_streak.png ");
}

TEST_F(RainPairs, ThatAreMissingAreNamed) {
    add("in/a.png");
    add("target/b.png");
    test::expectError(ErrorCode::BadFile, {"in/a.png", "clean image", "target", "'a'"},
                      [&] { static_cast<void>(namesOf("in", "target")); });
    add("target/a.png");
    test::expectError(ErrorCode::BadFile, {"in/a.png", "rain layer", "'a_rain', 'a_streak', 'a'"},
                      [&] { static_cast<void>(namesOf("in", "target", "in")); });
    add("target/a.jpg");
    test::expectError(ErrorCode::InvalidArgument, {"a.jpg", "a.png", "could both be the clean image"},
                      [&] { static_cast<void>(namesOf("in", "target")); });
    test::expectError(ErrorCode::BadFile, {"nowhere"}, [&] { static_cast<void>(namesOf("nowhere", "target")); });
}

}  // namespace
}  // namespace lamscope::rain_pairs_test
