// SPDX-License-Identifier: GPL-3.0-or-later
// In which order the networks of a file are looked at, and how users choose another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint_file.h"

namespace lamscope::weight_group_test {
namespace {

namespace pickled = test::pickled;
using pickled::Entries;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

test::Storages digits() {
    test::Storages storages;
    for (int digit = 0; digit < 10; ++digit) {
        storages.emplace_back(std::to_string(digit), test::bytesOf(static_cast<float>(digit)));
    }
    return storages;
}

/// Five tensors of one value under that prefix.
Entries network(const std::string& prefix, int value) {
    Entries entries;
    for (const char* name : {"head.weight", "head.bias", "body.0.weight", "body.0.bias", "tail.weight"}) {
        entries.emplace_back(prefix + name, pickled::tensor(std::to_string(value), {1}));
    }
    return entries;
}

Entries operator+(Entries a, const Entries& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

std::string scalar(int value) {
    return pickled::tensor(std::to_string(value), {});
}

/// A file with these pickled values at its root.
class GroupTest : public ::testing::Test {
protected:
    CheckpointFile& open(const std::string& object) {
        file_.emplace(folder_.write("net.pth", test::torchZip(object, digits())));
        return *file_;
    }

    /// The values of "head.weight" in the groups that have one at their top, in order, each dictionary or part once.
    std::vector<int> order(const std::string& weightSet = "") {
        std::vector<int> values;
        for (const auto& group : file_->groups(weightSet)) {
            const auto checkpoint = file_->read(group).checkpoint;
            if (const auto* head = checkpoint.find("head.weight"); head != nullptr && checkpoint.tensors.size() == 5) {
                values.push_back(static_cast<int>(head->values.front()));
            }
        }
        return values;
    }

    /// The sets beside that of the first group.
    std::vector<std::string> otherSets() { return file_->read(file_->groups().front()).checkpoint.alternatives; }

private:
    test::TemporaryFolder folder_;
    std::optional<CheckpointFile> file_;
};

TEST_F(GroupTest, AnyCommonPrefixIsTakenOff) {
    for (const char* prefix : {"G.", "generator.", "sr_network.", "params_ema.", "a.b.c.", "module.model.G."}) {
        open(pickled::dict(network(prefix, 1)));
        EXPECT_THAT(order(), Contains(1)) << prefix;
    }
}

TEST_F(GroupTest, WrappersInTheMiddleOfNamesAreTakenOut) {
    const auto w = pickled::tensor("1", {1});
    const auto checkpoint = [&](const Entries& entries) {
        auto& file = open(pickled::dict(entries));
        return file.read(file.groups().front()).checkpoint;
    };
    const auto compiled = checkpoint({{"body._orig_mod.0.weight", w}, {"body.module.1.weight", w}, {"tail.weight", w}});
    EXPECT_NE(compiled.find("body.0.weight"), nullptr);
    EXPECT_NE(compiled.find("body.1.weight"), nullptr);
    const auto clash = checkpoint({{"body._orig_mod.0.weight", w}, {"body.0.weight", w}});
    EXPECT_NE(clash.find("body._orig_mod.0.weight"), nullptr) << "two names would be equal";
}

TEST_F(GroupTest, AveragedWeightsComeFirst) {
    open(pickled::dict(
        {{"model", pickled::orderedDict(network("", 1))},
         {"ema", pickled::dict({{"decay", pickled::integer(1)}, {"shadow", pickled::orderedDict(network("", 2))}})}}));
    EXPECT_THAT(order(), ElementsAre(2, 1));
    EXPECT_THAT(otherSets(), ElementsAre("model"));
    EXPECT_THAT(order("model"), ElementsAre(1));
    EXPECT_THAT(order("shadow"), ElementsAre(2));

    open(pickled::dict({{"state_dict", pickled::orderedDict(network("generator.", 3) + network("generator_ema.", 4)
                                                            + Entries{{"step_counter", scalar(9)}})}}));
    EXPECT_THAT(order(), ElementsAre(4, 3));
    EXPECT_THAT(otherSets(), ElementsAre("generator"));
    EXPECT_THAT(order("generator"), ElementsAre(3));

    for (const char* name : {"params_ema", "ema_state_dict", "state_dict_ema", "model_ema", "netG_ema", "EMA", "g_ema",
                             "averaged_model", "swa", "modelEma"}) {
        open(pickled::dict({{"state_dict", pickled::orderedDict(network("", 1))},
                            {name, pickled::orderedDict(network("module.", 2))}}));
        EXPECT_EQ(order().front(), 2) << name;
    }
}

TEST_F(GroupTest, ANameOnTheCardChoosesThatSet) {
    const auto nested = pickled::dict({{"model", pickled::orderedDict(network("", 1))},
                                       {"ema", pickled::dict({{"model", pickled::orderedDict(network("", 2))}})}});
    const auto flat = pickled::dict(network("net.", 1) + network("ema.net.", 2));
    const auto wrapped = pickled::dict({{"state_dict", flat}});
    const Entries files{{nested, "model"}, {flat, "net"}, {wrapped, "net"}};
    for (const auto& [object, raw] : files) {
        open(object);
        EXPECT_EQ(order().front(), 2) << raw;
        EXPECT_THAT(otherSets(), ElementsAre(raw));
        EXPECT_THAT(order(raw), ElementsAre(1)) << "and never the average";
    }
    open(nested);
    EXPECT_THAT(order("ema.model"), ElementsAre(2));
}

TEST_F(GroupTest, ANetworkBesideItsAverageHasAName) {
    const auto flat = pickled::dict(network("", 1) + network("ema.", 2));
    const Entries files{{flat, "network"}, {pickled::dict({{"state_dict", flat}}), "state_dict"}};
    for (const auto& [object, raw] : files) {
        open(object);
        EXPECT_EQ(order().front(), 2);
        EXPECT_THAT(otherSets(), ElementsAre(raw));
        EXPECT_EQ(order(raw).front(), 1);
    }
}

TEST_F(GroupTest, CompanionsComeLastAndOptimisersNever) {
    open(pickled::dict(
        {{"netD", pickled::dict(network("", 1))},
         {"optimizer", pickled::dict({{"exp_avg", pickled::dict(network("", 2))}})},
         {"callbacks", pickled::dict({{"ModelCheckpoint", pickled::dict({{"best_model_score", scalar(4)}})}})},
         {"netG", pickled::dict(network("", 3))}}));
    EXPECT_THAT(order(), ElementsAre(3, 1));
    EXPECT_THAT(otherSets(), ElementsAre("netD"));
}

TEST_F(GroupTest, WhatIsLeftOutIsNamed) {
    auto& file = open(pickled::dict(
        {{"epoch", pickled::integer(3)},
         {"state_dict", pickled::dict(network("model.", 1)
                                      + Entries{{"perceptual.vgg.features.0.weight", pickled::tensor("5", {1})},
                                                {"psnr.total", scalar(6)},
                                                {"model.head.total_ops", scalar(7)}})}}));
    EXPECT_THAT(order(), ElementsAre(1));
    for (const auto& group : file.groups()) {
        const auto checkpoint = file.read(group).checkpoint;
        if (checkpoint.tensors.size() == 5) {
            EXPECT_THAT(checkpoint.warnings,
                        ElementsAre("1 tensor of a FLOP counter (total_ops, total_params) was left out.",
                                    "2 tensors beside the network's were left out: perceptual, psnr."));
        }
    }
}

TEST_F(GroupTest, LayersBesideALossNetworkAreAGroup) {
    open(pickled::dict(network("", 1) + network("loss.vgg.", 2) + network("ema.", 3)));
    EXPECT_THAT(order(), ElementsAre(3, 1, 2));
    EXPECT_THAT(otherSets(), ElementsAre("network", "loss"));
}

TEST_F(GroupTest, ComplexTablesAreLeftOutAndSaid) {
    const auto complex = pickled::tensor(pickled::storage("c", 1, "ComplexFloatStorage"), 0, {1}, {1});
    const test::TemporaryFolder folder;
    test::Storages storages = digits();
    storages.emplace_back("c", std::string(8, '\0'));
    const auto checkpoint = readCheckpoint(
        folder.write("net.pth", test::torchZip(pickled::dict(network("", 1) + Entries{{"freqs", complex}}), storages)));
    EXPECT_EQ(checkpoint.tensors.size(), 5U);
    EXPECT_THAT(checkpoint.warnings, ElementsAre("1 tensor of complex numbers was left out: freqs."));
}

TEST_F(GroupTest, AveragesWithoutNamesAreLeftOutAndSaid) {
    const auto list = pickled::list({pickled::tensor("2", {1}), pickled::tensor("2", {1})});
    auto& file = open(
        pickled::dict({{"model", pickled::dict(network("", 1))}, {"ema", pickled::dict({{"shadow_params", list}})}}));
    EXPECT_THAT(order(), ElementsAre(1));
    EXPECT_THAT(file.read(file.groups().front()).checkpoint.warnings, ElementsAre(HasSubstr("shadow_params")));
}

TEST_F(GroupTest, UnknownSetsAreAnsweredWithTheKnownOnes) {
    auto& file = open(pickled::dict({{"a", pickled::dict(network("", 1))}, {"b", pickled::dict(network("", 2))}}));
    try {
        static_cast<void>(file.groups("c"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(),
                    AllOf(HasSubstr("net.pth"), HasSubstr("no weight set called 'c'"), HasSubstr("a, b")));
    }
    EXPECT_THAT(order("b"), ElementsAre(2));
}

}  // namespace
}  // namespace lamscope::weight_group_test
