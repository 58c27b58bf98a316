// SPDX-License-Identifier: GPL-3.0-or-later
#include "image_arguments.h"

#include <charconv>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "option_flags.h"
#include "program.h"

namespace lamscope::cli {

namespace {

int parseInteger(const std::string& text, const std::string& what) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw UsageError(fmt::format("{}: '{}' is not a whole number", what, text));
    }
    return value;
}

}  // namespace

void ImageArguments::addTo(CLI::App& command) {
    auto* hrOption =
        command.add_option("--hr", hr, "high-resolution or clean image, reduced here at each network's scale");
    auto* lrOption = command.add_option("--lr", lr, "low-resolution or degraded image, used as it is");
    hrOption->type_name("IMG")->excludes(lrOption);
    lrOption->type_name("IMG");
    command
        .add_option("--reference,--clean", reference,
                    "HR or clean image beside --lr, for PSNR; the path rain begins with it")
        ->type_name("IMG");
    addReadingFlags(command, reading);
    addReduceFlag(command, reduce);
    recipe.addTo(command);
}

Scene ImageArguments::scene() const {
    if (hr.empty() == lr.empty()) {
        throw UsageError("give the image either with --hr or with --lr");
    }
    if (!reference.empty() && lr.empty()) {
        throw UsageError(
            "--reference and --clean go with --lr; an image given with --hr is the reference of what is made of it");
    }
    Scene scene{.image = hr.empty() ? lr : hr};
    scene.role = hr.empty() ? ImageRole::Lr : ImageRole::Hr;
    scene.reduction = reductionFromString(reduce);
    scene.degradation = recipe.degradation(scene.role == ImageRole::Hr);
    scene.degradationSeed = recipe.seed.value_or(0);
    scene.reading = reading;
    scene.reference = reference;
    scene.gridScale = hr.empty() ? 0 : 1;
    return scene;
}

Box boxIn(const std::string& flag, const std::string& text, int size) {
    std::vector<int> numbers;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
        numbers.push_back(parseInteger(part, flag));
    }
    if (numbers.size() < 2 || numbers.size() > 3 || text.ends_with(',')) {
        throw UsageError(fmt::format("{} wants X,Y or X,Y,SIZE in pixels of the output, found '{}'", flag, text));
    }
    return {.x = numbers[0], .y = numbers[1], .size = numbers.size() == 3 ? numbers[2] : size};
}

}  // namespace lamscope::cli
