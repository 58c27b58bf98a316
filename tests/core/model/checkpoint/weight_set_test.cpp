// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "core/model/checkpoint/writers.h"
#include "model/checkpoint/checkpoint.h"

namespace lamscope::weight_set_test {
namespace {

namespace pickled = test::pickled;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The storages 0…9, each with its own number as its one value.
test::Storages digits() {
    test::Storages storages;
    for (int digit = 0; digit < 10; ++digit) {
        storages.emplace_back(std::to_string(digit), test::bytesOf(static_cast<float>(digit)));
    }
    return storages;
}

std::string digit(int value) {
    return pickled::tensor(std::to_string(value), {1});
}

Checkpoint read(const std::string& object, const std::string& weightSet = "") {
    const test::TemporaryFolder folder;
    return readCheckpoint(folder.write("model.pth", test::torchZip(object, digits())), weightSet);
}

std::string rejection(const std::string& object, const std::string& weightSet = "") {
    return test::rejection(test::torchZip(object, digits()), weightSet);
}

std::vector<std::string> names(const Checkpoint& checkpoint) {
    std::vector<std::string> result;
    for (const auto& [name, tensor] : checkpoint.tensors) {
        result.push_back(name);
    }
    return result;
}

float valueOf(const Checkpoint& checkpoint, const std::string& name) {
    const TensorData* tensor = checkpoint.find(name);
    return tensor != nullptr && tensor->numel() == 1 ? tensor->values[0] : -1.0F;
}

TEST(WeightSet, readsBothFormsOfOrderedDict) {
    const pickled::Entries entries{{"b", digit(1)}, {"a", digit(2)}};
    const std::string metadata = pickled::dict({{"_metadata", pickled::orderedDict({})}});
    for (const std::string& object :
         {pickled::orderedDict(entries), pickled::orderedDictPython2(entries), pickled::dict(entries),
          pickled::build(pickled::orderedDict(entries), metadata)}) {
        const Checkpoint checkpoint = read(object);
        EXPECT_THAT(names(checkpoint), ElementsAre("b", "a"));
        EXPECT_EQ(valueOf(checkpoint, "b"), 1);
        EXPECT_THAT(checkpoint.nesting, IsEmpty());
        EXPECT_THAT(checkpoint.warnings, IsEmpty());
    }
}

TEST(WeightSet, prefersTheAveragedWeightsAndOffersTheOthers) {
    const std::string object =
        pickled::dict({{"params", pickled::dict({{"w", digit(1)}})}, {"params_ema", pickled::dict({{"w", digit(2)}})}});
    const Checkpoint chosen = read(object);
    EXPECT_EQ(valueOf(chosen, "w"), 2);
    EXPECT_THAT(chosen.nesting, ElementsAre("params_ema"));
    EXPECT_THAT(chosen.alternatives, ElementsAre("params"));
    const Checkpoint other = read(object, "params");
    EXPECT_EQ(valueOf(other, "w"), 1);
    EXPECT_THAT(other.nesting, ElementsAre("params"));
    EXPECT_THAT(other.alternatives, ElementsAre("params_ema"));
    EXPECT_THAT(rejection(object, "ema"),
                AllOf(HasSubstr("no weight set called 'ema'"), HasSubstr("params_ema, params")));
}

TEST(WeightSet, unwrapsEveryKnownKey) {
    for (const char* key : {"model_state_dict", "state_dict", "params_ema", "params-ema", "params", "model", "net",
                            "generator", "anything"}) {
        const Checkpoint checkpoint =
            read(pickled::dict({{"epoch", pickled::integer(3)}, {key, pickled::orderedDict({{"w", digit(4)}})}}));
        EXPECT_THAT(checkpoint.nesting, ElementsAre(key));
        EXPECT_EQ(valueOf(checkpoint, "w"), 4);
        EXPECT_THAT(checkpoint.alternatives, IsEmpty());
    }
}

TEST(WeightSet, unwrapsRepeatedly) {
    const std::string inner =
        pickled::dict({{"params", pickled::dict({{"w", digit(1)}})}, {"params_ema", pickled::dict({{"w", digit(2)}})}});
    const std::string object = pickled::dict({{"model", inner}});
    EXPECT_THAT(read(object).nesting, ElementsAre("model", "params_ema"));
    EXPECT_EQ(valueOf(read(object, "params"), "w"), 1);
}

TEST(WeightSet, passesOptimizerStatesOver) {
    // {state: {0: {exp_avg: tensor}}, param_groups: [{lr: 0.1}]} with integer keys, as PyTorch writes them
    const std::string state =
        "}(" + pickled::integer(0) + pickled::dict({{"step", pickled::integer(7)}, {"exp_avg", digit(9)}}) + "u";
    const std::string optimizer = pickled::dict(
        {{"state", state},
         {"param_groups", pickled::list({pickled::dict({{"lr", std::string("G\x3F\x1A\x36\xE2\xEB\x1C\x43\x2D")}})})}});
    const Checkpoint checkpoint = read(pickled::dict(
        {{"optimizer", optimizer}, {"net", pickled::dict({{"w", digit(1)}})}, {"epoch", pickled::integer(5)}}));
    EXPECT_THAT(checkpoint.nesting, ElementsAre("net"));
    EXPECT_THAT(checkpoint.alternatives, IsEmpty());
    EXPECT_THAT(names(checkpoint), ElementsAre("w"));
}

TEST(WeightSet, asksWhereTheChoiceIsUnclear) {
    const std::string object =
        pickled::dict({{"first", pickled::dict({{"w", digit(1)}})}, {"second", pickled::dict({{"w", digit(2)}})}});
    EXPECT_THAT(rejection(object), HasSubstr("several weight sets (first, second)"));
    EXPECT_EQ(valueOf(read(object, "second"), "w"), 2);
    const std::string adversarial =
        pickled::dict({{"netD", pickled::dict({{"w", digit(1)}})}, {"netG", pickled::dict({{"w", digit(2)}})}});
    EXPECT_EQ(valueOf(read(adversarial), "w"), 2);
    EXPECT_THAT(rejection(pickled::dict({{"w", digit(1)}}), "params"), HasSubstr("a single set without a name"));
}

TEST(WeightSet, keepsAFlatDictionaryWithAKnownKeyFlat) {
    const Checkpoint checkpoint = read(pickled::dict({{"model", digit(1)}, {"net", digit(2)}}));
    EXPECT_THAT(checkpoint.nesting, IsEmpty());
    EXPECT_THAT(names(checkpoint), ElementsAre("model", "net"));
}

TEST(WeightSet, stripsPrefixesThatEveryNameHas) {
    const Checkpoint all = read(pickled::dict({{"module.a", digit(1)}, {"module.b", digit(2)}}));
    EXPECT_THAT(names(all), ElementsAre("a", "b"));
    EXPECT_EQ(all.prefix, "module.");
    const Checkpoint some = read(pickled::dict({{"module.a", digit(1)}, {"b", digit(2)}}));
    EXPECT_THAT(names(some), ElementsAre("module.a", "b"));
    EXPECT_EQ(some.prefix, "");
    const Checkpoint two = read(pickled::dict({{"module.netG.a", digit(1)}, {"module.netG.b", digit(2)}}));
    EXPECT_THAT(names(two), ElementsAre("a", "b"));
    EXPECT_EQ(two.prefix, "module.netG.");
    EXPECT_EQ(read(pickled::dict({{"_orig_mod.a", digit(1)}})).prefix, "_orig_mod.");
    EXPECT_THAT(names(read(pickled::dict({{"module.", digit(1)}}))), ElementsAre("module."));
}

TEST(WeightSet, stripsTheAttributesOfTrainingClasses) {
    const auto nested = [](const std::string& prefix) {
        return read(pickled::dict({{"epoch", pickled::integer(1)},
                                   {"state_dict", pickled::orderedDict({{prefix + "conv.0.weight", digit(1)},
                                                                        {prefix + "tail", digit(2)}})}}));
    };
    for (const char* prefix : {"model.", "net.", "net_g.", "generator.", "model.net_g.", "module.generator."}) {
        const Checkpoint checkpoint = nested(prefix);
        EXPECT_THAT(names(checkpoint), ElementsAre("conv.0.weight", "tail"));
        EXPECT_EQ(checkpoint.prefix, prefix);
        EXPECT_THAT(checkpoint.nesting, ElementsAre("state_dict"));
    }
    const Checkpoint some = read(pickled::dict({{"generator.a", digit(1)}, {"discriminator.a", digit(2)}}));
    EXPECT_THAT(names(some), ElementsAre("generator.a", "discriminator.a"));
}

TEST(WeightSet, keepsNetworksThatNumberTheirOwnLayersUnderModel) {
    const Checkpoint flat = read(pickled::dict({{"model.0.weight", digit(1)}, {"model.1.sub.0.weight", digit(2)}}));
    EXPECT_THAT(names(flat), ElementsAre("model.0.weight", "model.1.sub.0.weight"));
    EXPECT_EQ(flat.prefix, "");
    const Checkpoint wrapped =
        read(pickled::dict({{"model.model.0.weight", digit(1)}, {"model.model.1.sub.0.weight", digit(2)}}));
    EXPECT_THAT(names(wrapped), ElementsAre("model.0.weight", "model.1.sub.0.weight"));
    EXPECT_EQ(wrapped.prefix, "model.");
}

TEST(WeightSet, takesTheLastOfRepeatedNames) {
    const Checkpoint checkpoint = read(pickled::dict({{"a", digit(1)}, {"b", digit(2)}, {"a", digit(3)}}));
    EXPECT_THAT(names(checkpoint), ElementsAre("a", "b"));
    EXPECT_EQ(valueOf(checkpoint, "a"), 3);
}

TEST(WeightSet, harvestsWholeModules) {
    const std::string leaf = pickled::module({{"weight", pickled::parameter(digit(1))}, {"bias", pickled::none()}},
                                             {{"running", digit(2)}}, {});
    const std::string net = pickled::module({{"scale", pickled::parameter(digit(3))}}, {},
                                            {{"conv", leaf}, {"act", pickled::module({}, {}, {})}, {"last", leaf}});
    const std::string object = pickled::dict({{"epoch", pickled::integer(9)}, {"model", net}});
    const Checkpoint checkpoint = read(object);
    EXPECT_THAT(checkpoint.nesting, ElementsAre("model"));
    EXPECT_THAT(names(checkpoint), ElementsAre("scale", "conv.weight", "conv.running", "last.weight", "last.running"));
    EXPECT_EQ(valueOf(checkpoint, "last.running"), 2);
    EXPECT_EQ(read(net).tensors.size(), 5U);
    const std::string parallel = pickled::module({}, {}, {{"module", net}});
    EXPECT_EQ(read(parallel).prefix, "module.");
    EXPECT_EQ(valueOf(read(parallel), "scale"), 3);
}

TEST(WeightSet, leavesOutBuffersThatAModuleDoesNotSave) {
    const std::string names2 =
        pickled::call(pickled::global("builtins", "set"), {pickled::list({pickled::text("grid")})});
    const std::string net =
        pickled::build(pickled::global("somewhere", "Net") + ")\x81",
                       pickled::dict({{"_parameters", pickled::dict({{"w", digit(1)}})},
                                      {"_buffers", pickled::dict({{"grid", digit(2)}, {"mean", digit(3)}})},
                                      {"_non_persistent_buffers_set", names2},
                                      {"_modules", pickled::dict({})}}));
    EXPECT_THAT(names(read(net)), ElementsAre("w", "mean"));
}

TEST(WeightSet, refusesModulesThatContainThemselves) {
    // the module is memoized before its state, which names it as its own submodule, is set
    const std::string loop = pickled::global("somewhere", "Net") + ")\x81q\x01"
                             + pickled::dict({{"_parameters", pickled::dict({{"w", digit(1)}})},
                                              {"_modules", pickled::dict({{"again", "h\x01"}})}})
                             + "b";
    EXPECT_THAT(rejection(loop), HasSubstr("nested without end"));
}

TEST(WeightSet, boundsModulesThatMultiply) {
    // 40 levels, each with the level below twice: 2^40 names
    std::string object = pickled::module({{"w", digit(1)}}, {}, {});
    for (int level = 0; level < 40; ++level) {
        const std::string below = object + "q\x02";
        object = pickled::build(pickled::global("a", "N") + ")\x81",
                                pickled::dict({{"_parameters", pickled::dict({})},
                                               {"_modules", pickled::dict({{"l", below}, {"r", "h\x02"}})}}));
    }
    EXPECT_THAT(rejection(object), HasSubstr("memory"));
}

TEST(WeightSet, survivesDictionariesThatContainThemselves) {
    EXPECT_THAT(rejection("}q\x01(" + pickled::text("model") + "h\x01u"), HasSubstr("no weights"));
    const Checkpoint checkpoint =
        read("}q\x01(" + pickled::text("model") + "h\x01" + pickled::text("w") + digit(1) + "u", "");
    EXPECT_THAT(names(checkpoint), ElementsAre("w"));
}

TEST(WeightSet, namesObjectsWithoutWeights) {
    EXPECT_THAT(rejection(pickled::integer(1)), HasSubstr("of type int"));
    EXPECT_THAT(rejection(digit(1)), HasSubstr("of type torch.Tensor"));
    EXPECT_THAT(rejection(pickled::list({digit(1)})), HasSubstr("of type list"));
    EXPECT_THAT(rejection(pickled::dict({})), HasSubstr("of type dict"));
    EXPECT_THAT(rejection(pickled::global("my.nets", "Net") + ")\x81"), HasSubstr("of type my.nets.Net"));
}

}  // namespace
}  // namespace lamscope::weight_set_test
