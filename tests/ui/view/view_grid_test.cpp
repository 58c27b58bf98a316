// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/view_grid.h"

#include <QApplication>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

#include "ui/view/grid_fixture.h"

namespace lamscope::ui {

using testing::hotPixel;
using testing::plainImage;
using testing::side;

namespace {

/// A wheel turned by `notches` away from the user.
void turnWheel(QWidget& widget, QPoint at, int notches, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, modifiers, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(&widget, &event);
}

void drag(QWidget& widget, QPoint from, QPoint to, Qt::MouseButton button = Qt::LeftButton) {
    QTest::mousePress(&widget, button, {}, from);
    QTest::mouseMove(&widget, (from + to) / 2);
    QTest::mouseMove(&widget, to);
    QTest::mouseRelease(&widget, button, {}, to);
}

}  // namespace

class ViewGridTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        f_ = std::make_unique<testing::GridFixture>();
        QVERIFY(f_->isReady());
    }
    void cleanup() { f_.reset(); }

    void inputAndShownNetworksHavePanesInTheirOrder();
    void panesAreReusedWhenTheListChanges();
    void panesDoNotOverlapAndFillTheGrid();
    void doubleClickOnAHeaderMaximises();
    void hiddenMaximisedNetworkGivesThePlaceBack();
    void peekingShowsAnotherNetworkInOnePane();
    void pressSelectsTheNetwork();
    void dragInsideMovesTheBoxByAsMuch();
    void aDragIsOneStepOfTheHistory();
    void clickElsewhereBringsTheBoxThere();
    void boxStaysInTheImage();
    void arrowsMoveByAPixelAndWithShiftByTheSize();
    void ctrlWheelChangesTheSize();
    void wheelZoomsAllPanesAroundThePointer();
    void middleAndRightButtonPanAllPanes();
    void anotherImageIsFitted();
    void closingWhilePicturesAreComputedIsSafe();
    void roleSwitchChangesTheSession();

private:
    std::unique_ptr<testing::GridFixture> f_;
};

void ViewGridTest::inputAndShownNetworksHavePanesInTheirOrder() {
    QCOMPARE(f_->grid.panes().size(), std::size_t{3});
    QCOMPARE(f_->pane(0).id(), ImagePane::input);
    QCOMPARE(f_->pane(1).id(), f_->first);
    f_->session.moveNetwork(f_->second, 0);
    QCOMPARE(f_->pane(1).id(), f_->second);
    QCOMPARE(f_->pane(2).id(), f_->first);
    f_->session.setShown(f_->second, false);
    QCOMPARE(f_->grid.panes().size(), std::size_t{2});
    QCOMPARE(f_->pane(1).id(), f_->first);
    f_->session.removeNetwork(f_->first);
    QCOMPARE(f_->grid.panes().size(), std::size_t{1});
}

void ViewGridTest::panesAreReusedWhenTheListChanges() {
    const auto* const before = &f_->pane(2);
    f_->session.moveNetwork(f_->second, 0);
    QCOMPARE(&f_->pane(1), before);
}

void ViewGridTest::panesDoNotOverlapAndFillTheGrid() {
    QRegion covered;
    for (auto* each : f_->grid.panes()) {
        QVERIFY(f_->grid.rect().contains(each->geometry()));
        QVERIFY(!covered.intersects(each->geometry()));
        QCOMPARE(each->size(), f_->pane(0).size());
        covered |= each->geometry();
    }
    // Three square images on 10 : 9 are largest in two columns; beside each other in a low window.
    f_->grid.resize(1000, 900);
    QCOMPARE(f_->pane(2).x(), f_->pane(0).x());
    f_->grid.resize(1000, 330);
    QCOMPARE(f_->pane(2).y(), f_->pane(0).y());
}

void ViewGridTest::doubleClickOnAHeaderMaximises() {
    auto* header = &f_->header(2);
    QSignalSpy spy(&f_->grid, &ViewGrid::maximisedChanged);
    QTest::mouseDClick(header, Qt::LeftButton, {}, {40, 8});
    QCOMPARE(spy.count(), 1);
    QCOMPARE(f_->grid.panes().size(), std::size_t{1});
    QCOMPARE(f_->pane(0).id(), f_->second);
    QCOMPARE(f_->pane(0).size(), f_->grid.size());
    QTest::mouseDClick(header, Qt::LeftButton, {}, {40, 8});
    QCOMPARE(f_->grid.panes().size(), std::size_t{3});
}

void ViewGridTest::hiddenMaximisedNetworkGivesThePlaceBack() {
    f_->grid.setMaximised(ViewGrid::Maximised::Network, f_->second);
    f_->session.setShown(f_->second, false);
    QVERIFY(f_->grid.maximised() == ViewGrid::Maximised::None);
    QCOMPARE(f_->grid.panes().size(), std::size_t{2});
    f_->grid.setMaximised(ViewGrid::Maximised::Input);
    QCOMPARE(f_->pane(0).id(), ImagePane::input);
}

