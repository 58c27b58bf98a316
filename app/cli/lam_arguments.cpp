// SPDX-License-Identifier: GPL-3.0-or-later
#include "lam_arguments.h"

#include <charconv>
#include <sstream>

#include <fmt/format.h>

#include "program.h"

namespace lamscope::cli {

namespace {

int parseInteger(const std::string& text, const std::string& what) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw UsageError(fmt::format("{} '{}' is not a whole number", what, text));
    }
    return value;
}

/// What --help says of the text that follows a flag.
std::string typeName(const OptionDescription& option) {
    if (*option.zeroWord != '\0') {
        return fmt::format("N|{}", option.zeroWord);
    }
    switch (option.type) {
        case OptionType::Choice:
            return "TEXT";
        case OptionType::Whole:
            return "INT";
        case OptionType::Number:
            return "FLOAT";
    }
    return {};
}

LamOptions methodOptions(const std::vector<std::optional<std::string>>& texts) {
    LamOptions options;
    const auto& rows = lamOptionTable();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        try {
            if (texts[i]) {
                rows[i].set(options, optionValueOf(rows[i], *texts[i]));
            }
        } catch (const Error& error) {
            throw UsageError(fmt::format("--{}: {}", rows[i].name, error.what()));
        }
    }
    return options;
}

}  // namespace

void LamArguments::addImageTo(CLI::App& command) {
    auto* hrOption = command.add_option("--hr", hr, "high-resolution image, reduced here at each network's scale");
    auto* lrOption = command.add_option("--lr", lr, "low-resolution image, used as it is");
    hrOption->type_name("IMG")->excludes(lrOption);
    lrOption->type_name("IMG");
    command.add_option("--reference", reference, "HR image beside --lr, for PSNR")->type_name("HR");
    command.add_flag("--upright", upright, "turn the image as its EXIF data ask; otherwise it is taken as stored");
    command.add_option("--reduce", reduce, "whose bicubic reduces --hr: pillow or matlab")->capture_default_str();
}

void LamArguments::addMethodTo(CLI::App& command) {
    const auto& rows = lamOptionTable();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto* option = command.add_option(fmt::format("--{}", rows[i].name), method[i], optionHelp(rows[i]));
        option->type_name(typeName(rows[i]));
        if (!rows[i].mayBeUnset) {
            option->default_str(optionText(rows[i], rows[i].get({})));
        }
    }
}

LamRunOptions LamArguments::toOptions() const {
    if (hr.empty() == lr.empty()) {
        throw UsageError("give the image either with --hr or with --lr");
    }
    if (!reference.empty() && lr.empty()) {
        throw UsageError("--reference goes with --lr; an image given with --hr is its own reference");
    }
    LamRunOptions run;
    run.imageIsHr = !hr.empty();
    run.image = run.imageIsHr ? hr : lr;
    run.reference = reference;
    run.orientation = upright ? ExifOrientation::Applied : ExifOrientation::Ignored;
    return asUsage([&] {
        run.reduction = reductionFromString(reduce);
        run.lam = methodOptions(method);
        return run;
    });
}

CLI::Option* addPatchesTo(CLI::App& command, std::vector<std::string>& patches) {
    return command
        .add_option("--patch", patches,
                    "the patch in SR pixels: top-left corner and side (16); several share most of the work")
        ->type_name("X,Y[,SIZE]")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

Patch parsePatch(const std::string& text) {
    std::vector<int> numbers;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
        numbers.push_back(parseInteger(part, "--patch:"));
    }
    if (numbers.size() < 2 || numbers.size() > 3 || text.ends_with(',')) {
        throw UsageError(fmt::format("--patch wants X,Y or X,Y,SIZE in SR pixels, found '{}'", text));
    }
    Patch patch{.x = numbers[0], .y = numbers[1]};
    if (numbers.size() == 3) {
        patch.size = numbers[2];
    }
    return patch;
}

void checkPlan(const LamRunOptions& options) {
    asUsage([&] { static_cast<void>(makePlan(options.lam)); });
}

}  // namespace lamscope::cli
