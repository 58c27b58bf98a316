// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene_set.h"

#include <nlohmann/json.hpp>

#include "drawings.h"

namespace lamscope::scenes {

const std::vector<Scene>& sceneSet() {
    static const std::vector<Scene> set{
        {.name = "facade",
         .title = "Façade",
         .description = "Far windows merge in the LR image; near ones show how they are built.",
         .telling = true,
         .patches = {{192, 192,
                      "Ledges and window heads far away: their lines merge, but they run on from the near ones."},
                     {200, 176, "The foot of a far window: the same stands nearby, larger."},
                     {76, 164, "A near window: its bars are still visible in the low-resolution image."}},
         .draw = drawFacade},
        {.name = "bricks",
         .title = "Brick wall",
         .description = "Joints merge with distance; near bricks tell where they run.",
         .telling = true,
         .patches = {{184, 144,
                      "Courses about five pixels high: the low-resolution image holds blocks without joints."},
                     {168, 184, "Slanting courses at the limit of what the low-resolution image can hold."},
                     {48, 120, "Near bricks: every joint is visible."}},
         .draw = drawBricks},
        {.name = "stripes",
         .title = "Striped cloth",
         .description = "Fine stripes turn into a chequered pattern in the LR image.",
         .telling = true,
         .patches = {{144, 72, "Stripes 7 pixels apart, chequered in the low-resolution image."},
                     {96, 96, "The same stripes in the shade of a fold."},
                     {96, 200, "Stripes 5 pixels apart: nothing is left of them, and a network can only guess."},
                     {40, 40, "Wide stripes: nothing is ambiguous."}},
         .draw = drawStripes},
        {.name = "roof",
         .title = "Tiled roof",
         .description = "Single tiles dissolve towards the top; their rows go on.",
         .telling = true,
         .patches = {{160, 24, "Small tiles whose tails are lost: the rows below show their shape."},
                     {200, 40, "Tiles beyond the limit."},
                     {64, 168, "A large tile with its shadow."}},
         .draw = drawRoof},
        {.name = "lettering",
         .title = "Enamel sign",
         .description = "Lines grow smaller until they can hardly be read.",
         .telling = false,
         .patches = {{120, 188, "Letters five pixels high."},
                     {128, 152, "Letters eight pixels high."},
                     {120, 72, "Letters that are clear at once."}},
         .draw = drawLettering},
        {.name = "foliage",
         .title = "Fern",
         .description = "The same form at three sizes, without straight edges.",
         .telling = false,
         .patches = {{150, 60, "Leaflets along a stalk."}, {64, 152, "Fronds over fronds, in light and shade."}},
         .draw = drawFoliage},
        {.name = "chart",
         .title = "Test chart",
         .description = "Edges, a star, rings and dots of exact levels.",
         .telling = false,
         .patches = {{152, 184, "A straight edge at 45 degrees."},
                     {78, 100, "Rays of the star six pixels apart."},
                     {104, 224, "Upright stripes seven pixels apart."},
                     {168, 200, "Nothing but one grey: there is nothing to attribute."}},
         .draw = drawChart}};
    return set;
}

std::string sceneIndex() {
    auto list = nlohmann::ordered_json::array();
    for (const auto& scene : sceneSet()) {
        auto patches = nlohmann::ordered_json::array();
        for (const auto& patch : scene.patches) {
            patches.push_back({{"x", patch.x}, {"y", patch.y}, {"size", patchSide}, {"about", patch.about}});
        }
        list.push_back({{"name", scene.name},
                        {"title", scene.title},
                        {"description", scene.description},
                        {"hr", scene.name + "_HR.png"},
                        {"lr", scene.name + "_LR.png"},
                        {"telling", scene.telling},
                        {"patches", patches}});
    }
    return nlohmann::ordered_json{{"scale", scale}, {"scenes", list}}.dump(2) + "\n";
}

}  // namespace lamscope::scenes
