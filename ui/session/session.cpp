// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "scene/network_input.h"
#include "session/session_command.h"

namespace lamscope::ui {

namespace {

constexpr int defaultScale = 4;

/// Told apart also by readers with colour blindness; from Okabe and Ito's palette and its neighbours, on light and
/// dark.
constexpr std::array<QRgb, 8> networkColours{0xff3b7ddd, 0xffd9822b, 0xff2ca070, 0xff9457cc,
                                             0xffc93a55, 0xff19a3b8, 0xffb59a1f, 0xff8a6d5c};

QColor freeColour(const std::vector<NetworkEntry>& networks) {
    std::array<int, networkColours.size()> uses{};
    for (const auto& entry : networks) {
        const auto* const found = std::ranges::find(networkColours, entry.colour.rgb());
        if (found != networkColours.end()) {
            ++uses.at(static_cast<std::size_t>(found - networkColours.begin()));
        }
    }
    const auto* const least = std::ranges::min_element(uses);
    return {networkColours.at(static_cast<std::size_t>(least - uses.begin()))};
}

/// The same square of the scene on a grid `ratio` times finer.
Box scaled(const Box& box, double ratio) {
    const auto scale = [ratio](int value) { return static_cast<int>(std::lround(value * ratio)); };
    return {scale(box.x), scale(box.y), std::max(scale(box.size), 1)};
}

}  // namespace

Session::Session(QObject* parent)
    : QObject(parent) {}

// --- the image

void Session::setImage(const OpenedImage& image) {
    image_ = image;
    role_ = degradation_.isClean() ? guessRole(*image_.pixels) : ImageRole::Hr;
    box_.size = std::min({box_.size, gridWidth() / 2, gridHeight() / 2});
    box_.size = std::max(box_.size, 1);
    box_.x = (gridWidth() - box_.size) / 2;
    box_.y = (gridHeight() - box_.size) / 2;
    box_ = fitted(box_);
    dragging_ = false;
    undo_.clear();
    referenceImage_ = nullptr;
    degradedImage_ = nullptr;
    rainMask_ = nullptr;
    for (auto& entry : networks_) {
        entry.dropInput();
        entry.stale = false;
        entry.finished = false;
        if (entry.state == NetworkEntry::State::Ready) {
            entry.message.clear();
        }
    }
    emit imageChanged();
    emit boxChanged();
    for (const auto& entry : networks_) {
        emit networkChanged(entry.id);
    }
}

InputIdentity Session::input() const {
    return {.pixels = image_.pixels,
            .role = role_,
            .reduction = reduction_,
            .degradation = degradation_,
            .degradationSeed = degradationSeed_,
            .reference = referenceImage_ ? referenceImage_->pixels : nullptr};
}

void Session::changeRole(UndoableState& state, ImageRole role) const {
    if (role == role_) {
        return;
    }
    // The centre stays on its place in the scene; the patch keeps its number of SR pixels.
    const int scale = role == ImageRole::Hr ? 1 : boxScale();
    const double ratio = static_cast<double>(scale) / gridScale();
    const auto along = [&](int position) {
        return static_cast<int>(std::lround((position + box_.size / 2.0) * ratio - box_.size / 2.0));
    };
    state.role = role;
    state.gridScale = scale;
    state.box = {along(box_.x), along(box_.y), box_.size};
    if (role == ImageRole::Lr) {
        state.degradation = {};
    }
}

void Session::setRole(ImageRole role) {
    push(tr("role of the image"), [&](UndoableState& state) { changeRole(state, role); });
}

void Session::setDegradation(const Degradation& degradation, std::uint64_t seed, bool dragging) {
    beginDrag(dragging);
    push(
        tr("degradation"),
        [&](UndoableState& state) {
            state.degradation = degradation;
            state.degradationSeed = seed;
            if (!degradation.isClean()) {
                changeRole(state, ImageRole::Hr);
                state.referenceImage = nullptr;
            }
        },
        dragging);
}

void Session::setReferenceImage(const std::shared_ptr<const OpenedImage>& reference) {
    if (reference && hasImage()) {
        std::set<int> scales;
        for (const auto& entry : networks_) {
            if (entry.card.scale > 0) {
                scales.insert(entry.card.scale);
            }
        }
        const auto& pixels = *reference->pixels;
        const bool fitsSome =
            pixels.width() % image_.pixels->width() == 0 && pixels.height() % image_.pixels->height() == 0;
        if (scales.empty() && !fitsSome) {
            scales.insert(1);
        }
        for (const int scale : scales) {
            static_cast<void>(makeInput(*image_.pixels, pixels, {.role = ImageRole::Lr}, scale));
        }
    }
    push(reference ? tr("reference") : tr("removal of the reference"), [&](UndoableState& state) {
        state.referenceImage = reference;
        if (reference) {
            state.degradation = {};
            changeRole(state, ImageRole::Lr);
        }
    });
}

void Session::setDegradedImage(const std::shared_ptr<const Image>& image,
                               const std::shared_ptr<const PixelMask>& mask) {
    if (image != degradedImage_ || mask != rainMask_) {
        degradedImage_ = image;
        rainMask_ = mask;
        emit degradedImageChanged();
    }
}

bool Session::keepsSize() const {
    const auto enlarges = [](const NetworkEntry& entry) { return entry.card.scale > 1; };
    const auto keeps = [](const NetworkEntry& entry) { return entry.card.scale == 1; };
    return std::ranges::any_of(networks_, keeps) && std::ranges::none_of(networks_, enlarges);
}

void Session::setReduction(Reduction reduction) {
    push(tr("reduction"), [&](UndoableState& state) { state.reduction = reduction; });
}

// --- the box

int Session::boxScale() const {
    int scale = 0;
    for (const auto& entry : networks_) {
        scale = std::max(scale, entry.card.scale);
    }
    return scale == 0 ? defaultScale : scale;
}

int Session::gridWidth() const {
    return hasImage() ? image_.pixels->width() * gridScale() : 0;
}

int Session::gridHeight() const {
    return hasImage() ? image_.pixels->height() * gridScale() : 0;
}

Box Session::fitted(Box box) const {
    if (!hasImage()) {
        return box;
    }
    // Every network reads a margin around the box, in its own SR pixels, of an image cropped to a multiple of its
    // scale.
    int before = 0;
    int after = 0;
    int right = gridWidth();
    int bottom = gridHeight();
    const auto margin = detectorMargin(options_.detector);
    const auto include = [&](int scale) {
        const int pixel = role_ == ImageRole::Hr ? 1 : (gridScale() + scale - 1) / scale;
        before = std::max(before, margin.before * pixel);
        after = std::max(after, margin.after * pixel);
        if (role_ == ImageRole::Hr) {
            right = std::min(right, image_.pixels->width() / scale * scale);
            bottom = std::min(bottom, image_.pixels->height() / scale * scale);
        }
    };
    include(gridScale());
    for (const auto& entry : networks_) {
        if (entry.card.scale > 0) {
            include(entry.card.scale);
        }
    }
    box.size = std::clamp(box.size, 1, std::max(std::min(right, bottom) - before - after, 1));
    box.x = std::clamp(box.x, before, std::max(right - after - box.size, before));
    box.y = std::clamp(box.y, before, std::max(bottom - after - box.size, before));
    return box;
}

void Session::setBox(Box box, bool dragging) {
    box = fitted(box);
    beginDrag(dragging);
    push(
        tr("box"), [&](UndoableState& state) { state.box = box; }, dragging);
}

void Session::beginDrag(bool dragging) {
    if (dragging && !dragging_) {
        dragging_ = true;
        ++drags_;
    }
}

void Session::endDrag() {
    if (dragging_) {
        dragging_ = false;
        emit boxChanged();  // whoever made do with less while it moved can finish now
    }
}

Patch Session::patchFor(const NetworkEntry& network) const {
    return patchOfBox(box_, role_, gridScale(), network.card.scale);
}

double Session::lrPixel(const NetworkEntry& network) const {
    return role_ == ImageRole::Hr ? network.card.scale : gridScale();
}

void Session::keepingBox(const std::function<void()>& change) {
    const int before = gridScale();
    change();
    const int after = gridScale();
    const auto box = fitted(scaled(box_, static_cast<double>(after) / before));
    if (box != box_ || before != after) {
        box_ = box;
        emit boxChanged();
    }
}

// --- networks

const NetworkEntry* Session::network(NetworkId id) const {
    const auto found = std::ranges::find(networks_, id, &NetworkEntry::id);
    return found == networks_.end() ? nullptr : &*found;
}

QString Session::digitOf(NetworkId id) const {
    constexpr std::ptrdiff_t digits = 9;
    const auto position = std::ranges::find(networks_, id, &NetworkEntry::id) - networks_.begin();
    return position < digits && position < std::ssize(networks_) ? QString::number(position + 1) : QString();
}

NetworkEntry* Session::find(NetworkId id) {
    const auto found = std::ranges::find(networks_, id, &NetworkEntry::id);
    return found == networks_.end() ? nullptr : &*found;
}

NetworkId Session::addNetwork(const ModelSpec& spec) {
    return append(spec, false);
}

NetworkId Session::addNamedNetwork(const ModelSpec& spec) {
    const auto script = spec.scriptStarted();
    const auto id = append(spec, script.has_value());
    if (script) {
        emit startWanted(id, QString::fromStdString(*script));
    }
    return id;
}

NetworkId Session::append(const ModelSpec& spec, bool held) {
    NetworkEntry entry;
    entry.id = nextId_++;
    entry.spec = spec;
    entry.colour = freeColour(networks_);
    entry.card.name = spec.displayName();
    if (held) {
        entry.held = true;
        entry.state = NetworkEntry::State::Failed;
        entry.message = tr("not connected: its script has not been started");
    }
    const auto id = entry.id;
    networks_.push_back(std::move(entry));
    emit networkListChanged();
    if (selected_ == 0) {
        select(id);
    }
    return id;
}

void Session::start(NetworkId id) {
    const auto* entry = network(id);
    if (entry == nullptr || !entry->held) {
        return;
    }
    updateNetwork(id, [](NetworkEntry& changed) {
        changed.held = false;
        changed.state = NetworkEntry::State::Loading;
        changed.message.clear();
    });
    emit networkListChanged();
}

void Session::removeNetwork(NetworkId id) {
    const auto found = std::ranges::find(networks_, id, &NetworkEntry::id);
    if (found == networks_.end()) {
        return;
    }
    const auto position = found - networks_.begin();
    keepingBox([&] { networks_.erase(found); });
    if (reference_ == id) {
        reference_ = 0;
    }
    emit networkListChanged();
    if (selected_ == id) {
        const auto count = static_cast<std::ptrdiff_t>(networks_.size());
        select(count == 0 ? 0 : networks_.at(static_cast<std::size_t>(std::min(position, count - 1))).id);
    }
}

void Session::setShown(NetworkId id, bool shown) {
    push(shown ? tr("show network") : tr("hide network"), [&](UndoableState& state) {
        for (auto& [candidate, visible] : state.order) {
            visible = candidate == id ? shown : visible;
        }
    });
}

void Session::moveNetwork(NetworkId id, int newPosition) {
    push(tr("order of the networks"), [&](UndoableState& state) {
        const auto found = std::ranges::find(state.order, id, &std::pair<NetworkId, bool>::first);
        if (found == state.order.end()) {
            return;
        }
        const auto moved = *found;
        state.order.erase(found);
        const auto last = static_cast<int>(state.order.size());
        state.order.insert(state.order.begin() + std::clamp(newPosition, 0, last), moved);
    });
}

void Session::sortByDiffusionIndex() {
    const auto diffusionIndex = [this](NetworkId id) {
        const auto* result = network(id)->currentResult();
        return result != nullptr ? result->diffusionIndex.value_or(-1.0) : -1.0;
    };
    push(tr("sort by DI"), [&](UndoableState& state) {
        std::ranges::stable_sort(state.order, std::greater<>(),
                                 [&](const auto& item) { return diffusionIndex(item.first); });
    });
}

void Session::updateNetwork(NetworkId id, const std::function<void(NetworkEntry&)>& change) {
    auto* entry = find(id);
    if (entry == nullptr) {
        return;
    }
    keepingBox([&] { change(*entry); });
    emit networkChanged(id);
}

void Session::select(NetworkId id) {
    if (id != selected_ && (id == 0 || network(id) != nullptr)) {
        selected_ = id;
        emit selectionChanged();
    }
}

NetworkId Session::reference() const {
    if (reference_ != 0) {
        return reference_;
    }
    const auto ready = [](const NetworkEntry& entry) {
        return entry.shown && entry.state == NetworkEntry::State::Ready;
    };
    const auto first = std::ranges::find_if(networks_, ready);
    return first == networks_.end() ? 0 : first->id;
}

void Session::setReference(NetworkId id) {
    push(tr("reference network"), [&](UndoableState& state) { state.reference = id; });
}

// --- options and view

void Session::setOptions(const LamOptions& options) {
    static_cast<void>(makePlan(options));
    push(tr("options"), [&](UndoableState& state) {
        state.options = options;
        state.options.patch = {};
    });
}

void Session::setView(const ViewSettings& view) {
    push(tr("view"), [&](UndoableState& state) { state.view = view; });
}

void Session::setMoreScenes(const std::vector<Scene>& scenes) {
    if (scenes != moreScenes_) {
        moreScenes_ = scenes;
        emit moreScenesChanged();
    }
}

void Session::setWorkspaces(const WorkspaceStates& states) {
    if (states != workspaces_) {
        workspaces_ = states;
        emit workspacesChanged();
    }
}

void Session::setPaused(bool paused) {
    if (paused != paused_) {
        paused_ = paused;
        emit pausedChanged();
    }
}

void Session::setProgress(const ComputeProgress& progress) {
    progress_ = progress;
    emit progressChanged();
}

void Session::reportTrouble(const QString& text) {
    emit troubleReported(text);
}

void Session::reportNote(const QString& text) {
    emit noteReported(text);
}

// --- undo

void Session::restore(const UndoableState& state) {
    apply(state);
    undo_.clear();
}

UndoableState Session::state() const {
    UndoableState state{.role = role_,
                        .reduction = reduction_,
                        .degradation = degradation_,
                        .degradationSeed = degradationSeed_,
                        .referenceImage = referenceImage_,
                        .box = box_,
                        .gridScale = gridScale(),
                        .options = options_,
                        .view = view_,
                        .order = {},
                        .reference = reference_};
    for (const auto& entry : networks_) {
        state.order.emplace_back(entry.id, entry.shown);
    }
    return state;
}

void Session::push(const QString& text, const std::function<void(UndoableState&)>& change, bool merges) {
    const auto before = state();
    auto after = before;
    change(after);
    if (after != before) {
        undo_.push(new SessionCommand(*this, text, before, after, merges ? drags_ : 0));
    }
}

void Session::applyOrder(const std::vector<std::pair<NetworkId, bool>>& order) {
    std::vector<NetworkEntry> ordered;
    for (const auto& [id, shown] : order) {
        if (auto* entry = find(id)) {  // it may have been removed since
            ordered.push_back(std::move(*entry));
            ordered.back().shown = shown;
            entry->id = 0;
        }
    }
    for (auto& entry : networks_) {
        if (entry.id != 0) {  // added since
            ordered.push_back(std::move(entry));
        }
    }
    networks_ = std::move(ordered);
}

void Session::apply(const UndoableState& state) {
    const auto before = this->state();

    if (state.order != before.order) {
        applyOrder(state.order);
    }
    reference_ = network(state.reference) != nullptr ? state.reference : 0;

    role_ = state.role;
    reduction_ = state.reduction;
    degradation_ = state.degradation;
    degradationSeed_ = state.degradationSeed;
    referenceImage_ = state.referenceImage;
    options_ = state.options;
    view_ = state.view;
    box_ = fitted(scaled(state.box, static_cast<double>(gridScale()) / state.gridScale));

    const auto now = this->state();
    if (now.role != before.role || now.reduction != before.reduction || now.degradation != before.degradation
        || now.degradationSeed != before.degradationSeed || now.referenceImage != before.referenceImage) {
        emit imageChanged();
    }
    if (now.order != before.order || now.reference != before.reference) {
        emit networkListChanged();
    }
    if (now.options != before.options) {
        emit optionsChanged();
    }
    if (now.box != before.box || now.gridScale != before.gridScale) {
        emit boxChanged();
    }
    if (now.view != before.view) {
        emit viewChanged();
    }
}

}  // namespace lamscope::ui
