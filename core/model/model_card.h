// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lamscope {

/// How far from the parent LR pixel of one SR pixel a network can look, in LR pixels.
struct ReceptiveField {
    /// True when an image-wide statistic (channel attention, instance norm, ...) makes every output depend on every
    /// input pixel; `radius` is then meaningless.
    bool global = false;
    /// Half width of the square window around the parent pixel; nullopt while it is not known.
    std::optional<int> radius;
    /// In words: "analytic", "measured on …".
    std::string evidence;
};

/// Whether a network gives on a part of an image what it gives there on the whole, apart from what its receptive field
/// reaches from the part's sides. A small receptive field does not say so: a network that resizes its features by a
/// share of the image, or pools over one, looks near and yet depends on where the image ends.
struct Cropping {
    /// A part may start at multiples of this many LR pixels and end at one or where the image ends. It holds for images
    /// whose sides are multiples of it, or are padded to such (ModelCard::sizeMultiple). nullopt: the network must see
    /// the whole.
    std::optional<int> multiple;
    std::string evidence;  ///< in words
};

/// Keys that keep a weight file from being a known network (model doctor).
struct KeyDifference {
    std::string architecture;             ///< the network that comes closest
    std::vector<std::string> missing;     ///< keys that the network has and the file lacks
    std::vector<std::string> extra;       ///< keys of the file that the network does not know
    std::vector<std::string> mismatched;  ///< "key: expected [..], found [..]"
};

/// Everything that is known about a loaded network, and how it was decided. Plain data, safe to copy between threads.
struct ModelCard {
    /// What the network works on. With Y (BT.601 luma, studio swing), colours are enlarged bicubically beside it, and
    /// the detector, hence the attribution, sees Y alone.
    enum class Colour { Rgb, Y };

    std::string name;                  ///< shown to the user; by default the file's stem
    std::string file;                  ///< as given; empty for the analytic network
    std::string sha256;                ///< of the file, lower-case hex; empty for the analytic network
    std::string container;             ///< "torch-legacy", "torch-zip", "torchscript", "safetensors", "analytic"
    std::vector<std::string> nesting;  ///< keys that were unwrapped to reach the weights, outermost first
    std::string architecture;          ///< e.g. "IMDN", "TorchScript", "Bicubic"
    std::vector<std::pair<std::string, std::string>>
        hyperparameters;               ///< read from shapes, in the order of the network
    std::vector<std::string> assumed;  ///< what no shape tells and was taken from the publication, or from the user

    int scale = 0;              ///< SR side / LR side
    std::vector<int> scales;    ///< scales this file can do (multi-scale networks have several)
    double range = 1.0;         ///< the network consumes and emits [0, range]
    std::string rangeEvidence;  ///< why `range` was chosen, with the probe's residuals where it ran
    std::vector<double> mean;   ///< RGB mean subtracted inside the network, in [0, 1]; empty when there is none
    Colour colour = Colour::Rgb;
    int sizeMultiple = 1;  ///< LR sides are padded by reflection to multiples of this, the SR is cropped again
    int minimumSide = 1;   ///< smallest LR side the network accepts
    std::optional<std::pair<int, int>> fixedSize;  ///< LR width and height of a network that takes no other size
    ReceptiveField receptiveField;
    Cropping cropping;

    std::int64_t tensors = 0;     ///< tensors in the file
    std::int64_t parameters = 0;  ///< values in these tensors
    std::int64_t nonfiniteWeights = 0;
    /// PSNR of the SR of a smooth pattern against bicubic enlargement; unset where not measured or infinite.
    std::optional<double> bicubicAgreementDb;
    std::vector<std::string> warnings;
};

}  // namespace lamscope
