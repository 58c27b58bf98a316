// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/hard_patch_files.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/csv_field.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/table_text.h"
#include "image/image_file.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

/// With names that differ.
std::vector<ModelCard> cardsOf(std::span<const SrModel> models) {
    std::vector<ModelCard> cards;
    for (const auto& model : models) {
        cards.push_back(model.card());
    }
    std::vector<ModelCard*> named;
    for (auto& card : cards) {
        named.push_back(&card);
    }
    makeNamesUnique(named);
    return cards;
}

std::string tableHead(const std::vector<ModelCard>& cards) {
    std::string line =
        "image,x,y,size,rank,file,sub_image_x,sub_image_y,sub_image_size,psnr_y_mean,psnr_y_variance,"
        "rank_sum,source";
    for (const auto& card : cards) {
        line += ',' + csvField("psnr_y " + card.name);
    }
    return line + '\n';
}

std::string tableLine(const SubImage& subImage, const Scene& scene, std::size_t rank, const std::string& file) {
    const auto patch = middlePatch(subImage, Box().size);
    const auto& place = subImage.place;
    auto line = fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}", csvField(scene.image.filename().string()),
                            patch.x, patch.y, patch.size, rank, csvField(file), place.x, place.y, place.size,
                            csvNumber(subImage.meanPsnr), csvNumber(subImage.psnrVariance), csvNumber(subImage.rankSum),
                            csvField(scene.image.string()));
    for (const double psnr : subImage.psnr) {
        line += ',' + csvNumber(psnr);
    }
    return line + '\n';
}

std::string documentOf(const MinedPatches& mined, const std::vector<ModelCard>& cards, std::span<const Scene> scenes,
                       const MiningOptions& options, const std::string& device) {
    Json json;
    json["lamscope"] = programJson(device);
    json["options"] = {{"size", options.size},
                       {"stride", options.stride},
                       {"keep", options.keep},
                       {"reduce", toString(scenes.front().reduction)},
                       {"border", cards.front().scale}};
    addReading(json["options"], scenes.front().reading);
    json["networks"] = Json::array();
    for (const auto& card : cards) {
        json["networks"].push_back(modelJson(card));
    }
    json["images"] = scenes.size();
    json["images_too_small"] = mined.tooSmall;
    json["sub_images"] = mined.measured;
    json["sub_images_without_error"] = mined.flawless;
    json["near_duplicates"] = mined.nearDuplicates;
    json["kept"] = mined.hardest.size();
    json["skipped"] = Json::array();
    for (const auto& [scene, why] : mined.skipped) {
        json["skipped"].push_back({{"file", scenes[scene].image.string()}, {"error", why}});
    }
    return dumpJson(json);
}

}  // namespace

void checkMinedFolder(const std::filesystem::path& folder) {
    std::error_code error;
    if (!std::filesystem::exists(folder, error)) {
        return;
    }
    if (!std::filesystem::is_directory(folder, error)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} is a file, and what is mined needs a folder; name another one", folder.string()));
    }
    std::vector<std::filesystem::path> abandoned;
    std::filesystem::directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        if (!isAbandonedFile(entry->path())) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} is not empty, and what is mined would mix with what is there; name another "
                                    "folder",
                                    folder.string()));
        }
        abandoned.push_back(entry->path());
    }
    if (error) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: this folder cannot be read", folder.string()));
    }
    for (const auto& file : abandoned) {
        std::filesystem::remove(file, error);  // one that stays is hidden, and no image of the set
    }
}

std::optional<MinedPatches> addMinedFolder(StagedFiles& files, std::span<const SrModel> models,
                                           std::span<const Scene> scenes, const MiningOptions& options,
                                           const std::filesystem::path& folder, const std::string& device,
                                           const std::stop_token& stop,
                                           const std::function<void(const MiningProgress&)>& progress) {
    checkMinedFolder(folder);
    const auto cards = cardsOf(models);
    auto table = tableHead(cards);
    std::size_t rank = 0;
    const auto take = [&](const SubImage& subImage, const Image& hr) {
        const auto& scene = scenes[subImage.scene];
        ++rank;
        // Marked as HR, whatever the name of the whole image says.
        const auto file = fmt::format("{:0>{}}_{}_{}_{}_HR.png", rank, std::to_string(options.keep).size(),
                                      scene.image.stem().string(), subImage.place.x, subImage.place.y);
        files.makeFolder(folder);
        files.add(folder / file, std::span<const std::byte>(encodePng(hr, hr.bitDepth > 8 ? 16 : 8)));
        table += tableLine(subImage, scene, rank, file);
    };
    auto mined = mineHardPatches(models, scenes, options, stop, progress, take);
    if (mined) {
        files.add(folder / minedTable, table);
        files.add(folder / minedDocument, documentOf(*mined, cards, scenes, options, device));
    }
    return mined;
}

}  // namespace lamscope
