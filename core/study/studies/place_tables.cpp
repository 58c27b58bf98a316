// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/place_tables.h"

#include <string>

#include <fmt/format.h>

namespace lamscope {

namespace {

constexpr ReportColumn imageColumn{.key = "image", .heading = "Image", .side = ColumnSide::Left, .isFile = true};

}  // namespace

ReportTable placeTable(const std::vector<StudyPlace>& places) {
    ReportTable table{.columns = {{"network", "Network", 0, ColumnSide::Left},
                                  imageColumn,
                                  {"patch", "Patch", 0, ColumnSide::Left},
                                  {"di", "DI", 2},
                                  {"psnr_y", "PSNR [dB]", 2},
                                  {"psnr", "PSNR of the patch [dB]", 2},
                                  {"error", "Remark", 0, ColumnSide::Left}},
                      .rows = {}};
    for (const auto& place : places) {
        const auto& patch = place.patch;
        table.rows.push_back(
            {place.network, place.imageFile,
             patch ? fmt::format("{}, {}  {}×{}", patch->x, patch->y, patch->size, patch->size) : std::string(),
             valueIfKnown(place.di), valueIfKnown(place.psnrY), valueIfKnown(place.psnrPatch), place.error});
    }
    return table;
}

ReportTable failureTable(const std::vector<StudyFailure>& failures) {
    ReportTable table{
        .columns = {imageColumn, {"network", "Network", 0, ColumnSide::Left}, {"error", "Why", 0, ColumnSide::Left}},
        .rows = {}};
    for (const auto& [image, network, error] : failures) {
        table.rows.push_back({image, network, error});
    }
    return table;
}

}  // namespace lamscope
