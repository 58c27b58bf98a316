// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QUndoStack>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "live/live_input.h"
#include "method/lam/lam_options.h"
#include "scene/scene.h"
#include "session/figure_layout.h"
#include "session/network_entry.h"
#include "session/undoable_state.h"
#include "session/view_settings.h"
#include "session/workspace_states.h"

namespace lamscope::ui {

/// What is being computed, for the status bar.
struct ComputeProgress {
    bool busy = false;
    bool stopped = false;  ///< by the user; it goes on with the next change
    QString what;          ///< e.g. "IMDN"
    qint64 done = 0;
    qint64 planned = 0;     ///< 0 while it cannot be told
    bool stoppable = true;  ///< LiveController::cancel() ends it
};

/// Everything a user has open and has chosen: image, networks, box, options, view. The window's parts show it and
/// change it through its setters; whatever changes is announced once. It knows no file formats and computes nothing:
/// the LiveController fills in what the compute thread finds. GUI thread only.
///
/// Setters marked "undoable" push a step on undoStack(); others do not.
class Session : public QObject {
    Q_OBJECT

public:
    explicit Session(QObject* parent = nullptr);

    // --- the image
    [[nodiscard]] const OpenedImage& image() const { return image_; }
    [[nodiscard]] bool hasImage() const { return image_.pixels != nullptr; }
    [[nodiscard]] ImageRole role() const { return role_; }
    [[nodiscard]] Reduction reduction() const { return reduction_; }
    /// What makes the input worse than the image, which is HR then.
    [[nodiscard]] const Degradation& degradation() const { return degradation_; }
    [[nodiscard]] std::uint64_t degradationSeed() const { return degradationSeed_; }
    /// The truth beside an image that is the input itself; null: none.
    [[nodiscard]] const std::shared_ptr<const OpenedImage>& referenceImage() const { return referenceImage_; }
    /// What a result must have been computed with to be of the image that is open, in its role of now.
    [[nodiscard]] InputIdentity input() const;
    /// Takes over an image that was read, guesses its role and centres the box; the undo history starts anew. The
    /// degradation stays, the reference goes.
    void setImage(const OpenedImage& image);
    /// Undoable; the box keeps its place in the scene. An image that is the input itself has no degradation.
    void setRole(ImageRole role);
    void setReduction(Reduction reduction);  ///< undoable
    /// Undoable; successive calls with `dragging` become one step, which ends with endDrag(). With a degradation the
    /// image is HR, and there is no other reference.
    void setDegradation(const Degradation& degradation, std::uint64_t seed, bool dragging = false);
    /// Undoable. With a reference the image is the input, without a degradation. Throws Error(InvalidArgument), naming
    /// both files, where their sizes do not fit.
    void setReferenceImage(const std::shared_ptr<const OpenedImage>& reference);
    /// What networks of scale 1 get, where that is not the image itself: of the degradation of now or, until that is
    /// there, of the one before.
    [[nodiscard]] const std::shared_ptr<const Image>& degradedImage() const { return degradedImage_; }
    /// Where rain lies on it; null: not known.
    [[nodiscard]] const std::shared_ptr<const PixelMask>& rainMask() const { return rainMask_; }
    /// For the LiveController; null: neither.
    void setDegradedImage(const std::shared_ptr<const Image>& image, const std::shared_ptr<const PixelMask>& mask);
    /// Whether no open network enlarges: input, output and reference stand in place of LR, SR and HR.
    [[nodiscard]] bool keepsSize() const;

    // --- the box, on the box grid (see Box)
    [[nodiscard]] Box box() const { return box_; }
    /// Pixels of the box grid per pixel of the opened image: 1 for HR, boxScale() for LR.
    [[nodiscard]] int gridScale() const { return role_ == ImageRole::Hr ? 1 : boxScale(); }
    /// The scale whose SR pixels are the box grid of an LR image: the largest among the networks, 4 without any.
    [[nodiscard]] int boxScale() const;
    /// Extent of the box grid; 0 x 0 without an image.
    [[nodiscard]] int gridWidth() const;
    [[nodiscard]] int gridHeight() const;
    /// Moves and resizes the box, kept inside the image with the detector's margin. Undoable; successive calls with
    /// `dragging` become one step, which ends with endDrag().
    void setBox(Box box, bool dragging = false);
    void endDrag();
    [[nodiscard]] bool isDragging() const { return dragging_; }
    /// The box in the SR pixels of one network.
    [[nodiscard]] Patch patchFor(const NetworkEntry& network) const;
    /// Side of an LR pixel of one network, in pixels of the box grid.
    [[nodiscard]] double lrPixel(const NetworkEntry& network) const;

