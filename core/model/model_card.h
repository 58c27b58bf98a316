// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/size_guards.h"

namespace lamscope {

/// How far a network can look from an SR pixel's parent LR pixel, in LR pixels.
struct ReceptiveField {
    /// True if every output depends on every input pixel through a statistic of the whole image (channel attention,
    /// instance norm, ...); `radius` then has no meaning.
    bool global = false;
    /// Half width of the square window around the parent pixel; nullopt if it is not known.
    std::optional<int> radius;
    /// In words: "analytic", "measured on …".
    std::string evidence;
};

/// Whether the network gives the same SR for a part of an image as for the whole image, except within the receptive
/// field of the part's sides. A small receptive field does not imply this: a network that resizes its features by a
/// share of the image, or pools over a share of the image, looks near but still depends on where the image ends.
struct Cropping {
    /// A part may start at multiples of this many LR pixels. A part may end at such a multiple or at the image's end.
    /// This holds for images whose sides are multiples of the number, or are padded to multiples
    /// (ModelCard::sizeMultiple). nullopt: the network must see the whole image.
    std::optional<int> multiple;
    std::string evidence;  ///< in words
};

/// Keys that keep a weight file from fitting a known network (model doctor).
struct KeyDifference {
    std::string architecture;             ///< the closest network
    std::vector<std::string> missing;     ///< keys that the network has and the file lacks
    std::vector<std::string> extra;       ///< keys of the file that the network does not know
    std::vector<std::string> mismatched;  ///< "key: expected [..], found [..]"
};

/// A number that a network reads beside the image, as a plane of its input: the standard deviation of the noise that it
/// is to remove, for instance.
struct SideInput {
    std::string name;      ///< that of the setting, e.g. "sigma"
    double value = 0.0;    ///< as it is used
    std::string unit;      ///< in words: "levels of 0 to 255"
    std::string evidence;  ///< in words: who said so

    friend bool operator==(const SideInput&, const SideInput&) = default;
};

/// Everything that is known about a loaded network, with the evidence. Plain data: copies may be used on different
/// threads.
struct ModelCard {
    /// What the network works on. Y is the BT.601 luma in studio swing: colours are then enlarged bicubically beside
    /// the network, and the detector, hence the attribution, sees Y alone. Each: a network of one channel restores the
    /// three colours one by one.
    enum class Colour { Rgb, Y, Each };

    std::string name;       ///< shown to the user; by default the file's stem
    std::string file;       ///< as given by the user; empty for the analytic network. Of a network that
                            ///< runs on a server, its address without the token
    std::string sha256;     ///< of the file, in lower-case hex; empty for the analytic network. Of a network
                            ///< that runs on a server, of its weights, as the server states it
    std::string container;  ///< "torch-legacy", "torch-zip", "torchscript", "torch-export", "safetensors", "server",
                            ///< "analytic"
    std::vector<std::string> nesting;  ///< keys that were unwrapped to reach the weights, outermost first
    std::string architecture;          ///< e.g. "IMDN", "TorchScript", "torch.export", "Bicubic"
    std::vector<std::pair<std::string, std::string>> hyperparameters;  ///< read from shapes, in the network's order
    std::vector<std::string> assumed;  ///< values that no shape tells: from the publication or from the user

    int scale = 0;              ///< SR side / LR side
    std::vector<int> scales;    ///< scales that this file can do (several for multi-scale networks)
    double range = 1.0;         ///< the network takes and returns values in [0, range]
    std::string rangeEvidence;  ///< why `range` was chosen, with the probe's residuals where it ran
    std::vector<double> mean;   ///< RGB mean subtracted inside the network, in [0, 1]; empty when there is none
    Colour colour = Colour::Rgb;
    std::vector<SideInput> sideInputs;  ///< empty for nearly all
    int sizeMultiple = 1;  ///< LR sides are padded by reflection to multiples of this; the SR is cropped again
    int minimumSide = 1;   ///< smallest LR side that the network accepts
    std::optional<std::pair<int, int>> fixedSize;  ///< LR width and height, if the network takes no other size
    SizeGuards guards;                             ///< further rules for LR sides; of exported programs alone
    ReceptiveField receptiveField;
    Cropping cropping;
    /// What the network chooses by a sort, a top-k or an arg max of its features, in words; empty for nearly all. Such
    /// a network is not continuous along a path: the completeness error then says nothing about the number of nodes.
    std::string routing;
    /// What is random in the original network when it is evaluated, and what is computed here instead, in words; empty
    /// for nearly all.
    std::string randomness;

    std::int64_t tensors = 0;     ///< tensors in the file
    std::int64_t parameters = 0;  ///< values in these tensors
    std::int64_t nonfiniteWeights = 0;
    /// PSNR of the SR of a smooth pattern against bicubic enlargement, dB; unset if not measured or infinite.
    std::optional<double> bicubicAgreementDb;
    std::vector<std::string> warnings;
    /// Addresses, with tokens, of the further networks of its server, where its own address stands for all of them.
    std::vector<std::string> others;
};

}  // namespace lamscope
