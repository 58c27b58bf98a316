// SPDX-License-Identifier: GPL-3.0-or-later
// What the window gives its room to: shares of pictures, panels that come and go, sizes that fit small screens.
#include <QComboBox>
#include <QDockWidget>
#include <QHeaderView>
#include <QListView>
#include <QScrollBar>
#include <QSettings>
#include <QTabBar>
#include <QTableView>
#include <QTextBrowser>
#include <QToolBar>
#include <QToolButton>

#include "dialogs/settings_dialog.h"
#include "panels/network_delegate.h"
#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::WindowFixture;

namespace {

const QStringList bottomDocks{QStringLiteral("curves"), QStringLiteral("results"), QStringLiteral("receptive-field"),
                              QStringLiteral("restoration"), QStringLiteral("log")};

/// A window of this size with maps of so many networks.
class SpaceFixture : public WindowFixture {
public:
    SpaceFixture(QSize size, int networks) {
        openImage();
        for (int i = 1; i <= networks; ++i) {
            add(qPrintable(QStringLiteral("global.pth:name=Network %1").arg(i)));
        }
        resize(size);
    }

    void resize(QSize size) const {
        window->resize(size);
        QTRY_COMPARE(window->size(), size);
        QCoreApplication::processEvents();
    }

    [[nodiscard]] QDockWidget& dock(const QString& name) const {
        auto* found = window->findChild<QDockWidget*>(name);
        if (found == nullptr) {
            throw std::logic_error("no such dock");
        }
        return *found;
    }
    [[nodiscard]] QListView& list() const { return *dock(QStringLiteral("networks")).findChild<QListView*>(); }
    [[nodiscard]] QTextBrowser& card() const { return *dock(QStringLiteral("networks")).findChild<QTextBrowser*>(); }

    void showTab(const QString& text) const {
        for (auto* bar : window->findChildren<QTabBar*>()) {
            for (int i = 0; i < bar->count(); ++i) {
                if (bar->tabText(i) == text) {
                    QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(i).center());
                    return;
                }
            }
        }
        QFAIL("no such tab");
    }

    /// Of the window's pixels, those that the images cover.
    [[nodiscard]] double pictureShare() const {
        double covered = 0.0;
        for (auto* pane : window->probe().grid().panes()) {
            const auto& shown = pane->view();
            const QRectF picture(shown.fromScene({0.0, 0.0}),
                                 shown.fromScene({1.0 * session().gridWidth(), 1.0 * session().gridHeight()}));
            const auto seen = picture & QRectF(shown.rect());
            covered += seen.width() * seen.height();
        }
        return covered / (1.0 * window->width() * window->height());
    }
};

}  // namespace

class SpaceTest : public QObject {
    Q_OBJECT

private slots:
    void picturesCoverMostOfTheWindow();
    void theResultsShowAllColumns_data();
    void theResultsShowAllColumns();
    void theWindowFitsASmallScreen();
    void theToolbarShortensWhatSaysLeast();
    void tabHidesAndShowsThePanels();
    void tabGoesOnInControlsAndDialogs();
    void theLayoutOfTheUserIsKept();
    void aLayoutOfOtherDocksIsLeftAside();
    void theCardOpensOverTheListAndCloses();
    void theLogIsATab();
    void oneColourBarStandsForASharedScale();
    void f11FillsTheScreen();
};

void SpaceTest::picturesCoverMostOfTheWindow() {
    const SpaceFixture fixture({1400, 900}, 5);
    QVERIFY(fixture.waitForMaps());
    QCOMPARE(fixture.window->probe().grid().panes().size(), std::size_t{6});
    const auto share = [&] { return fixture.pictureShare(); };
    QVERIFY2(share() >= 0.42, qPrintable(QString::number(share())));
    fixture.window->probe().grid().setFocus();
    fixture.key(Qt::Key_Tab);
    QTRY_VERIFY2(share() >= 0.60, qPrintable(QString::number(share())));
}

