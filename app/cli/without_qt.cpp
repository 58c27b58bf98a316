// SPDX-License-Identifier: GPL-3.0-or-later
// What stands in for paper figures in a build without Qt, which draws them.
#include "base/error.h"
#include "commands.h"
#include "paper_figures.h"
#include "study_figures.h"

namespace lamscope::cli {

namespace {

[[noreturn]] void refuse() {
    throw Error(ErrorCode::InvalidArgument,
                "paper figures need a build of lamscope-cli with Qt (Debian's packages qt6-base-dev and qt6-svg-dev), "
                "and this one is without; lam --figure NAME.png without a layout works here, too");
}

}  // namespace

void setPaperFigure(Experiment& /*experiment*/, const FigureArguments& /*arguments*/,
                    const std::vector<std::filesystem::path>& names) {
    if (!names.empty()) {
        refuse();
    }
}

bool addPaperFigures(StagedFiles& /*files*/, const FigureArguments& /*arguments*/,
                     const std::vector<std::filesystem::path>& /*names*/, const LamDocument& /*document*/,
                     const std::stop_token& /*stop*/) {
    refuse();
}

class StudyFigures::Inside {};

StudyFigures::StudyFigures(const StudyFigureArguments& arguments) {
    if (!arguments.formats.empty() || !arguments.images.empty() || !arguments.width.empty()
        || arguments.dpi != StudyFigureArguments().dpi) {
        refuse();
    }
}

StudyFigures::~StudyFigures() = default;

decltype(StudyReportSettings::draw) StudyFigures::drawerOf(const StudyStore& /*store*/) const {
    return {};
}

std::optional<std::vector<ReportFigure>> StudyFigures::addImages(StagedFiles& /*files*/, const StudyStore& /*store*/,
                                                                 const std::filesystem::path& /*folder*/,
                                                                 const std::stop_token& /*stop*/) const {
    return std::vector<ReportFigure>();
}

void addFigureCommand(CLI::App& app, ChosenCommand& chosen) {
    auto* command = app.add_subcommand("figure", "paper figures: not in this build, which is without Qt");
    command->allow_extras();
    command->callback([&chosen] { chosen = []() -> int { refuse(); }; });
}

}  // namespace lamscope::cli
