// SPDX-License-Identifier: GPL-3.0-or-later
// Images that are much larger than the panes.
#include <QTest>

#include "ui/view/grid_fixture.h"
#include "view/overview.h"

namespace lamscope::ui {

using testing::plainImage;

namespace {

constexpr int largeWidth = 2040;
constexpr int largeHeight = 1356;

QRectF areaOf(const Box& box) {
    return {1.0 * box.x, 1.0 * box.y, 1.0 * box.size, 1.0 * box.size};
}

}  // namespace

class LargeImageTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        f_ = std::make_unique<testing::GridFixture>();
        QVERIFY(f_->isReady());
        f_->session.setImage({"large.png", "", plainImage(largeWidth, largeHeight, 0.6F)});
        QTRY_VERIFY(f_->view(0).picture().base != nullptr);
    }
    void cleanup() { f_.reset(); }

    void opensAtTheContextOfTheBox();
    void opensWholeWhereAnLrPixelIsLargeEnough();
    void aFinerScaleBringsTheContextNearer();
    void aJumpOfTheBoxMovesThePanes();
    void aDragInViewDoesNot();
    void arrowsTakeThePanesAlong();
    void aJumpKeepsTheZoomOfTheUser();
    void panesStayWhereTheUserPannedWhileMapsArrive();
    void aBoxAtTheBorderIsInView();
    void togglingShowsTheWholeAndComesBack();
    void anotherRoleShowsItsContext();
    void theOverviewAppearsInTheFirstPaneOnly();
    void theOverviewTakesClicksAndDrags();

private:
    [[nodiscard]] ViewTransform& transform() const { return f_->grid.transform(); }
    [[nodiscard]] bool isBoxInView() const { return transform().visible().contains(areaOf(f_->session.box())); }
    /// Side of an LR pixel on the screen.
    [[nodiscard]] double lrPixel() const {
        return transform().zoom() * f_->session.boxScale() / f_->grid.devicePixelRatioF();
    }
    [[nodiscard]] Overview& overview(std::size_t position) const { return *f_->view(position).findChild<Overview*>(); }
    /// The pixel of the first overview that shows a point of the scene.
    [[nodiscard]] QPoint inOverview(double x, double y) const {
        const auto size = overview(0).size();
        return {qRound(x / largeWidth * size.width()), qRound(y / largeHeight * size.height())};
    }

    std::unique_ptr<testing::GridFixture> f_;
};

void LargeImageTest::opensAtTheContextOfTheBox() {
    QVERIFY(!transform().isFitted());
    QVERIFY(lrPixel() >= 4.0);
    QVERIFY(isBoxInView());
    const auto middle = areaOf(f_->session.box()).center();
    QCOMPARE(transform().centre(), middle);
    // 64 LR pixels of a x4 network, in panes of this size.
    const double half = 0.5 * 64 * 4;
    QVERIFY(transform().visible().contains(QRectF(middle - QPointF(half, half), QSizeF(2.0 * half, 2.0 * half))));
    // In larger panes the context is as large as they allow: with a margin, and no LR pixel smaller than before.
    const double before = lrPixel();
    f_->grid.resize(2000, 1400);
    QVERIFY(lrPixel() > before);
    QCOMPARE(transform().centre(), middle);
}

void LargeImageTest::opensWholeWhereAnLrPixelIsLargeEnough() {
    f_->session.setImage({"small.png", "", plainImage(256, 256, 0.6F)});
    QVERIFY(transform().isFitted());
    QVERIFY(lrPixel() >= 4.0);
    QVERIFY(overview(0).isHidden());
}

void LargeImageTest::aFinerScaleBringsTheContextNearer() {
    const double before = transform().zoom();
    for (const auto id : {f_->first, f_->second}) {
        f_->session.updateNetwork(id, [](NetworkEntry& entry) { entry.card.scale = 2; });
    }
    QCOMPARE(f_->session.boxScale(), 2);
    QVERIFY(transform().zoom() > before);
    QVERIFY(lrPixel() >= 4.0);
}

void LargeImageTest::aJumpOfTheBoxMovesThePanes() {
    f_->session.setBox({1500, 300, 16});
    QCOMPARE(transform().centre(), QPointF(1508.0, 308.0));
    f_->session.undoStack().undo();
    QVERIFY(isBoxInView());
    QCOMPARE(transform().centre(), areaOf(f_->session.box()).center());
}

void LargeImageTest::aDragInViewDoesNot() {
    const auto centre = transform().centre();
    const auto box = f_->session.box();
    const auto from = f_->at(1, areaOf(box).center());
    QTest::mousePress(&f_->view(1), Qt::LeftButton, {}, from);
    QTest::mouseMove(&f_->view(1), from + QPoint(40, 20));
    QTest::mouseRelease(&f_->view(1), Qt::LeftButton, {}, from + QPoint(40, 20));
    QVERIFY(f_->session.box() != box);
    QCOMPARE(transform().centre(), centre);
    QTest::mouseClick(&f_->view(1), Qt::LeftButton, {}, from - QPoint(60, 40));  // a click elsewhere in view
    QCOMPARE(transform().centre(), centre);
}