void SpaceTest::theResultsShowAllColumns_data() {
    QTest::addColumn<QSize>("size");
    QTest::newRow("1280 x 800") << QSize(1280, 800);
    QTest::newRow("1024 x 600") << QSize(1024, 600);
}

void SpaceTest::theResultsShowAllColumns() {
    QFETCH(QSize, size);
    SpaceFixture fixture(size, 0);
    // Every column has values: PSNR needs HR, the estimate needs refined maps, ΔDI a second network.
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    fixture.session().setRole(ImageRole::Hr);
    fixture.add("global.pth:name=A network with a rather long name");
    fixture.add("global.pth:name=Second");
    QVERIFY(fixture.waitForMaps());
    fixture.showTab(QStringLiteral("Results"));
    const auto& table = *fixture.dock(QStringLiteral("results")).findChild<QTableView*>();
    QTRY_VERIFY(table.isVisible());
    const auto& header = *table.horizontalHeader();
    QTRY_COMPARE(table.horizontalScrollBar()->maximum(), 0);
    QVERIFY(!table.horizontalScrollBar()->isVisible());
    QCOMPARE(header.count() - header.hiddenSectionCount(), 13);
    for (int column = 1; column < header.count(); ++column) {
        const auto text = table.model()->index(0, column).data().toString();
        QVERIFY2(
            header.isSectionHidden(column) || header.sectionSize(column) > table.fontMetrics().horizontalAdvance(text),
            qPrintable(text));
    }
}

void SpaceTest::theWindowFitsASmallScreen() {
    const SpaceFixture fixture({1400, 900}, 5);
    QVERIFY(fixture.waitForMaps());
    const auto fits = [&] {
        const auto least = fixture.window->minimumSizeHint();
        return least.width() <= 1024 && least.height() <= 600;
    };
    for (const auto* tab : {"Curves", "Results", "Log"}) {
        fixture.showTab(QString::fromLatin1(tab));
        QVERIFY2(fits(), tab);
    }
    fixture.resize({1024, 600});
    // A long line under the pointer or a computation does not widen it.
    fixture.session().setProgress({.busy = true, .what = QString(200, QLatin1Char('x')), .done = 5, .planned = 10});
    QCoreApplication::processEvents();
    QVERIFY(fits());
    QCOMPARE(fixture.window->size(), QSize(1024, 600));
}

void SpaceTest::theToolbarShortensWhatSaysLeast() {
    const SpaceFixture fixture({1800, 900}, 1);
    auto* bar = fixture.window->findChild<QToolBar*>(QStringLiteral("toolbar"));
    QVERIFY(bar != nullptr);
    const auto captionWidth = [&](const char* text) {
        for (const auto* label : bar->findChildren<QLabel*>()) {
            if (label->text().startsWith(QLatin1String(text))) {
                return label->width();
            }
        }
        return -1;
    };
    const auto* tabs = bar->findChild<QTabBar*>();
    QVERIFY(tabs != nullptr);
    QTRY_COMPARE(captionWidth("Opacity"), 0);
    QVERIFY(captionWidth("Context") > 0);
    QCOMPARE(tabs->tabText(1), QStringLiteral("Study"));
    fixture.resize({2400, 900});
    QTRY_VERIFY(captionWidth("Opacity") > 0);
    fixture.resize({1024, 600});
    QTRY_COMPARE(captionWidth("Context"), 0);
    QTRY_COMPARE(tabs->width(), 0);  // they are in the menu
    fixture.resize({1280, 800});
    QTRY_VERIFY(tabs->width() > 0);
    QCOMPARE(tabs->tabText(1), QString());
    QCOMPARE(tabs->accessibleTabName(1), QStringLiteral("Study"));
    fixture.resize({1024, 600});
    QTRY_COMPARE(tabs->width(), 0);
    // No control is in the menu at the end.
    for (const auto* box : bar->findChildren<QComboBox*>(QString(), Qt::FindDirectChildrenOnly)) {
        const auto name = box->accessibleName();
        QVERIFY(!name.isEmpty());
        QVERIFY2(box->isVisible() || name == QStringLiteral("Stride"), qPrintable(name));
    }
}

