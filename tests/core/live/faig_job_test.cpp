// SPDX-License-Identifier: GPL-3.0-or-later
// Scores of filters on a LiveEngine: the numbers of the command, in which order things come, and how they end.
#include "live/jobs/faig_job.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <optional>
#include <vector>

#include <gmock/gmock.h>

#include "image/image_file.h"
#include "live/live_engine.h"
#include "method/faig/filter_ranking.h"
#include "study/faig/faig_run.h"
#include "support/event_recorder.h"
#include "support/filter_pair.h"
#include "support/temporary_folder.h"

namespace lamscope::faig_job_test {
namespace {

using live::EndReason;

class FaigJobTest : public testing::Test {
protected:
    FaigJobTest() {
        setup_.baseline = {.file = pair_.baseline, .settings = {}};
        setup_.target = {.file = pair_.target, .settings = {}};
        for (int i = 0; i < 2; ++i) {
            setup_.images.push_back({.image = writeImage("scene" + std::to_string(i), 36 + 12 * i)});
        }
        setup_.options.degradations = {{.name = "blur", .recipe = "blur:2:21"},
                                       {.name = "noise", .recipe = "noise:25.5"}};
        setup_.options.nodes = 9;
        setup_.options = scoreOptions(setup_.options);
        engine_.addJob([this](const LiveState& state) {
            job_ = std::make_shared<FaigJob>(state, [this](const FaigJob::Event& event) { receive(event); });
            return job_;
        });
    }

    std::filesystem::path writeImage(const std::string& name, int side) {
        Image image(side, side);
        for (int c = 0; c < Image::channels; ++c) {
            for (int y = 0; y < side; ++y) {
                for (int x = 0; x < side; ++x) {
                    image.at(c, y, x) =
                        0.5F + 0.4F * std::sin(0.5F * static_cast<float>(x * (c + 1)) + 0.3F * static_cast<float>(y));
                }
            }
        }
        const auto file = folder_.path() / (name + ".png");
        writeFileAtomically(file, std::span<const std::byte>(encodePng(image)));
        return file;
    }

    /// On the compute thread.
    void receive(const FaigJob::Event& event) {
        events_.push_back(event);
        if (const auto* scored = std::get_if<live::FaigScored>(&event); scored != nullptr && atScored_) {
            std::exchange(atScored_, {})();
        }
        if (waitsFor_ && waitsFor_(event)) {
            waitsFor_ = {};
            done_.set_value();
        }
    }

    /// Asks the job on the compute thread and waits for an event.
    void ask(const std::function<void(FaigJob&)>& what, std::function<bool(const FaigJob::Event&)> until) {
        done_ = {};
        engine_.tell([this, what, until = std::move(until)] {
            waitsFor_ = until;
            what(*job_);
        });
        done_.get_future().get();
        // Whatever the step has still to say.
        std::promise<void> rest;
        engine_.tell([&rest] { rest.set_value(); });
        rest.get_future().get();
    }
    template <typename Event>
    static std::function<bool(const FaigJob::Event&)> any() {
        return [](const FaigJob::Event& event) { return std::holds_alternative<Event>(event); };
    }
    template <typename Event>
    [[nodiscard]] std::vector<Event> all() const {
        std::vector<Event> found;
        for (const auto& event : events_) {
            if (const auto* own = std::get_if<Event>(&event)) {
                found.push_back(*own);
            }
        }
        return found;
    }
    void score() {
        ask(
            [this](FaigJob& job) {
                job.use(1, setup_);
                job.score();
            },
            any<live::FaigEnded>());
    }

    void compareWithCommand();

