// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/lam_run.h"

#include <utility>

#include <fmt/format.h>

#include "attribution/path_gradients.h"
#include "error.h"
#include "image/image_file.h"
#include "image/sha256.h"
#include "model/device.h"

namespace lamscope {

namespace {

/// The images of a run, before any network's scale is known.
struct RunImages {
    Image image;      // HR or LR
    Image reference;  // HR beside LR; empty if none
    std::vector<std::string> warnings;
};

RunImages readImages(const LamRunOptions& options) {
    RunImages images;
    auto loaded = readImage(options.image);
    images.image = std::move(loaded.image);
    images.warnings = std::move(loaded.warnings);
    if (!options.reference.empty()) {
        auto reference = readImage(options.reference);
        images.reference = std::move(reference.image);
        images.warnings.insert(images.warnings.end(), reference.warnings.begin(), reference.warnings.end());
    }
    return images;
}

/// LR and, where it is known, HR at one network's scale.
LowResolutionPair imagesFor(const RunImages& images, const LamRunOptions& options, int scale) {
    if (options.imageIsHr) {
        return makeLowResolution(images.image, scale, options.reduction);
    }
    LowResolutionPair pair{.lr = images.image, .hr = {}};
    if (!images.reference.empty()) {
        const int width = pair.lr.width() * scale;
        const int height = pair.lr.height() * scale;
        if (images.reference.width() < width || images.reference.height() < height) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} has {}x{} pixels, which is less than {} times the {}x{} of {}",
                                    options.reference.string(), images.reference.width(), images.reference.height(),
                                    scale, pair.lr.width(), pair.lr.height(), options.image.string()));
        }
        pair.hr = images.reference.cropped({0, 0, width, height});
    }
    return pair;
}

}  // namespace

std::optional<LamDocument> runLam(const LamRunOptions& options, const std::stop_token& stop,
                                  const LamRunCallback& progress) {
    static_cast<void>(makePlan(options.lam));
    const auto images = readImages(options);
    std::vector<SrModel> models;
    std::vector<ModelCard> cards;
    for (const auto& spec : options.models) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        models.push_back(loadModel(spec, options.device));
        cards.push_back(models.back().card());
    }
    std::vector<ModelCard*> names;
    std::vector<LowResolutionPair> pairs;
    for (auto& card : cards) {
        names.push_back(&card);
        pairs.push_back(imagesFor(images, options, card.scale));
        checkPatch(options.lam.patch, options.lam.detector, card.scale, pairs.back().lr.width(),
                   pairs.back().lr.height(), makePlan(options.lam).context);
    }
    makeNamesUnique(names);

    LamDocument document;
    document.imageFile = options.image.string();
    document.imageSha256 = sha256OfFile(options.image);
    document.fromHr = options.imageIsHr;
    document.reduction = options.imageIsHr ? toString(options.reduction) : "";
    document.referenceFile = options.reference.string();
    document.device = options.device;
    document.threads = computeThreads();
    document.options = options.lam;
    document.warnings = images.warnings;
    document.lrWidth = pairs.front().lr.width();
    document.lrHeight = pairs.front().lr.height();
    for (std::size_t i = 0; i < models.size(); ++i) {
        const auto report = [&](const LamProgress& state) {
            if (progress) {
                progress({i, models.size(), cards[i].name, state});
            }
        };
        const auto& pair = pairs[i];
        auto result = computeLam(models[i], pair.lr, pair.hr.empty() ? nullptr : &pair.hr, options.lam, stop, report);
        if (!result) {
            return std::nullopt;
        }
        if (!options.gradientsAt.empty()) {
            auto gradients = computePathGradients(models[i], pair.lr, options.lam, options.gradientsAt, stop);
            if (!gradients) {
                return std::nullopt;
            }
            result->pathGradients = *std::move(gradients);
        }
        document.results.push_back({std::move(cards[i]), std::move(*result), {}, {}});
    }
    return document;
}

}  // namespace lamscope