void SpaceTest::tabHidesAndShowsThePanels() {
    const SpaceFixture fixture({1400, 900}, 2);
    QVERIFY(fixture.waitForMaps());
    fixture.showTab(QStringLiteral("Results"));
    const auto& networks = fixture.dock(QStringLiteral("networks"));
    const auto& results = fixture.dock(QStringLiteral("results"));
    QTRY_VERIFY(!results.widget()->visibleRegion().isEmpty());
    const auto height = results.height();
    fixture.window->probe().grid().setFocus();
    fixture.key(Qt::Key_Tab);
    QVERIFY(networks.isHidden());
    for (const auto& name : bottomDocks) {
        QVERIFY(fixture.dock(name).isHidden());
    }
    QVERIFY(fixture.window->probe().grid().hasFocus());
    fixture.key(Qt::Key_Tab);
    QVERIFY(!networks.isHidden());
    QTRY_VERIFY(!results.widget()->visibleRegion().isEmpty());  // the tab that was in front
    QTRY_COMPARE(results.height(), height);
    // Where nothing has the focus, the key goes to the window.
    fixture.window->focusWidget()->clearFocus();
    fixture.key(Qt::Key_Tab);
    QVERIFY(networks.isHidden());
}

void SpaceTest::tabGoesOnInControlsAndDialogs() {
    const SpaceFixture fixture({1400, 900}, 2);
    QVERIFY(fixture.waitForMaps());
    const auto& networks = fixture.dock(QStringLiteral("networks"));
    fixture.list().setFocus();
    fixture.key(Qt::Key_Tab);
    QVERIFY(!networks.isHidden());
    QVERIFY(!fixture.list().hasFocus());

    fixture.key(Qt::Key_Comma, Qt::ControlModifier);
    auto* dialog = fixture.window->findChild<SettingsDialog*>();
    QVERIFY(dialog != nullptr);
    QVERIFY(QTest::qWaitForWindowActive(dialog));
    const auto* before = dialog->focusWidget();
    QTest::keyClick(dialog->focusWidget() != nullptr ? dialog->focusWidget() : dialog, Qt::Key_Tab);
    QVERIFY(dialog->focusWidget() != nullptr && dialog->focusWidget() != before);
    QVERIFY(!networks.isHidden());
}

void SpaceTest::theLayoutOfTheUserIsKept() {
    SpaceFixture fixture({1400, 900}, 1);
    QVERIFY(fixture.waitForMaps());
    fixture.dock(QStringLiteral("log")).close();
    fixture.window->probe().grid().setFocus();
    fixture.key(Qt::Key_Tab);
    QVERIFY(fixture.dock(QStringLiteral("curves")).isHidden());
    fixture.window->close();  // while the panels are hidden
    fixture.open();
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    QTRY_VERIFY(fixture.dock(QStringLiteral("curves")).isVisible());
    QVERIFY(!fixture.dock(QStringLiteral("networks")).isHidden());
    QVERIFY(!fixture.dock(QStringLiteral("results")).isHidden());
    QVERIFY(fixture.dock(QStringLiteral("log")).isHidden());
}

void SpaceTest::aLayoutOfOtherDocksIsLeftAside() {
    SpaceFixture fixture({1400, 900}, 1);
    fixture.window.reset();
    {
        // As version 1 wrote it: results at the right, no log.
        QMainWindow before;
        for (const auto& [name, area] :
             {std::pair("networks", Qt::LeftDockWidgetArea), std::pair("curves", Qt::BottomDockWidgetArea),
              std::pair("results", Qt::RightDockWidgetArea)}) {
            auto* dock = new QDockWidget;
            dock->setObjectName(QLatin1String(name));
            before.addDockWidget(area, dock);
        }
        QSettings store(QString::fromStdString((fixture.files.path() / "state/lamscope.ini").string()),
                        QSettings::IniFormat);
        store.setValue(QStringLiteral("window/layout"), before.saveState(1));
    }
    fixture.open();
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    for (const auto& name : bottomDocks) {
        QVERIFY(fixture.window->dockWidgetArea(&fixture.dock(name)) == Qt::BottomDockWidgetArea);
        QVERIFY(!fixture.dock(name).isHidden());
    }
}

