// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "image/image.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/pt2/survey.h"

namespace lamscope {

/// A super-resolution network as everything outside the core's model room sees it: RGB in [0, 1] in, RGB in about
/// [0, 1] out, `card().scale` times larger. The network's own value range and mean are handled inside.
///
/// Thread safety: the const members may be called from several threads at once. Moving is cheap; not copyable.
class SrModel {
public:
    class Implementation;  // in model/sr_model_implementation.h, for the core alone

    explicit SrModel(std::unique_ptr<Implementation> implementation);
    SrModel(const SrModel&) = delete;
    SrModel& operator=(const SrModel&) = delete;
    SrModel(SrModel&&) noexcept;
    SrModel& operator=(SrModel&&) noexcept;
    ~SrModel();

    [[nodiscard]] const ModelCard& card() const;

    /// Whether gradients can be averaged over cells of a path, see SecantScope: true for networks that are built here,
    /// whose every operation is known.
    [[nodiscard]] bool hasSecantRules() const;

    /// How often evaluations have found other weights than those before: a network that runs on a server may be in
    /// training there.
    [[nodiscard]] std::int64_t weightChanges() const;

    /// The SR image of `lr`, neither clamped nor rounded. Large images are evaluated in tiles that overlap by the
    /// receptive field, where the network allows that and the SR is the same (see TiledImage); all others whole.
    /// Returns nullopt when stopped before the last tile is done, see upscaleAtOnce().
    /// Throws Error: InvalidArgument (image smaller than the card allows), ModelFailure, OutOfMemory.
    [[nodiscard]] std::optional<Image> upscale(const Image& lr, const std::stop_token& stop = {}) const;

    /// The same by one evaluation of the whole. A stop ends the evaluation of a network of a known family within one
    /// layer; other networks are evaluated to their end, and the stop comes too late.
    [[nodiscard]] std::optional<Image> upscaleAtOnce(const Image& lr, const std::stop_token& stop = {}) const;

    [[nodiscard]] const Implementation& implementation() const { return *implementation_; }

private:
    friend class EditableModel;  // alone changes what is inside

    std::unique_ptr<Implementation> implementation_;
};

/// Reads a model file (or makes the analytic network) and decides scale and value range.
///
/// Evidence for the range, strongest first: the settings; a published file known by its hash; a mean-shift layer;
/// the family's publication; a probe with a smooth pattern.
/// @param device "cpu" or "cuda", as returned by resolveDevice().
/// A network that runs on a server is made of what the server states, and evaluated there: `device` is not asked.
/// Throws Error: ConnectionLost (there is no server at the address), BadFile (missing, truncated, not a model,
/// non-finite weights), UnsupportedModel (no known network has
/// these keys and shapes: the message names the closest and what differs), InvalidArgument (a setting does not fit).
[[nodiscard]] SrModel loadModel(const ModelSpec& spec, const std::string& device = "cpu");

/// The model's card with what loading leaves out: the receptive field where none is known, agreement with bicubic
/// enlargement. Takes some evaluations, the largest of 321x321 LR pixels; nullopt when stopped between two passes.
/// Throws as the network does.
[[nodiscard]] std::optional<ModelCard> measuredCard(const SrModel& model, const std::stop_token& stop = {});

/// What is in a model file, and how that was decided.
struct ModelReport {
    ModelCard card;  ///< `architecture` is empty when no known network fits
    /// Then: the closest network and what differs. nullopt if the tensors are known to be those of a network that is
    /// not supported, which a warning of the card names, or if no known network has a tensor of these names.
    std::optional<KeyDifference> nearest{};
    std::optional<pt2::Survey> program{};  ///< of an archive of torch.export
    std::string refusal{};                 ///< why such an archive cannot be used; empty if it can
};

/// As loadModel(), but reports unknown networks and non-finite weights instead of refusing them, and measures what
/// loading leaves out (receptive field of networks for which none is known, agreement with bicubic enlargement). Of an
/// archive of torch.export that is refused, the card has name, file, container, hash and the number of weights alone.
/// Throws Error(BadFile) when the file cannot be read as a model at all.
[[nodiscard]] ModelReport inspectModel(const ModelSpec& spec);

}  // namespace lamscope