void ViewGridTest::peekingShowsAnotherNetworkInOnePane() {
    const auto hasResultOf = [&](std::size_t position, NetworkId id) {
        return f_->view(position).picture().image == f_->session.network(id)->sr
               && f_->pane(position).accessibleName() == f_->session.network(id)->name();
    };
    QTest::mouseMove(&f_->view(2), {60, 60});
    f_->grid.peek(f_->first);
    QVERIFY(hasResultOf(1, f_->first));
    QVERIFY(hasResultOf(2, f_->first));
    f_->grid.endPeek();
    QVERIFY(hasResultOf(2, f_->second));
    QTest::mouseMove(&f_->view(0), {60, 60});  // the input, whose own controls give way
    f_->grid.peek(f_->second);
    QVERIFY(hasResultOf(0, f_->second));
    QVERIFY(!f_->header(0).value().isEmpty());
    f_->grid.endPeek();
    QCOMPARE(f_->pane(0).accessibleName(), QStringLiteral("Input"));
    QVERIFY(f_->view(0).picture().image == f_->session.image().pixels);
    QVERIFY(f_->header(0).value().isEmpty());
    // Without a pointer: the selected network's pane. A network that is hidden has a picture, too.
    QCursor::setPos(f_->grid.mapToGlobal(QPoint(-50, 10)));
    f_->session.select(f_->first);
    f_->session.setShown(f_->second, false);
    f_->grid.peek(f_->second);
    QVERIFY(hasResultOf(1, f_->second));
    f_->session.removeNetwork(f_->first);  // its pane goes while another network is shown in it
    f_->grid.endPeek();
    QCOMPARE(f_->grid.panes().size(), std::size_t{1});
}

void ViewGridTest::pressSelectsTheNetwork() {
    QCOMPARE(f_->session.selected(), f_->first);
    QTest::mouseClick(&f_->view(2), Qt::LeftButton, {}, {60, 60});
    QCOMPARE(f_->session.selected(), f_->second);
    QTest::mouseClick(&f_->header(1), Qt::LeftButton, {}, {40, 8});
    QCOMPARE(f_->session.selected(), f_->first);
}

void ViewGridTest::dragInsideMovesTheBoxByAsMuch() {
    f_->session.setBox({100, 90, 16});
    drag(f_->view(1), f_->at(1, {103.0, 95.0}), f_->at(1, {123.0, 65.0}));
    QVERIFY((f_->session.box() == Box{120, 60, 16}));
    QVERIFY(!f_->session.isDragging());
    drag(f_->view(0), f_->at(0, {130.0, 70.0}), f_->at(0, {131.0, 72.0}));  // and so on the input
    QVERIFY((f_->session.box() == Box{121, 62, 16}));
}

void ViewGridTest::aDragIsOneStepOfTheHistory() {
    f_->session.setBox({100, 90, 16});
    drag(f_->view(1), f_->at(1, {103.0, 95.0}), f_->at(1, {123.0, 65.0}));
    f_->session.undoStack().undo();
    QVERIFY((f_->session.box() == Box{100, 90, 16}));
}

void ViewGridTest::clickElsewhereBringsTheBoxThere() {
    f_->session.setBox({100, 90, 16});
    f_->grid.clearFocus();
    QTest::mouseClick(&f_->view(2), Qt::LeftButton, {}, f_->at(2, {50.0, 200.0}));
    QVERIFY((f_->session.box() == Box{42, 192, 16}));
    QTRY_VERIFY(f_->grid.hasFocus());  // the arrow keys are at hand
}

void ViewGridTest::boxStaysInTheImage() {
    f_->session.setBox({100, 90, 16});
    drag(f_->view(1), f_->at(1, {108.0, 98.0}), f_->at(1, {-500.0, 9000.0}));
    const auto box = f_->session.box();
    QCOMPARE(box.size, 16);
    QVERIFY(box.x >= 0 && box.x <= 1);
    QVERIFY(box.y <= side - 16 && box.y >= side - 17);
}

void ViewGridTest::arrowsMoveByAPixelAndWithShiftByTheSize() {
    f_->session.setBox({100, 90, 16});
    QTest::keyClick(&f_->grid, Qt::Key_Right);
    QTest::keyClick(&f_->grid, Qt::Key_Down);
    QTest::keyClick(&f_->grid, Qt::Key_Down);
    QVERIFY((f_->session.box() == Box{101, 92, 16}));
    QTest::keyClick(&f_->grid, Qt::Key_Left, Qt::ShiftModifier);
    QTest::keyClick(&f_->grid, Qt::Key_Up, Qt::ShiftModifier);
    QVERIFY((f_->session.box() == Box{85, 76, 16}));
    QVERIFY(!f_->session.isDragging());
    f_->session.undoStack().undo();
    QVERIFY((f_->session.box() == Box{85, 92, 16}));
}