    // --- networks, in the order of the list; references to them end with the next change of the list or its order
    [[nodiscard]] const std::vector<NetworkEntry>& networks() const { return networks_; }
    [[nodiscard]] const NetworkEntry* network(NetworkId id) const;
    /// The key that shows it, "1" for the first of the list; empty after the ninth.
    [[nodiscard]] QString digitOf(NetworkId id) const;
    /// Appends a network that is still to be loaded, with the next free colour; the first one is selected.
    NetworkId addNetwork(const ModelSpec& spec);
    /// The same for a network that a document names. One that would start a script on another machine is held until
    /// the user has been asked: startWanted() is emitted, and start() lets it go.
    NetworkId addNamedNetwork(const ModelSpec& spec);
    void start(NetworkId id);
    void removeNetwork(NetworkId id);
    void setShown(NetworkId id, bool shown);          ///< undoable
    void moveNetwork(NetworkId id, int newPosition);  ///< undoable
    void sortByDiffusionIndex();                      ///< undoable; networks without a current DI go last
    /// Changes an entry in place and announces it: for the LiveController and for tests.
    void updateNetwork(NetworkId id, const std::function<void(NetworkEntry&)>& change);
    [[nodiscard]] NetworkId selected() const { return selected_; }  ///< 0: none
    void select(NetworkId id);
    /// The network that others are compared with; the first ready one unless chosen; 0: none.
    [[nodiscard]] NetworkId reference() const;
    void setReference(NetworkId id);  ///< undoable

    // --- options and view
    /// `options().patch` is unused: the box says where.
    [[nodiscard]] const LamOptions& options() const { return options_; }
    void setOptions(const LamOptions& options);  ///< undoable; throws Error(InvalidArgument) as makePlan()
    [[nodiscard]] const ViewSettings& view() const { return view_; }
    void setView(const ViewSettings& view);  ///< undoable
    /// How the paper figure is laid out; unset before one was made. Not part of undo: its dialog has its own way back.
    [[nodiscard]] const std::optional<FigureLayout>& figureLayout() const { return figureLayout_; }
    void setFigureLayout(const std::optional<FigureLayout>& layout) { figureLayout_ = layout; }
    /// Images that the paper figure shows beside the open one; they stay when another one is opened. Not part of undo.
    [[nodiscard]] const std::vector<Scene>& moreScenes() const { return moreScenes_; }
    void setMoreScenes(const std::vector<Scene>& scenes);
    /// What the window's workspaces keep. Not part of undo.
    [[nodiscard]] const WorkspaceStates& workspaces() const { return workspaces_; }
    void setWorkspaces(const WorkspaceStates& states);
    [[nodiscard]] bool isPaused() const { return paused_; }
    void setPaused(bool paused);

    /// Where results come from, as results documents state it: "cpu" or "cuda", and the number of threads.
    [[nodiscard]] const QString& device() const { return device_; }
    [[nodiscard]] int threads() const { return threads_; }
    void setDevice(const QString& device, int threads) {
        device_ = device;
        threads_ = threads;
    }

    [[nodiscard]] const ComputeProgress& progress() const { return progress_; }
    void setProgress(const ComputeProgress& progress);

    /// Sets everything that undo knows at once, as a new beginning of the undo history.
    void restore(const UndoableState& state);
    [[nodiscard]] QUndoStack& undoStack() { return undo_; }

    /// Says that something went wrong: shown in a bar of the window and kept in the log.
    void reportTrouble(const QString& text);
    void reportNote(const QString& text);  ///< the same for what merely deserves attention

signals:
    void imageChanged();  ///< another image, or its role, reduction, degradation or reference
    void degradedImageChanged();
    void boxChanged();
    void networkListChanged();    ///< added, removed, reordered, shown or hidden, reference
    void networkChanged(int id);  ///< card, state, result, staleness, images
    void selectionChanged();
    void optionsChanged();
    void viewChanged();
    void moreScenesChanged();
    void workspacesChanged();
    void pausedChanged();
    void progressChanged();
    /// A network waits for start(); `script` says what it would run, and where.
    void startWanted(int id, const QString& script);
    void troubleReported(const QString& text);
    void noteReported(const QString& text);

private:
    friend class SessionCommand;

    NetworkEntry* find(NetworkId id);
    NetworkId append(const ModelSpec& spec, bool held);
    [[nodiscard]] UndoableState state() const;
    void beginDrag(bool dragging);
    void changeRole(UndoableState& state, ImageRole role) const;
    /// Applies what differs and announces it.
    void apply(const UndoableState& state);
    void applyOrder(const std::vector<std::pair<NetworkId, bool>>& order);
    /// Makes `change`, which sets fields of a copied state, one step of the undo history.
    void push(const QString& text, const std::function<void(UndoableState&)>& change, bool merges = false);
    [[nodiscard]] Box fitted(Box box) const;
    /// Runs `change` and, where it changed the box grid, keeps the box on its place in the scene.
    void keepingBox(const std::function<void()>& change);

    OpenedImage image_;
    ImageRole role_ = ImageRole::Hr;
    Reduction reduction_ = Reduction::Pillow;
    Degradation degradation_;
    std::uint64_t degradationSeed_ = 0;
    std::shared_ptr<const OpenedImage> referenceImage_;
    std::shared_ptr<const Image> degradedImage_;
    std::shared_ptr<const PixelMask> rainMask_;
    Box box_;
    bool dragging_ = false;
    int drags_ = 0;  // one undo step each
    std::vector<NetworkEntry> networks_;
    NetworkId nextId_ = 1;
    NetworkId selected_ = 0;
    NetworkId reference_ = 0;
    LamOptions options_;
    ViewSettings view_;
    std::optional<FigureLayout> figureLayout_;
    std::vector<Scene> moreScenes_;
    WorkspaceStates workspaces_;
    bool paused_ = false;
    ComputeProgress progress_;
    QString device_;
    int threads_ = 0;
    QUndoStack undo_;
};

}  // namespace lamscope::ui