    test::TemporaryFolder folder_;
    test::FilterPairFiles pair_ = test::writeFilterPair(folder_.path());
    FaigSetup setup_;
    std::shared_ptr<FaigJob> job_;
    std::vector<FaigJob::Event> events_;
    std::function<bool(const FaigJob::Event&)> waitsFor_;
    std::function<void()> atScored_;
    std::promise<void> done_;
    test::EventRecorder recorder_;
    LiveEngine engine_{recorder_.sink()};
};

void FaigJobTest::compareWithCommand() {
    score();
    Experiment experiment;
    experiment.scenes = setup_.images;
    experiment.networks = {{.spec = setup_.baseline}, {.spec = setup_.target}};
    auto options = setup_.options;
    options.mask = {10.0};
    setFaigOptions(experiment, options);
    const auto document = runFaig(experiment);
    ASSERT_TRUE(document);
    const auto scored = all<live::FaigScored>();
    ASSERT_EQ(scored.size(), 4U);  // two images, two degradations
    for (std::size_t degradation = 0; degradation < 2; ++degradation) {
        const auto& own = document->degradations[degradation];
        std::vector<FaigScores> images;
        double target = 0.0;
        double baseline = 0.0;
        for (const auto& each : scored) {
            if (each.degradation == degradation) {
                images.push_back(*each.scores);
                target += each.psnrTarget / 2.0;
                baseline += each.psnrBaseline / 2.0;
            }
        }
        const auto means = meanScores(images);
        ASSERT_EQ(means.size(), own.scores.size());
        for (std::size_t filter = 0; filter < means.size(); ++filter) {
            EXPECT_NEAR(means[filter], own.scores[filter], 1e-5 * std::abs(own.scores[filter]) + 1e-9);
        }
        EXPECT_NEAR(target, own.psnrTarget, 1e-3);
        EXPECT_NEAR(baseline, own.psnrBaseline, 1e-3);
    }

    // The curve of the same ranking.
    ask(
        [&](FaigJob& job) {
            job.readOut(5, {{.rule = FilterRule::Faig, .seed = 0, .order = document->ranking.order, .degradation = 0}},
                        {10.0}, false, setup_.images.size());
        },
        any<live::FaigCurvesEnded>());
    const auto points = all<live::FaigCurvePoint>();
    ASSERT_EQ(points.size(), 2U);  // one an image
    ASSERT_EQ(document->masking.size(), 1U);
    for (std::size_t degradation = 0; degradation < 2; ++degradation) {
        const auto& readout = document->masking.front().readouts[degradation];
        EXPECT_NEAR((points[0].psnr[degradation] + points[1].psnr[degradation]) / 2.0, readout.psnr, 1e-3);
        ASSERT_TRUE(readout.gradientMse);
        EXPECT_NEAR((points[0].gradientMse[degradation] + points[1].gradientMse[degradation]) / 2.0,
                    *readout.gradientMse, 1e-3 * *readout.gradientMse + 1e-9);
    }
}

TEST_F(FaigJobTest, GivesTheNumbersOfTheCommand) {
    compareWithCommand();
}

TEST_F(FaigJobTest, GivesTheNumbersOfTheCommandAlsoForOfficial) {  // the gradients of another plane
    setup_.options.preset = FaigPreset::Official;
    compareWithCommand();
}

TEST_F(FaigJobTest, UnderANewNumberAllIsSaidAgain) {
    score();
    ask(
        [this](FaigJob& job) {
            job.use(2, setup_);
            job.score();
        },
        [](const FaigJob::Event& event) {
            const auto* ended = std::get_if<live::FaigEnded>(&event);
            return ended != nullptr && ended->setup == 2;
        });
    const auto isNew = [](const auto& event) { return event.setup == 2; };
    const auto opened = all<live::FaigOpened>();
    const auto scored = all<live::FaigScored>();
    EXPECT_EQ(std::ranges::count_if(opened, isNew), 1);
    EXPECT_EQ(std::ranges::count_if(scored, isNew), 4);
}

TEST_F(FaigJobTest, EveryRequestForAPictureIsAnswered) {
    score();
    ask([](FaigJob& job) { job.show({.number = 1, .image = 7, .degradation = 0}); }, any<live::FaigPictureFailed>());
    EXPECT_EQ(all<live::FaigPictureFailed>().front().number, 1);
    EXPECT_TRUE(all<live::FaigPictureFailed>().front().message.empty());
    const auto isOf = [](live::FaigPicture::Of of, std::int64_t number) {
        return [of, number](const FaigJob::Event& event) {
            const auto* picture = std::get_if<live::FaigPicture>(&event);
            return picture != nullptr && picture->of == of && picture->number == number;
        };
    };
    ask([](FaigJob& job) { job.show({.number = 2, .image = 0, .degradation = 0}); },
        isOf(live::FaigPicture::Of::Baseline, 2));
    // Target and baseline are known, and no filter is changed.
    ask(
        [](FaigJob& job) {
            job.show({.number = 3, .image = 0, .degradation = 0, .change = {.filters = {}, .lambda = 0.3}});
        },
        isOf(live::FaigPicture::Of::Changed, 3));
    const auto last = all<live::FaigPicture>().back();
    EXPECT_EQ(last.change.lambda, 0.3);
    EXPECT_THAT(last.difference->values(), testing::Each(0.5F));
}

TEST_F(FaigJobTest, WhatIsInViewMayLieOutsideOfTheImage) {
    score();
    const auto show = [this](std::int64_t number, const Rect& visible) {
        ask(
            [=](FaigJob& job) {
                job.show({.number = number,
                          .image = 0,
                          .degradation = 0,
                          .change = {.filters = {0}, .lambda = 0.5},
                          .visible = visible});
            },
            [number](const FaigJob::Event& event) {
                const auto* picture = std::get_if<live::FaigPicture>(&event);
                return std::holds_alternative<live::FaigPictureFailed>(event)
                       || (picture != nullptr && picture->number == number && picture->whole
                           && picture->of == live::FaigPicture::Of::Changed);
            });
    };
    show(1, {20, 20, 4, 4});  // LR has 18x18 pixels
    show(2, {14, 14, 6, 6});
    EXPECT_TRUE(all<live::FaigPictureFailed>().empty());
    std::vector<Rect> parts;
    for (const auto& picture : all<live::FaigPicture>()) {
        if (!picture.whole) {
            parts.push_back(picture.place);
        }
    }
    EXPECT_THAT(parts, testing::ElementsAre(Rect{14, 14, 4, 4}));
}

TEST_F(FaigJobTest, CurvesAreOverTheImagesThatAreAskedForAndDoNotWaitForPixelIg) {
    score();
    ask(
        [](FaigJob& job) {
            job.readOut(5,
                        {{.rule = FilterRule::Faig, .seed = 0, .order = {3, 1, 2}, .degradation = 0},
                         {.rule = FilterRule::PixelIg, .seed = 0, .order = {}, .degradation = 1}},
                        {1.0, 10.0}, false, 1);
        },
        any<live::FaigCurvesEnded>());
    std::vector<std::string> order;
    for (const auto& event : events_) {
        if (const auto* point = std::get_if<live::FaigCurvePoint>(&event)) {
            EXPECT_EQ(point->image, 0U);
            order.push_back(point->curve == 0 ? "faig" : "rival");
        } else if (const auto* pixelIg = std::get_if<live::FaigPixelIg>(&event)) {
            EXPECT_EQ(pixelIg->images, 1U);
            order.emplace_back("pixel IG");
        }
    }
    EXPECT_THAT(order, testing::ElementsAre("faig", "faig", "pixel IG", "rival", "rival"));
}

TEST_F(FaigJobTest, APictureThatIsInViewComesBeforeTheScores) {
    atScored_ = [this] {
        // A change of one filter, seen in a corner: asked for in the midst of the scores.
        job_->show({.number = 3,
                    .image = 0,
                    .degradation = 0,
                    .change = {.filters = {0}, .lambda = 0.5},
                    .visible = {0, 0, 6, 6}});
    };
    score();
    std::vector<std::string> order;
    for (const auto& event : events_) {
        if (std::holds_alternative<live::FaigScored>(event)) {
            order.emplace_back("scores");
        } else if (const auto* picture = std::get_if<live::FaigPicture>(&event)) {
            order.emplace_back(!picture->whole                                 ? "part"
                               : picture->of == live::FaigPicture::Of::Target  ? "target"
                               : picture->of == live::FaigPicture::Of::Changed ? "changed"
                                                                               : "baseline");
        }
    }
    EXPECT_THAT(order,
                testing::ElementsAre("scores", "part", "target", "changed", "baseline", "scores", "scores", "scores"));
    const auto pictures = all<live::FaigPicture>();
    EXPECT_EQ(pictures.front().place, (Rect{0, 0, 6, 6}));
    EXPECT_EQ(pictures.front().sr->width(), 12);
    EXPECT_EQ(pictures[2].sr->width(), 36);
    ASSERT_TRUE(pictures[2].difference);
}

TEST_F(FaigJobTest, LambdaOneIsTheTargetAndItsDifferenceIsGrey) {
    score();
    ask(
        [](FaigJob& job) {
            job.show({.number = 1, .image = 0, .degradation = 1, .change = {.filters = {1, 2, 3}, .lambda = 1.0}});
        },
        [](const FaigJob::Event& event) {
            const auto* picture = std::get_if<live::FaigPicture>(&event);
            return picture != nullptr && picture->of == live::FaigPicture::Of::Baseline;
        });
    const auto pictures = all<live::FaigPicture>();
    ASSERT_EQ(pictures.size(), 3U);
    EXPECT_TRUE(std::ranges::equal(pictures[0].sr->values(), pictures[1].sr->values()));
    EXPECT_THAT(pictures[1].difference->values(), testing::Each(0.5F));
    EXPECT_EQ(pictures[0].psnr, pictures[1].psnr);
}

TEST_F(FaigJobTest, WhatWasFinishedBeforeItWasCancelledIsNotComputedAgain) {
    atScored_ = [this] { job_->cancel(); };
    score();
    auto ended = all<live::FaigEnded>();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended.front().reason, EndReason::Cancelled);
    EXPECT_EQ(all<live::FaigScored>().size(), 1U);
    score();
    EXPECT_EQ(all<live::FaigScored>().size(), 4U);
    EXPECT_EQ(all<live::FaigOpened>().size(), 1U);
    EXPECT_EQ(all<live::FaigEnded>().back().reason, EndReason::Done);
}

TEST_F(FaigJobTest, AnotherSetupOfTheSameNetworksKeepsThePair) {
    score();
    auto other = setup_;
    other.options.degradations.pop_back();
    ask(
        [&](FaigJob& job) {
            job.use(2, other);
            job.score();
        },
        [](const FaigJob::Event& event) {
            const auto* ended = std::get_if<live::FaigEnded>(&event);
            return ended != nullptr && ended->setup == 2;
        });
    const auto opened = all<live::FaigOpened>();
    ASSERT_EQ(opened.size(), 2U);
    EXPECT_EQ(opened.back().setup, 2);
    EXPECT_EQ(all<live::FaigScored>().back().setup, 2);
    EXPECT_EQ(all<live::FaigScored>().size(), 6U);
}

TEST_F(FaigJobTest, APairThatDoesNotFitEndsInWords) {
    const auto other = test::writeFilterPair(folder_.path(), 6, 2, "wide");
    setup_.target = {.file = other.target, .settings = {}};
    score();
    const auto ended = all<live::FaigEnded>();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_THAT(ended.front().message, testing::HasSubstr("conv_first.weight"));
}

TEST_F(FaigJobTest, WeightsOfALayerAreThoseOfTheFiles) {
    ask(
        [this](FaigJob& job) {
            job.use(1, setup_);
            job.sendWeights(0);
        },
        any<live::FaigLayerWeights>());
    const auto weights = all<live::FaigLayerWeights>().front().weights;
    EXPECT_EQ(weights->layer.key, "conv_first.weight");
    EXPECT_EQ(weights->target, readCheckpoint(pair_.target).find("conv_first.weight")->values);
    EXPECT_EQ(weights->baseline, readCheckpoint(pair_.baseline).find("conv_first.weight")->values);
}

}  // namespace
}  // namespace lamscope::faig_job_test
