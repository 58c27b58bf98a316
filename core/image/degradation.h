// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"
#include "image/low_resolution.h"
#include "image/rain.h"
#include "image/recipe_number.h"

namespace lamscope {

/// What makes an LR image worse than a reduced HR image. The steps are applied in the order of the members, with the
/// reduction between blur and noise.
struct Degradation {
    struct Blur {
        RecipeNumber sigma{};          ///< of the Gaussian, in HR pixels; 0: no blur
        std::optional<int> side = {};  ///< of the kernel, in HR pixels, odd; unset: 2 * ceil(3 sigma) + 1

        friend bool operator==(const Blur&, const Blur&) = default;
    };

    struct Rain {
        RainRange range{};       ///< what is drawn for each image
        double amplitude = 1.0;  ///< factor of the rain that is added, 0…1

        friend bool operator==(const Rain&, const Rain&) = default;
    };

    std::optional<Blur> blur = {};
    std::optional<Rain> rain = {};           ///< added after the blur, before the reduction
    std::optional<RecipeNumber> noise = {};  ///< standard deviation, in levels of 0…255
    std::optional<RecipeNumber> jpeg = {};   ///< quality 1…100, whole numbers

    /// True if there is no step: the LR image is the reduced HR image.
    [[nodiscard]] bool isClean() const { return !blur && !rain && !noise && !jpeg; }
    friend bool operator==(const Degradation&, const Degradation&) = default;
};

/// Reads a recipe: steps joined by '+', in any order, each at most once.
///
///   clean             no step; stands alone
///   blur:σ[:side]     Gaussian blur, σ 0…50 HR pixels, odd side 1…301; by default 2 * ceil(3 σ) + 1
///   rain:RANGE[:amp]  streaks of rain, RANGE small, medium, large or a file NAME.json (see rain.h), whose name has
///                     neither ':' nor '+'; the amplitude 0…1 is a factor of the rain, 1 unless given
///   noise:s           normal noise N(0, s²) on each value, s 0…255 on the scale 0…255
///   jpeg:q            JPEG of quality q, 1…100
///
/// A range a..b in place of σ, s or q stands for a number that is drawn uniformly for each image.
///
/// Throws Error(InvalidArgument) naming the recipe, the step, what was found and what is possible; Error(BadFile) for a
/// file that states no range of rain. Thread-safe.
[[nodiscard]] Degradation degradationFromString(std::string_view recipe);

/// The recipe in its canonical form: steps in the order in which they are applied, numbers without superfluous digits.
/// Rain is named by its range, also where drawnFor() has drawn from it: no recipe states drawn rain.
[[nodiscard]] std::string toString(const Degradation& degradation);

/// A degradation with the name under which it appears in results and as a folder.
struct NamedDegradation {
    std::string name;
    Degradation degradation;

    friend bool operator==(const NamedDegradation&, const NamedDegradation&) = default;
};

/// Reads "NAME=RECIPE" of each text; a text without '=' is a recipe that is its own name.
/// Throws Error(InvalidArgument): as degradationFromString(); a name is empty, contains '/', begins with '.', or is
/// given twice.
[[nodiscard]] std::vector<NamedDegradation> namedDegradations(std::span<const std::string> texts);

/// The degradation with its ranges replaced by the numbers that degrade() draws for one image.
/// @param stem  the image's name without folder and ending.
[[nodiscard]] Degradation drawnFor(const Degradation& degradation, std::uint64_t seed, std::string_view stem);

/// The radius of the largest blur kernel that the recipe can give, in HR pixels: an HR pixel does not change blurred
/// pixels further away along either axis.
[[nodiscard]] int blurRadius(const Degradation& degradation);

/// Makes the LR image of an HR image: crops `hr` to multiples of `scale` (the top-left part), blurs it with the border
/// mirrored without repeating the edge pixel (reflect-101), adds rain, divides its sides by `scale` (no step at scale
/// 1), adds noise, clips and rounds to 8 bits, and packs and unpacks it as JPEG. Until it is rounded, everything is
/// float64 and nothing is rounded or clipped: `pillow` and `matlab` are then their weights alone, and `clean` can
/// differ from makeLowResolution() by a level. The LR image has bitDepth 8 and the `file` of `hr`; the HR image of the
/// pair is the cropped `hr`.
///
/// Random numbers are those of PortableRandom with the keys WHAT/SEED/STEM, STEM being the stem of `hr.file` and empty
/// for a computed image: normal number e of "noise" for value e in the order channel, row, column; u(0) of
/// "blur.sigma", "noise.sigma" and "jpeg.quality" for ranges; for rain see drawnRain() and rainNoise().
///
/// Throws Error(InvalidArgument) when a side of `hr` is below `scale`. Thread-safe; the result does not depend on the
/// number of threads.
[[nodiscard]] LowResolutionPair degrade(const Image& hr, int scale, Reduction reduction, const Degradation& degradation,
                                        std::uint64_t seed);

/// The same with a given layer of rain in place of the layer that would be drawn; the amplitude is that of the recipe,
/// which has rain.
/// @param layer  of the size of `hr` cropped to multiples of `scale`. Throws Error(InvalidArgument) for another size.
[[nodiscard]] LowResolutionPair degrade(const Image& hr, int scale, Reduction reduction, const Degradation& degradation,
                                        std::uint64_t seed, const RainLayer& layer);

}  // namespace lamscope
