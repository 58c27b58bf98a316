// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/probe_actions.h"

#include <QActionGroup>
#include <QMenu>

#include "session/layer_table.h"

namespace lamscope::ui {

ProbeActions::ProbeActions(Session& session, WorkspaceMenus& menus)
    : session_(session) {
    addExports(menus.exports);
    addView(menus.view);
    addTools(menus.tools);
}

void ProbeActions::addExports(MenuSection& menu) {
    exportFigure = menu.add(QObject::tr("Paper figure…"), QObject::tr("Ctrl+Shift+E"));
    menu.addSeparator();
    exportMaps = menu.add(QObject::tr("Maps as PNG…"));
    exportArrays = menu.add(QObject::tr("Maps and attributions as NPY…"));
    exportDiMaps = menu.add(QObject::tr("DI maps as NPY and CSV…"));
    menu.addSeparator();
    exportCsv = menu.add(QObject::tr("Table as CSV…"));
    exportLatex = menu.add(QObject::tr("Table as LaTeX…"));
    exportJson = menu.add(QObject::tr("All numbers as JSON…"));
    menu.addSeparator();
    exportCurvesPdf = menu.add(QObject::tr("Curves as PDF…"));
    exportCurvesPng = menu.add(QObject::tr("Curves as PNG…"));
    menu.addSeparator();
}

void ProbeActions::changeView(const std::function<void(ViewSettings&)>& change) {
    auto view = session_.view();
    change(view);
    session_.setView(view);
}

void ProbeActions::addLayers(QMenu& menu) {
    auto* group = new QActionGroup(&menu);
    menu.setToolTipsVisible(true);
    for (const auto& row : layerTable) {
        auto* action = menu.addAction(QObject::tr(row.title));
        action->setCheckable(true);
        group->addAction(action);
        QObject::connect(action, &QAction::triggered, &session_, [this, layer = row.layer] {
            changeView([layer](ViewSettings& view) { view.layer = layer; });
        });
        const auto follow = [this, action, layer = row.layer] { action->setChecked(session_.view().layer == layer); };
        QObject::connect(&session_, &Session::viewChanged, action, follow);
        follow();
        const auto offer = [this, action, &row] {
            const bool keepsSize = session_.keepsSize();
            const auto why = whyUnavailable(row, session_);
            action->setText(layerTitle(row, keepsSize));
            action->setToolTip(why.isEmpty() ? layerHelp(row, keepsSize)
                                             : layerHelp(row, keepsSize) + QLatin1Char('\n') + why);
            action->setEnabled(why.isEmpty());
        };
        QObject::connect(&menu, &QMenu::aboutToShow, action, offer);
        offer();
    }
}

void ProbeActions::addView(MenuSection& menu) {
    fit = menu.add(QObject::tr("Whole image, or the context o&f the box"), QObject::tr("F"), QStringLiteral("fit"));
    actualSize =
        menu.add(QObject::tr("One screen pixel per image pixel (1:1)"), QObject::tr("0"), QStringLiteral("one-to-one"));
    zoomIn = menu.add(QObject::tr("Zoom in"), QKeySequence::ZoomIn);
    zoomOut = menu.add(QObject::tr("Zoom out"), QKeySequence::ZoomOut);
    maximise = menu.add(QObject::tr("Selected network alone"), QObject::tr("M"));
    maximise->setCheckable(true);
    menu.addSeparator();
    auto* nextLayer = menu.add(QObject::tr("Next &layer"), QObject::tr("L"));
    QObject::connect(nextLayer, &QAction::triggered, &session_, [this] {
        changeView([this](ViewSettings& view) {
            do {
                view.layer = layerTable[(static_cast<std::size_t>(view.layer) + 1) % layerTable.size()].layer;
            } while (!whyUnavailable(layerRow(view.layer), session_).isEmpty());
        });
    });
    addLayers(*menu.addMenu(QObject::tr("Layer")));
    const auto addToggle = [&](const QString& text, const QKeySequence& key, auto read, auto write) {
        auto* action = menu.add(text, key);
        action->setCheckable(true);
        QObject::connect(action, &QAction::triggered, &session_,
                         [this, write](bool on) { changeView([&](ViewSettings& view) { write(view, on); }); });
        const auto follow = [this, action, read] { action->setChecked(read(session_.view())); };
        QObject::connect(&session_, &Session::viewChanged, action, follow);
        follow();
    };
    addToggle(
        QObject::tr("Overlay half and half, as in the paper"), {},
        [](const ViewSettings& view) { return view.overlay == OverlayStyle::HalfAndHalf; },
        [](ViewSettings& view, bool on) { view.overlay = on ? OverlayStyle::HalfAndHalf : OverlayStyle::FollowMap; });
    addToggle(
        QObject::tr("Overlay on the input"), {}, [](const ViewSettings& view) { return view.overlayOnLr; },
        [](ViewSettings& view, bool on) { view.overlayOnLr = on; });
    addToggle(
        QObject::tr("Scale shared by all networks"), QObject::tr("S"),
        [](const ViewSettings& view) { return view.normalisation == Normalisation::Shared; },
        [](ViewSettings& view, bool on) { view.normalisation = on ? Normalisation::Shared : Normalisation::Own; });
    addToggle(
        QObject::tr("Areas of interest across networks"), QObject::tr("A"),
        [](const ViewSettings& view) { return view.areasOfInterest; },
        [](ViewSettings& view, bool on) { view.areasOfInterest = on; });
    menu.addSeparator();
}

void ProbeActions::addTools(MenuSection& menu) {
    degradation = menu.add(QObject::tr("De&gradation…"), QObject::tr("Ctrl+D"), QStringLiteral("rain"));
    degradation->setCheckable(true);  // ticked while there is one, whatever a click does
    const auto follow = [this] {
        const auto& now = session_.degradation();
        degradation->setChecked(!now.isClean());
        degradation->setToolTip(
            now.isClean() ? QObject::tr("Rain, blur, noise or JPEG that make the input worse than the open "
                                        "image")
                          : QObject::tr("The input is degraded by %1").arg(QString::fromStdString(toString(now))));
    };
    QObject::connect(degradation, &QAction::triggered, &session_, follow);
    QObject::connect(&session_, &Session::imageChanged, degradation, follow);
    follow();
    menu.addSeparator();
    diMap = menu.add(QObject::tr("Compute the DI map"), QObject::tr("G"));
    diMap->setToolTip(QObject::tr("Shows the layer, and goes on where computing was stopped"));
    QObject::connect(diMap, &QAction::triggered, &session_,
                     [this] { changeView([](ViewSettings& view) { view.layer = Layer::DiMap; }); });
    menu.addSeparator();
    sanity = menu.add(QObject::tr("Randomise parameters, check completeness…"), QObject::tr("Ctrl+R"),
                      QStringLiteral("dice"));
}

}  // namespace lamscope::ui
