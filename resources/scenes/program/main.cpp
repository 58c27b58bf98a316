// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <exception>
#include <filesystem>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "image/image_file.h"
#include "image/resize.h"
#include "scene_set.h"

namespace {

/// Writes all files, or none.
void drawInto(const std::filesystem::path& folder) {
    using namespace lamscope;
    StagedFiles files;
    files.makeFolder(folder);
    for (const auto& scene : scenes::sceneSet()) {
        fmt::print("{}\n", scene.name);
        const auto hr = scene.draw();
        files.add(folder / (scene.name + "_HR.png"), encodePng(hr));
        files.add(folder / (scene.name + "_LR.png"), encodePng(reduceBicubicPillow(hr, scenes::scale)));
    }
    files.add(folder / "scenes.json", scenes::sceneIndex());
    files.commit();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 2 || *argv[1] == '-') {
            fmt::print(stderr, "usage: draw-scenes OUT_DIR\n");
            return 2;
        }
        drawInto(argv[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fputs("error: ", stderr);
        std::fputs(error.what(), stderr);
        std::fputs("\n", stderr);
        return 1;
    }
}
