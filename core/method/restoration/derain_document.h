// SPDX-License-Identifier: GPL-3.0-or-later
// What networks remove and spoil on ranges of degradation, as JSON, CSV and a table: one list of columns for all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/image_reading.h"
#include "method/restoration/derain_options.h"
#include "method/restoration/restoration_measures.h"
#include "model/model_card.h"

namespace lamscope {

/// One set of degraded images: made by a recipe, or read from a folder.
struct DerainRange {
    std::string name;                     ///< unique in the document
    std::optional<std::string> recipe{};  ///< unset for a folder
    std::optional<double> amplitude{};    ///< of a recipe with rain
    std::filesystem::path rainy{};        ///< folder of degraded images; empty for a recipe
    std::filesystem::path layer{};        ///< folder of rain layers; empty where the layer is O - B or a recipe's
};

/// One network on one image.
struct DerainImage {
    std::string file;  ///< the clean image, or the rainy one of a pair
    RestorationMeasures measures;
    std::optional<double> ssim{};
    std::optional<double> psnrInput{};  ///< PSNR of the degraded image, dB
    double seconds = 0.0;               ///< time of the network alone
};

/// A Gaussian blur in place of a network, on a range.
struct BlurPoint {
    double sigma = 0.0;  ///< pixels
    RestorationMeasures measures;
};

/// One network on one range.
struct DerainResult {
    ModelCard card;         ///< its `name` is that of one network in the document, see makeNamesUnique()
    std::size_t range = 0;  ///< index into the document's ranges
    RestorationMeasures measures;
    std::optional<double> ssim{};       ///< mean over the images
    std::optional<double> psnrInput{};  ///< the same
    std::vector<DerainImage> images{};
    std::vector<BlurPoint> blurLine{};  ///< of the range; empty where it was not asked for
    double seconds = 0.0;               ///< time of the network alone
    std::vector<std::string> warnings{};
};

struct DerainDocument {
    DerainOptions options;  ///< as used
    bool blurLine = false;
    std::vector<std::filesystem::path> clean{};  ///< images
    ImageReading reading{};
    std::string device{};  ///< "cpu" or "cuda"
    int threads = 0;
    std::vector<DerainRange> ranges{};
    std::vector<std::string> warnings{};
    std::vector<DerainResult> results{};  ///< by network, then by range
};

/// A row of the tables: a network on a range, or a blur on a range. Parts of the document, which must outlive it.
struct DerainRow {
    const DerainRange& range;
    const RestorationMeasures& measures;
    const DerainResult* result = nullptr;  ///< null: a blur
    std::optional<double> sigma{};         ///< of a blur, pixels

    /// The network's name, or "Gaussian blur σ".
    [[nodiscard]] std::string name() const;
};

/// The results in their order, then the blur line of each range.
[[nodiscard]] std::vector<DerainRow> derainRows(const DerainDocument& document);

/// A column of numbers, which JSON, CSV, the terminal and the window have in common.
struct DerainColumn {
    std::string_view key;  ///< heading in CSV and member in JSON; never renamed
    const char* heading;   ///< for people, UTF-8
    int decimals;          ///< for people
    const char* explanation;
    std::optional<double> (*value)(const DerainRow& row);
};

[[nodiscard]] std::span<const DerainColumn> derainColumns();

/// Adds to the document's warnings what is said of the masks of each range: empty, or nearly the whole image.
void addDerainWarnings(DerainDocument& document);

/// The document of `derain --json`, ending with a newline. Numbers that are not defined become null.
[[nodiscard]] std::string toJson(const DerainDocument& document);

/// A header line, then a line a row, comma-separated (RFC 4180); empty where a number is not defined.
[[nodiscard]] std::string toCsv(const DerainDocument& document);

/// For people: the headings, then the rows.
[[nodiscard]] std::vector<std::vector<std::string>> derainTable(const DerainDocument& document);

/// The same for a terminal.
[[nodiscard]] std::string toText(const DerainDocument& document);

/// What the program says beside the numbers: of the document, then of each network and range, whose names come first.
[[nodiscard]] std::vector<std::string> warningsOf(const DerainDocument& document);

}  // namespace lamscope
