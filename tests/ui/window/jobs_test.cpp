// SPDX-License-Identifier: GPL-3.0-or-later
// How work in the window is stopped and goes on, by mouse and keys.
#include <QAbstractButton>
#include <QApplication>
#include <QTreeWidget>

#include "dialogs/sanity_dialog.h"
#include "ui/window/window_fixture.h"
#include "workspaces/probe/sanity_run.h"

namespace lamscope::ui {

using testing::WindowFixture;

class JobsTest : public QObject {
    Q_OBJECT

private slots:
    void hidingAPaneEndsItsDrag();
    void stoppedItSaysSoAndGoesOnWithTheNextChange();
    void theCheckEndsWhenTheRoleChanges();
    void escapeEndsTheCheckInTheWindowAndInItsDialog();
    void theCheckEndsWithItsEngine();
    void resultsOfAnEarlierCheckAreNotShown();
    void saveAsAndCancelKeepsTheFile();
};

namespace {

QAbstractButton* buttonOf(const QWidget& parent, const QString& text) {
    for (auto* button : parent.findChildren<QAbstractButton*>()) {
        if (button->isVisible() && button->text().remove(QLatin1Char('&')) == text) {
            return button;
        }
    }
    return nullptr;
}

bool showsLabel(const QWidget& parent, const QString& words) {
    return std::ranges::any_of(testing::shownTexts(parent), [&](const QString& text) { return text.contains(words); });
}

/// A window with a network that takes seconds for a map, and the dialog of the check, running.
class RunningCheck : public WindowFixture {
public:
    RunningCheck() {
        openImage();
        id = add("slow.pth");
        start();
    }

    SanityDialog& dialog() const { return *window->findChild<SanityDialog*>(); }
    [[nodiscard]] bool isRunning() const { return buttonOf(dialog(), QStringLiteral("Cancel")) != nullptr; }
    [[nodiscard]] bool waitForEnd() const {
        return QTest::qWaitFor([this] { return !isRunning(); }, testing::patienceMs);
    }
    void run() const {
        QTest::mouseClick(buttonOf(dialog(), QStringLiteral("Run")), Qt::LeftButton);
        QVERIFY(isRunning());
    }

    NetworkId id = 0;

private:
    void start() const {
        QVERIFY(QTest::qWaitFor([this] { return entry(id).result != nullptr; }, testing::patienceMs));
        key(Qt::Key_R, Qt::ControlModifier);
        QVERIFY(QTest::qWaitForWindowActive(&dialog()));
        run();
    }
};

}  // namespace

void JobsTest::hidingAPaneEndsItsDrag() {
    WindowFixture fixture;
    fixture.openImage();
    const auto first = fixture.add("global.pth:name=First");
    const auto second = fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    auto& view = fixture.view(first);
    QTest::mousePress(&view, Qt::LeftButton, Qt::NoModifier, fixture.at(first, 100, 100));
    QTest::mouseMove(&view, fixture.at(first, 140, 120));
    QVERIFY(fixture.session().isDragging());
    fixture.key(Qt::Key_1);
    QVERIFY(!fixture.entry(first).shown);
    QVERIFY(!fixture.session().isDragging());
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.entry(second).finished);
    // The pane comes back without the drag.
    fixture.key(Qt::Key_1);
    const auto box = fixture.session().box();
    QTest::mouseMove(&fixture.view(first), fixture.at(first, 200, 200));
    QCOMPARE(fixture.session().box(), box);
}

void JobsTest::stoppedItSaysSoAndGoesOnWithTheNextChange() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("slow.pth");
    QVERIFY(QTest::qWaitFor([&] { return fixture.entry(id).result != nullptr; }, testing::patienceMs));
    fixture.key(Qt::Key_Escape);
    const auto says = [&] { return showsLabel(*fixture.window, QStringLiteral("Stopped")); };
    QVERIFY(says());
    // Nothing that is still on its way says otherwise.
    const auto nodes = fixture.entry(id).result->nodes;
    bool idle = false;
    connect(&fixture.window->controller(), &LiveController::idle, this, [&] { idle = true; });
    QVERIFY(QTest::qWaitFor([&] { return idle; }, testing::patienceMs));
    QVERIFY(says());
    QVERIFY(!fixture.session().progress().busy);
    QVERIFY(!fixture.entry(id).finished);
    QVERIFY(fixture.entry(id).result->nodes <= 3 * nodes);
    fixture.key(Qt::Key_Right);
    QVERIFY(fixture.waitForMaps());
    QVERIFY(!says());
}

