// SPDX-License-Identifier: GPL-3.0-or-later
// Hundreds of drags while networks come and go; memory over a thousand. Run also under the sanitizers: under the thread
// sanitizer with the networks given by formulas alone.
#include <QApplication>
#include <malloc.h>
#include <random>
#include <stdexcept>

#include "runtime/process_memory.h"
#include "support/test_data.h"
#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::WindowFixture;

class StressTest : public QObject {
    Q_OBJECT

private slots:
    void fiveHundredRandomDragsWhileNetworksComeAndGo_data();
    void fiveHundredRandomDragsWhileNetworksComeAndGo();
    void memoryStaysBoundedOverAThousandDrags();
};

namespace {

/// Drags the box to random places by mouse events, `count` times; `between` is called before each.
void dragAround(const WindowFixture& fixture, int count, const std::function<void(int)>& between) {
    std::mt19937 random(1);
    std::uniform_int_distribution<int> place(10, 370);
    for (int i = 0; i < count; ++i) {
        between(i);
        auto& view = fixture.view(0);  // the input's pane is always there
        const auto box = fixture.session().box();
        QTest::mousePress(&view, Qt::LeftButton, Qt::NoModifier,
                          fixture.at(0, box.x + box.size / 2.0, box.y + box.size / 2.0));
        const auto target = fixture.at(0, place(random), place(random));
        QTest::mouseMove(&view, target);
        QCoreApplication::processEvents();
        QTest::mouseRelease(&view, Qt::LeftButton, Qt::NoModifier, target);
        QTest::qWait(i % 3);
    }
}

/// Resident bytes once nothing is computed any more, without what the allocator keeps of memory that was freed: how
/// much that is depends on how many maps waited for this thread at once, on a busy machine many.
std::int64_t memoryInUse(const WindowFixture& fixture) {
    const auto rests = [&] { return fixture.waitForMaps() && !fixture.session().progress().busy; };
    if (!QTest::qWaitFor(rests, testing::patienceMs)) {
        throw std::logic_error("the window does not come to rest");
    }
    malloc_trim(0);
    return residentMemory();
}

}  // namespace

void StressTest::fiveHundredRandomDragsWhileNetworksComeAndGo_data() {
    QTest::addColumn<QStringList>("networks");
    QTest::newRow("given by formulas") << QStringList{"bicubic", "global.pth:name=A", "global.pth:scale=2,name=B",
                                                      "slow.pth:name=C"};
#if !defined(__SANITIZE_THREAD__)  // which cannot look into LibTorch
    QStringList published;
    for (const auto* file : {"imdn_x4.pth", "rfdn_aim_x4.pth", "pan_x4.pth", "carn_m.pth"}) {
        published << QString::fromStdString((test::dataFile("weights") / file).string());
    }
    QTest::newRow("published") << published;
#endif
}

void StressTest::fiveHundredRandomDragsWhileNetworksComeAndGo() {
    QFETCH(const QStringList, networks);
    const auto weights = test::dataFile("weights");
    if (QTest::currentDataTag() == QStringLiteral("published") && !std::filesystem::exists(weights)) {
        QVERIFY2(!test::dataRequired(), test::missingData(weights).c_str());
        QSKIP(test::missingData(weights).c_str());
    }
    WindowFixture fixture;
    fixture.openImage();
    for (const auto& spec : networks) {
        fixture.add(spec.toUtf8().constData());
    }
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    constexpr int drags = 500;
    dragAround(fixture, drags, [&](int i) {
        constexpr int period = 10;
        if (i % period == 3) {
            fixture.add(i % 20 == 3 ? "global.pth:scale=3,name=D" : "bicubic:scale=2");
        } else if (i % period == 8) {
            fixture.session().removeNetwork(fixture.session().networks().back().id);
        } else if (i % period == 5) {
            fixture.session().moveNetwork(fixture.session().networks().back().id, 0);
        } else if (i % 25 == 1) {
            fixture.session().undoStack().undo();
        }
        const auto& entries = fixture.session().networks();
        fixture.session().select(entries[static_cast<std::size_t>(i) % entries.size()].id);
    });
    QVERIFY(fixture.waitForMaps());
    for (const auto& entry : fixture.session().networks()) {
        if (entry.shown) {
            QVERIFY(entry.currentResult()->patch == fixture.session().patchFor(entry));
        }
    }
}

void StressTest::memoryStaysBoundedOverAThousandDrags() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("the sanitizers keep freed memory for their own purposes");
#endif
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("bicubic");
    fixture.add("global.pth");
    QVERIFY(fixture.waitForMaps());
    constexpr int warmUp = 50;
    constexpr int more = 950;
    dragAround(fixture, warmUp, [](int) {});
    const auto before = memoryInUse(fixture);
    dragAround(fixture, more, [](int) {});
    const auto after = memoryInUse(fixture);
    QVERIFY2(static_cast<double>(after) <= 1.05 * static_cast<double>(before),
             qPrintable(QStringLiteral("%1 MiB, then %2 MiB").arg(before >> 20).arg(after >> 20)));
}

}  // namespace lamscope::ui

int main(int argc, char** argv) {
    const QApplication application(argc, argv);
    lamscope::ui::StressTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "stress_test.moc"