void ViewGridTest::ctrlWheelChangesTheSize() {
    f_->session.setBox({100, 90, 16});
    const double zoom = f_->grid.transform().zoom();
    turnWheel(f_->view(1), {50, 50}, 2, Qt::ControlModifier);
    QVERIFY((f_->session.box() == Box{99, 89, 18}));
    turnWheel(f_->view(1), {50, 50}, -1, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY((f_->session.box() == Box{103, 93, 10}));
    turnWheel(f_->view(1), {50, 50}, -40, Qt::ControlModifier);
    QCOMPARE(f_->session.box().size, 1);
    QCOMPARE(f_->grid.transform().zoom(), zoom);
}

void ViewGridTest::wheelZoomsAllPanesAroundThePointer() {
    const auto pointer = f_->at(2, {60.0, 70.0});
    const auto scene = f_->view(2).toScene(pointer);
    turnWheel(f_->view(2), pointer, 4);
    const double zoom = f_->grid.transform().zoom();
    QVERIFY(zoom > 2.0);
    const auto now = f_->view(2).toScene(pointer);
    QVERIFY(std::abs(now.x() - scene.x()) <= 1.0 && std::abs(now.y() - scene.y()) <= 1.0);
    QCOMPARE(f_->view(1).toScene(pointer), now);  // equal sizes: the same place
    turnWheel(f_->view(1), pointer, -4);
    QVERIFY(std::abs(f_->grid.transform().zoom() - 1.0) < 1e-9);
}

void ViewGridTest::middleAndRightButtonPanAllPanes() {
    f_->grid.transform().setZoom(8.0);
    const auto box = f_->session.box();
    for (const auto button : {Qt::MiddleButton, Qt::RightButton}) {
        const auto before = f_->view(1).toScene({50, 50});
        drag(f_->view(2), {50, 50}, {90, 26}, button);
        QCOMPARE(f_->view(1).toScene({90, 26}), before);
        QCOMPARE(f_->view(2).toScene({90, 26}), before);
    }
    QVERIFY(f_->session.box() == box);
}

void ViewGridTest::anotherImageIsFitted() {
    f_->grid.transform().setZoom(8.0);
    f_->session.setImage({"other.png", "", plainImage(300, 200, 0.5F)});
    QVERIFY(f_->grid.transform().isFitted());
    QCOMPARE(f_->grid.transform().centre(), QPointF(150.0, 100.0));
    const auto corner = f_->view(1).fromScene({300.0, 200.0});
    QVERIFY(corner.x() <= f_->view(1).width() + 1 && corner.y() <= f_->view(1).height() + 1);
}

void ViewGridTest::closingWhilePicturesAreComputedIsSafe() {
    f_->change([](ViewSettings& settings) {
        settings.layer = Layer::Area;
        settings.areasOfInterest = true;
    });
    f_->session.setImage({"large.png", "", plainImage(1500, 1500, 0.5F)});
    f_->add("PAN", hotPixel(3, 3, 1.0));
    auto another = std::make_unique<ViewGrid>(f_->session);
    another.reset();
    f_->session.setBox({7, 7, 16});
    QTRY_VERIFY(f_->view(0).picture().base != nullptr);
    QCOMPARE(f_->view(0).picture().base->size(), QSize(1500, 1500));
}

void ViewGridTest::roleSwitchChangesTheSession() {
    QVERIFY(f_->session.role() == ImageRole::Hr);
    const auto button = [&](const QString& text) {
        for (auto* each : f_->pane(0).findChildren<QToolButton*>()) {
            if (each->text() == text) {
                return each;
            }
        }
        return static_cast<QToolButton*>(nullptr);
    };
    QTest::mouseClick(button(QStringLiteral("LR")), Qt::LeftButton);
    QVERIFY(f_->session.role() == ImageRole::Lr);
    QVERIFY(!button(QStringLiteral("Pillow"))->isVisible());
    QTest::mouseClick(button(QStringLiteral("HR")), Qt::LeftButton);
    QVERIFY(f_->session.role() == ImageRole::Hr);
    button(QStringLiteral("Pillow"))->menu()->actions().at(1)->trigger();
    QVERIFY(f_->session.reduction() == Reduction::Matlab);
    button(QStringLiteral("MATLAB"))->menu()->actions().at(2)->trigger();
    QVERIFY(f_->session.reduction() == Reduction::Bilinear);
    QVERIFY(button(QStringLiteral("Bilinear")) != nullptr);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::ViewGridTest)
#include "view_grid_test.moc"