void JobsTest::theCheckEndsWhenTheRoleChanges() {
    const RunningCheck fixture;
    QVERIFY(showsLabel(fixture.dialog(), QStringLiteral("stripes.png as LR")));
    auto* hr = buttonOf(fixture.window->probe().grid(), QStringLiteral("HR"));
    QVERIFY(hr != nullptr);
    QTest::mouseClick(hr, Qt::LeftButton);
    QVERIFY(fixture.waitForEnd());
    QVERIFY(buttonOf(fixture.dialog(), QStringLiteral("Run")) != nullptr);
    QVERIFY(showsLabel(fixture.dialog(), QStringLiteral("another image, role or reduction")));
    QCOMPARE(fixture.dialog().findChild<QTreeWidget*>()->topLevelItemCount(), 0);
}

void JobsTest::escapeEndsTheCheckInTheWindowAndInItsDialog() {
    const RunningCheck fixture;
    fixture.key(Qt::Key_Escape);
    QVERIFY(fixture.waitForEnd());
    QVERIFY(showsLabel(fixture.dialog(), QStringLiteral("Stopped before its end")));

    fixture.dialog().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&fixture.dialog()));
    fixture.run();
    QTest::keyClick(&fixture.dialog(), Qt::Key_Escape);
    QVERIFY(fixture.waitForEnd());
    QVERIFY(fixture.dialog().isVisible());
    QTest::keyClick(&fixture.dialog(), Qt::Key_Escape);  // nothing runs: now it closes
    QVERIFY(!fixture.dialog().isVisible());
}

void JobsTest::theCheckEndsWithItsEngine() {
    const RunningCheck fixture;
    LiveEngineOptions options;
    options.load = test::loadAnalytic;
    fixture.window->controller().restart(options);
    QVERIFY(!fixture.isRunning());
    QVERIFY(showsLabel(fixture.dialog(), QStringLiteral("other settings")));

    // The next engine checks, too.
    QVERIFY(QTest::qWaitFor([&] { return fixture.entry(fixture.id).state == NetworkEntry::State::Ready; },
                            testing::patienceMs));
    fixture.run();
    QTest::mouseClick(buttonOf(fixture.dialog(), QStringLiteral("Cancel")), Qt::LeftButton);
    QVERIFY(fixture.waitForEnd());
    QVERIFY(showsLabel(fixture.dialog(), QStringLiteral("Stopped before its end")));
}

void JobsTest::resultsOfAnEarlierCheckAreNotShown() {
    const RunningCheck fixture;
    auto* run = fixture.dialog().findChild<SanityRun*>();
    QTest::mouseClick(buttonOf(fixture.dialog(), QStringLiteral("Cancel")), Qt::LeftButton);
    QVERIFY(fixture.waitForEnd());
    fixture.run();
    // As it would still lie in the queue: the first check's.
    live::SanityChecked late;
    late.run = 1;
    late.id = fixture.id;
    late.correlation = 0.25;
    late.done = 3;
    late.total = 3;
    emit run->checked(late);
    emit run->ended({.run = 1, .reason = live::SanityEnded::Reason::Done});
    QCOMPARE(fixture.dialog().findChild<QTreeWidget*>()->topLevelItemCount(), 0);
    QVERIFY(fixture.isRunning());
}

void JobsTest::saveAsAndCancelKeepsTheFile() {
    WindowFixture fixture;
    fixture.openImage();
    QVERIFY(QTest::qWaitFor([&] { return fixture.session().hasImage(); }, testing::patienceMs));
    int saved = 0;
    connect(&fixture.window->files(), &FileOpener::sessionSaved, this, [&] { ++saved; });
    fixture.key(Qt::Key_S, Qt::ControlModifier);
    testing::chooseInDialog(QString::fromStdString((fixture.files.path() / "mine.lamscope").string()));
    QVERIFY(QTest::qWaitFor([&] { return saved == 1; }, testing::patienceMs));
    const auto title = fixture.window->windowTitle();
    QVERIFY(title.contains(QStringLiteral("mine.lamscope")));

    fixture.key(Qt::Key_S, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(QTest::qWaitFor([] { return qobject_cast<QFileDialog*>(QApplication::activeWindow()) != nullptr; },
                            testing::patienceMs));
    QTest::keyClick(QApplication::activeWindow(), Qt::Key_Escape);
    fixture.key(Qt::Key_S, Qt::ControlModifier);
    QVERIFY(QTest::qWaitFor([&] { return saved == 2; }, testing::patienceMs));
    QCOMPARE(fixture.window->windowTitle(), title);
}

}  // namespace lamscope::ui

int main(int argc, char** argv) {
    QApplication::setAttribute(Qt::AA_DontUseNativeDialogs);
    QApplication application(argc, argv);
    lamscope::ui::JobsTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "jobs_test.moc"