void SpaceTest::theCardOpensOverTheListAndCloses() {
    const SpaceFixture fixture({1400, 900}, 3);
    QVERIFY(fixture.waitForMaps());
    auto& list = fixture.list();
    auto& card = fixture.card();
    QVERIFY(list.isVisible() && !card.isVisible());
    const auto clickButton = [&](int row) {
        const auto index = list.model()->index(row, 0);
        QStyleOptionViewItem option;
        option.initFrom(&list);
        option.widget = &list;
        option.rect = list.visualRect(index);
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, NetworkDelegate::cardButtonRect(option).center());
    };
    clickButton(1);
    QVERIFY(card.isVisible() && !list.isVisible());
    QVERIFY(card.toPlainText().contains(QStringLiteral("Network 2")));
    QVERIFY(card.hasFocus());
    // The card follows the selection.
    fixture.session().select(fixture.session().networks()[2].id);
    QVERIFY(card.toPlainText().contains(QStringLiteral("Network 3")));

    QTest::keyClick(&card, Qt::Key_Escape);
    QVERIFY(list.isVisible() && !card.isVisible());

    clickButton(0);
    for (auto* button : fixture.dock(QStringLiteral("networks")).findChildren<QToolButton*>()) {
        if (button->text() == QStringLiteral("Back")) {
            QTest::mouseClick(button, Qt::LeftButton);
        }
    }
    QVERIFY(list.isVisible() && !card.isVisible());

    // The key opens it from the views and gives the focus back to them; also while the panels are hidden.
    fixture.window->probe().grid().setFocus();
    fixture.key(Qt::Key_Tab);
    fixture.key(Qt::Key_I);
    QVERIFY(card.isVisible() && card.hasFocus());
    fixture.key(Qt::Key_Escape);
    QVERIFY(list.isVisible());
    QVERIFY(fixture.window->probe().grid().hasFocus());
}

void SpaceTest::theLogIsATab() {
    const SpaceFixture fixture({1400, 900}, 1);
    QVERIFY(fixture.waitForMaps());
    const auto& log = fixture.dock(QStringLiteral("log"));
    QVERIFY(log.widget()->visibleRegion().isEmpty());
    fixture.key(Qt::Key_L, Qt::ControlModifier);
    QTRY_VERIFY(!log.widget()->visibleRegion().isEmpty());
    QVERIFY(fixture.dock(QStringLiteral("curves")).widget()->visibleRegion().isEmpty());
}

void SpaceTest::oneColourBarStandsForASharedScale() {
    const SpaceFixture fixture({1400, 900}, 3);
    QVERIFY(fixture.waitForMaps());
    const auto shownBars = [&] {
        int count = 0;
        for (const auto* bar : fixture.window->probe().grid().findChildren<ColourBar*>()) {
            count += bar->isVisible() && bar->colours() != nullptr ? 1 : 0;
        }
        return count;
    };
    QCOMPARE(shownBars(), 3);
    fixture.key(Qt::Key_S);
    QCOMPARE(shownBars(), 1);
    fixture.key(Qt::Key_S);
    QCOMPARE(shownBars(), 3);
}

void SpaceTest::f11FillsTheScreen() {
    const SpaceFixture fixture({800, 600}, 0);
    fixture.key(Qt::Key_F11);
    QTRY_VERIFY(fixture.window->isFullScreen());
    QVERIFY(fixture.window->actions().fullScreen->isChecked());
    fixture.key(Qt::Key_F11);
    QTRY_VERIFY(!fixture.window->isFullScreen());
    QVERIFY(!fixture.window->actions().fullScreen->isChecked());
}

}  // namespace lamscope::ui

int main(int argc, char** argv) {
    QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    QApplication application(argc, argv);
    lamscope::ui::SpaceTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "space_test.moc"
