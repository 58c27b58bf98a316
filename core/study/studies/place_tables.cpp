// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/place_tables.h"

#include <filesystem>
#include <string>

#include <fmt/format.h>

namespace lamscope {

namespace {

std::string nameOfFile(const std::string& file) {
    return std::filesystem::path(file).filename().string();
}

}  // namespace

ReportTable placeTable(const std::vector<StudyPlace>& places) {
    ReportTable table{.columns = {{"network", "Network", 0, ColumnSide::Left},
                                  {"image", "Image", 0, ColumnSide::Left},
                                  {"patch", "Patch", 0, ColumnSide::Left},
                                  {"di", "DI", 2},
                                  {"psnr_y", "PSNR [dB]", 2},
                                  {"psnr", "PSNR of the patch [dB]", 2},
                                  {"error", "Remark", 0, ColumnSide::Left}},
                      .rows = {}};
    for (const auto& place : places) {
        const auto& patch = place.patch;
        table.rows.push_back(
            {place.network, nameOfFile(place.imageFile),
             patch ? fmt::format("{}, {}  {}×{}", patch->x, patch->y, patch->size, patch->size) : std::string(),
             valueIfKnown(place.di), valueIfKnown(place.psnrY), valueIfKnown(place.psnrPatch), place.error});
    }
    return table;
}

ReportTable failureTable(const std::vector<StudyFailure>& failures) {
    ReportTable table{.columns = {{"image", "Image", 0, ColumnSide::Left},
                                  {"network", "Network", 0, ColumnSide::Left},
                                  {"error", "Why", 0, ColumnSide::Left}},
                      .rows = {}};
    for (const auto& [image, network, error] : failures) {
        table.rows.push_back({nameOfFile(image), network, error});
    }
    return table;
}

}  // namespace lamscope
