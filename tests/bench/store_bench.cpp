// SPDX-License-Identifier: GPL-3.0-or-later
// A study's store at size: synthetic results of 13 networks come from many shards, are merged, merged again, asked for
// their state and put into a report. Each step's time stands beside what it may take on a machine that is idle
// otherwise.
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <random>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/sha256.h"
#include "bench/timing.h"
#include "study/studies/study_merge.h"
#include "study/studies/study_records.h"
#include "study/studies/study_report.h"
#include "study/studies/study_status.h"
#include "study/studies/study_tables.h"
#include "support/temporary_folder.h"

namespace {

using namespace lamscope;

constexpr std::size_t networkCount = 13;

struct Size {
    std::size_t rows = 1'000'000;
    std::size_t patches = 100;  // of an image
    std::size_t shards = 100;
};

/// A plan whose files nobody reads.
StudyPlan syntheticPlan(const Size& size) {
    StudyPlan plan;
    plan.description.id = "synthetic";
    plan.lam = makePlan({});
    plan.options = {{"preset", "exact"}};
    plan.optionsKey = sha256OfText("options");
    for (std::size_t n = 0; n < networkCount; ++n) {
        StudyNetwork network{.spec = {}};
        network.name = fmt::format("network{}", n);
        network.key = network.sha256 = sha256OfText(network.name);
        plan.networks.push_back(std::move(network));
    }
    const auto perImage = networkCount * size.patches;
    for (std::size_t i = 0; i < (size.rows + perImage - 1) / perImage; ++i) {
        StudyImage image{.scene = {}};
        image.scene.image = fmt::format("/data/images/image{:06}.png", i);
        image.key = image.scene.sha256 = sha256OfText(image.scene.image.string());
        plan.images.push_back(std::move(image));
        for (std::size_t n = 0; n < networkCount; ++n) {
            plan.tasks.push_back({.image = i,
                                  .network = n,
                                  .key = sha256OfText(fmt::format("task {} {}", i, n)),
                                  .cost = static_cast<double>(n + 1)});
        }
    }
    plan.descriptionText = toJson(plan.description, {});
    plan.folder = std::filesystem::current_path();
    return plan;
}

ModelCard syntheticCard(std::size_t network) {
    ModelCard card;
    card.name = fmt::format("network{}", network);
    card.architecture = "Synthetic";
    card.scale = 4;
    card.scales = {4};
    card.parameters = 700'000;
    card.receptiveField.radius = 10 + static_cast<int>(network);
    return card;
}

/// The rows of one task: numbers with all their digits, as those of maps have them.
std::vector<StudyRow> syntheticRows(const ModelCard& card, std::size_t network, std::size_t patches,
                                    std::mt19937_64& random) {
    std::uniform_real_distribution<double> share(0.0, 1.0);
    std::vector<StudyRow> rows;
    rows.reserve(patches);
    for (std::size_t p = 0; p < patches; ++p) {
        LamResult map;
        map.patch = {static_cast<int>(16 * (p % 32)), static_cast<int>(16 * (p / 32)), 16};
        map.context = {static_cast<int>(p % 32), static_cast<int>(p / 32), 64, 64};
        map.gini = share(random);
        map.diffusionIndex = 0.1 + static_cast<double>(network) + share(random);
        map.mass95Pixels = static_cast<std::int64_t>(4096.0 * share(random));
        map.radiusPixels = 20.0 * share(random);
        map.detectorImage = share(random);
        map.detectorBaseline = share(random);
        map.attributionSum = share(random);
        map.completenessError = 1e-6 * share(random);
        map.rule = IntegrationRule::Secant;
        map.nodes = 16;
        map.estimatedMapError = 0.05 * share(random);
        map.psnr = 20.0 + 10.0 * share(random);
        map.psnrPatch = 20.0 + 10.0 * share(random);
        const auto quality = [&] { return Quality{.psnr = 20.0 + 10.0 * share(random), .ssim = share(random)}; };
        rows.push_back(rowOf({.card = card, .map = map, .quality = {.luma = quality(), .colour = quality()}}, false));
    }
    return rows;
}

std::vector<std::filesystem::path> writeShards(const StudyPlan& plan, const Size& size,
                                               const std::filesystem::path& folder) {
    std::vector<double> costs;
    std::ranges::transform(plan.tasks, std::back_inserter(costs), &StudyTask::cost);
    const auto machines = dealTasks(costs, size.shards);
    std::vector<std::filesystem::path> files;
    std::mt19937_64 random(1);
    for (std::size_t machine = 0; machine < size.shards; ++machine) {
        files.push_back(folder / fmt::format("shard{}.sqlite", machine));
        StudyStore store(files.back(), StudyStore::Access::Write);
        keepPlan(store, plan);
        for (const auto& network : plan.networks) {
            keepCard(store, network, syntheticCard(static_cast<std::size_t>(&network - plan.networks.data())));
        }
        for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
            if (const auto& task = plan.tasks[i]; machines[i] == machine) {
                const auto rows = syntheticRows(syntheticCard(task.network), task.network, size.patches, random);
                keepResults(store, task.key, rows, 1.0);
            }
        }
    }
    return files;
}

