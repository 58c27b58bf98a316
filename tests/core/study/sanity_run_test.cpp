// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/sanity_run.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "method/lam/lam_experiment.h"
#include "method/lam/signed_map.h"
#include "metrics/correlation.h"
#include "study/shipped_files.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

using testing::Contains;
using testing::HasSubstr;

class Sanity : public testing::Test {
protected:
    Sanity() {
        writeImage(folder_ / "scene.png", drawScene(128));
        experiment_.scenes = {{.image = folder_ / "scene.png", .boxes = {{56, 60, 16}}}};
        LamOptions options;
        options.nodes = 3;
        setLamOptions(experiment_, options);
    }

    [[nodiscard]] Scene& scene() { return experiment_.scenes.front(); }

    test::TemporaryFolder folder_;
    Experiment experiment_;
};

TEST_F(Sanity, NeedsWeightsToRandomise) {
    experiment_.networks = {{.spec = ModelSpec::parse("bicubic")}};
    EXPECT_THROW(static_cast<void>(runSanity(experiment_, {}, 1)), Error);
}

TEST_F(Sanity, NeedsADraw) {
    experiment_.networks = {{.spec = shippedNetworks().front()}};
    EXPECT_THROW(static_cast<void>(runSanity(experiment_, {}, 0)), Error);
}

TEST_F(Sanity, ComparesTheTrainedNetworkWithEachRandomOne) {
    experiment_.networks = {{.spec = shippedNetworks().front()}};
    scene().boxes = {{56, 60, 16}, {40, 40, 16}};
    const auto maps = runSanity(experiment_, {}, 2)->maps;
    ASSERT_EQ(maps.size(), 2U * 3U * 2U);

    const auto spec = experiment_.networks.front().spec;
    const auto image = readImage(scene().image).image;
    const auto model = loadModel(spec);
    const auto pair = makeLowResolution(image, model.card().scale, scene().reduction);
    for (const auto& map : maps) {
        ASSERT_TRUE(map.correlation);
        const auto random = withRandomParameters(loadModel(spec), map.randomisation);
        auto options = lamOptionsOf(experiment_);
        options.patch = map.patch;
        const auto before = *computeLam(model, pair.lr, &pair.hr, options);
        const auto after = *computeLam(random, pair.lr, &pair.hr, options);
        // Patches that share forward passes round differently.
        EXPECT_NEAR(map.correlation->signedMaps, pearsonCorrelation(signedMap(before), signedMap(after)), 1e-3);
        EXPECT_NEAR(map.correlation->unsignedMaps, pearsonCorrelation(before.map, after.map), 1e-3);
        EXPECT_NEAR(map.completenessError.value(), after.completenessError.value(),
                    1e-3 * (1.0 + std::abs(after.completenessError.value())));
    }
    // The same patch and layers, drawn twice.
    EXPECT_EQ(maps[0].patch, maps[3].patch);
    EXPECT_EQ(maps[0].randomisation.layers, maps[3].randomisation.layers);
    EXPECT_EQ(maps[0].randomisation.seed, Randomisation{}.seed);
    EXPECT_NE(maps[3].randomisation.seed, Randomisation{}.seed);
    EXPECT_NE(maps[0].correlation->signedMaps, maps[3].correlation->signedMaps);

    const auto csv = toCsv(maps);
    EXPECT_EQ(std::ranges::count(csv, '\n'), 13);
    EXPECT_THAT(csv, HasSubstr(",40,40,16,half,"));
}

TEST_F(Sanity, AMapThatVanishesHasNoCorrelation) {
    Image flat(64, 64);
    std::ranges::fill(flat.values(), 0.5F);
    writeImage(scene().image, flat);
    scene().boxes = {{24, 24, 16}};
    experiment_.networks = {{.spec = shippedNetworks().front()}};
    const auto checked = *runSanity(experiment_, {}, 1);
    ASSERT_EQ(checked.maps.size(), 3U);
    // On the blur path a flat image is its own baseline: nothing is attributed, whatever the weights.
    EXPECT_FALSE(checked.maps.front().correlation);
    EXPECT_THAT(toText(checked.maps), HasSubstr("  -\n"));
    EXPECT_THAT(checked.warnings, Contains(HasSubstr("random weights")));
}

TEST_F(Sanity, StopsWhenAsked) {
    experiment_.networks = {{.spec = shippedNetworks().front()}};
    std::stop_source source;
    int reports = 0;
    EXPECT_FALSE(runSanity(experiment_, {}, 1000, source.get_token(), [&](const LamRunProgress& state) {
        EXPECT_LT(state.model, state.models);
        if (++reports == 8) {
            source.request_stop();
        }
    }));
    EXPECT_LT(reports, 20);
}

}  // namespace
}  // namespace lamscope