void LargeImageTest::arrowsTakeThePanesAlong() {
    const double zoom = transform().zoom();
    for (int i = 0; i < 40; ++i) {
        QTest::keyClick(&f_->grid, Qt::Key_Right, Qt::ShiftModifier);
        QVERIFY(isBoxInView());
    }
    QVERIFY(f_->session.box().x > largeWidth / 2 + 600);
    QCOMPARE(transform().zoom(), zoom);
}

void LargeImageTest::aJumpKeepsTheZoomOfTheUser() {
    transform().setZoom(7.5);
    f_->session.setBox({100, 1200, 16});
    QVERIFY(isBoxInView());
    QCOMPARE(transform().zoom(), 7.5);
    // Too small to see anything: the context again.
    transform().setZoom(0.5);
    f_->session.setBox({1900, 20, 16});
    QVERIFY(isBoxInView());
    QVERIFY(lrPixel() >= 4.0);
}

void LargeImageTest::panesStayWhereTheUserPannedWhileMapsArrive() {
    transform().pan({-3000.0, 0.0});
    QVERIFY(!isBoxInView());
    const auto centre = transform().centre();
    f_->session.updateNetwork(f_->first, [](NetworkEntry& entry) { entry.result = testing::hotPixel(3, 3, 1.0); });
    f_->session.endDrag();
    QCOMPARE(transform().centre(), centre);
}

void LargeImageTest::aBoxAtTheBorderIsInView() {
    for (const auto& box : {Box{0, 0, 16}, Box{largeWidth, largeHeight, 16}}) {
        f_->session.setBox(box);
        QVERIFY(isBoxInView());
        // Nothing beside the image is shown.
        const auto visible = transform().visible();
        QVERIFY(std::abs(visible.width() * transform().zoom() - f_->view(0).width()) < 2.0);
    }
}

void LargeImageTest::togglingShowsTheWholeAndComesBack() {
    const double context = transform().zoom();
    f_->grid.toggleWhole();
    QVERIFY(transform().showsAll());
    f_->session.setBox({1500, 300, 16});  // in view: nothing moves
    QVERIFY(transform().showsAll());
    f_->grid.toggleWhole();
    QCOMPARE(transform().zoom(), context);
    QCOMPARE(transform().centre(), QPointF(1508.0, 308.0));
    transform().setZoom(3.0);
    f_->grid.toggleWhole();
    QVERIFY(transform().showsAll());
}

void LargeImageTest::anotherRoleShowsItsContext() {
    f_->session.setRole(ImageRole::Lr);  // each pixel of the image is an LR pixel now
    QVERIFY(isBoxInView());
    QVERIFY(lrPixel() >= 4.0);
    QVERIFY(lrPixel() < 8.0);
}

void LargeImageTest::theOverviewAppearsInTheFirstPaneOnly() {
    QVERIFY(overview(0).isVisible());
    QVERIFY(overview(1).isHidden());
    QVERIFY(f_->view(0).rect().contains(overview(0).geometry()));
    QVERIFY(overview(0).height() < f_->view(0).height() / 2);
    f_->grid.toggleWhole();
    QVERIFY(overview(0).isHidden());
    f_->grid.toggleWhole();
    QVERIFY(overview(0).isVisible());
    f_->session.updateNetwork(
        f_->first, [](NetworkEntry& entry) { entry.lr = plainImage(largeWidth / 4, largeHeight / 4, 0.4F); });
    f_->grid.setMaximised(ViewGrid::Maximised::Network, f_->first);
    QTRY_VERIFY(overview(0).isVisible());
    QCOMPARE(f_->pane(0).id(), f_->first);
}

void LargeImageTest::theOverviewTakesClicksAndDrags() {
    const auto box = f_->session.box();
    const double zoom = transform().zoom();
    const auto isNear = [&](double x, double y) {  // to a pixel of the overview
        const auto off = transform().centre() - QPointF(x, y);
        return std::hypot(off.x(), off.y()) < 2.0 * largeWidth / overview(0).width();
    };
    QTest::mouseClick(&overview(0), Qt::LeftButton, {}, inOverview(500.0, 1000.0));
    QVERIFY(isNear(500.0, 1000.0));
    QTest::mousePress(&overview(0), Qt::LeftButton, {}, inOverview(500.0, 1000.0));
    QTest::mouseMove(&overview(0), inOverview(1200.0, 700.0));
    QVERIFY(isNear(1200.0, 700.0));
    QTest::mouseMove(&overview(0), inOverview(1500.0, 400.0));
    QTest::mouseRelease(&overview(0), Qt::LeftButton, {}, inOverview(1500.0, 400.0));
    QVERIFY(isNear(1500.0, 400.0));
    QCOMPARE(transform().zoom(), zoom);
    QVERIFY(f_->session.box() == box);
    // It shows the place: lighter inside the outline than outside.
    const auto picture = overview(0).grab().toImage();
    QVERIFY(qGray(picture.pixel(inOverview(1500.0, 400.0))) > qGray(picture.pixel(inOverview(300.0, 1200.0))) + 20);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::LargeImageTest)
#include "large_image_test.moc"