/// Times a step and states it. Beside other work the processor's time says more than the clock's.
template <typename Work>
void time(const char* step, double most, const Work& work) {
    const auto ticks = std::clock();
    const double seconds = secondsOf(work);
    const double ofProcessor = static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC;
    fmt::print("{:<32} {:7.3f} s, {:7.3f} s of the processor; at most {} s{}\n", step, seconds, ofProcessor, most,
               seconds <= most ? "" : ": MISSED");
    std::fflush(stdout);
}

/// Throws unless as many tasks were added as expected.
void merge(const std::filesystem::path& file, const std::vector<std::filesystem::path>& shards, std::size_t expected) {
    StudyStore store(file, StudyStore::Access::Write);
    std::int64_t added = 0;
    for (const auto& shard : mergeShards(store, shards)) {
        added += shard.added;
    }
    if (added != static_cast<std::int64_t>(expected)) {
        throw std::runtime_error(fmt::format("{} tasks were added in place of {}", added, expected));
    }
}

void run(const Size& size) {
    const lamscope::test::TemporaryFolder folder;
    const auto plan = syntheticPlan(size);
    const auto rows = plan.tasks.size() * size.patches;
    fmt::print("{} rows: {} images, {} networks, {} patches an image; {} shards\n", rows, plan.images.size(),
               networkCount, size.patches, size.shards);
    std::vector<std::filesystem::path> shards;
    const double writing = secondsOf([&] { shards = writeShards(plan, size, folder.path()); });
    fmt::print("shards written: {:.1f} s, {:.0f} us a row\n", writing, writing / static_cast<double>(rows) * 1e6);

    const auto file = folder / "study.sqlite";
    time("merging the shards", 20.0, [&] { merge(file, shards, plan.tasks.size()); });
    time("merging them again", 20.0, [&] { merge(file, shards, 0); });
    fmt::print("size: {:.0f} MB; at most 400 MB\n", static_cast<double>(std::filesystem::file_size(file)) / 1e6);
    for (int i = 0; i < 3; ++i) {
        time("status, with opening the file", 0.5,
             [&] { static_cast<void>(statusOf(StudyStore(file, StudyStore::Access::Read))); });
        time("report, with opening the file", 2.0, [&] {
            const StudyStore store(file, StudyStore::Access::Read);
            StagedFiles files;
            addStudyReport(files, store, {.command = "store_bench"}, folder / fmt::format("report{}", i));
            files.commit();
        });
        std::vector<NetworkNumbers> networks;
        time("  of which the numbers", 2.0,
             [&] { networks = networkNumbers(StudyStore(file, StudyStore::Access::Read)); });
        time("  of which the pairs", 2.0, [&] { static_cast<void>(pairsOf(networks, {}, 1)); });
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Speed of a study's store with a million synthetic results", "store_bench"};
    Size size;
    app.add_option("--rows", size.rows, "results; at least so many are made")->capture_default_str();
    app.add_option("--patches", size.patches, "of each image")->capture_default_str()->check(CLI::Range(1, 1 << 20));
    app.add_option("--shards", size.shards, "files that are merged")->capture_default_str()->check(CLI::Range(1, 4096));
    CLI11_PARSE(app, argc, argv);
    try {
        run(size);
    } catch (const std::exception& error) {
        fmt::print(stderr, "error: {}\n", error.what());
        return 1;
    }
    return 0;
}
