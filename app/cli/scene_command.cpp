// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "commands.h"
#include "console.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"

namespace lamscope::cli {

void addSceneCommand(CLI::App& app, ChosenCommand& chosen) {
    struct SceneArguments {
        std::string out;
        int side = 256;
    };
    const auto arguments = std::make_shared<SceneArguments>();
    auto* command = app.add_subcommand("scene", "draw a test scene, for machines without photographs");
    command->add_option("--out", arguments->out, "picture to write (PNG or TIFF)")->required()->type_name("FILE");
    command->add_option("--side", arguments->side, "its side in pixels")
        ->capture_default_str()
        ->check(CLI::Range(32, 8192));
    command->callback([arguments, &chosen] {
        chosen = [arguments] {
            writeImage(arguments->out, drawScene(arguments->side));
            return static_cast<int>(ExitCode::Done);
        };
    });
}

}  // namespace lamscope::cli
