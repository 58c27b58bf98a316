// SPDX-License-Identifier: GPL-3.0-or-later
// What other threads draw with when memory runs out: they say so, and the program goes on.
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>
#include <pthread.h>

#include "ui/view/view_test_data.h"
#include "view/derived_pictures.h"
#include "workspaces/probe/path_preview.h"

namespace {

constexpr std::size_t noLimit = std::numeric_limits<std::size_t>::max();
std::atomic<std::size_t> largestAllocation{noLimit};
const pthread_t mainThread = pthread_self();

}  // namespace

// Threads but the main one get no more than `largestAllocation` bytes at once.
void* operator new(std::size_t bytes) {
    const bool refused = bytes > largestAllocation && pthread_equal(pthread_self(), mainThread) == 0;
    void* memory = refused ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
    std::free(memory);
}

namespace lamscope::ui {

class LowMemoryTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { largestAllocation = noLimit; }
    void derivedPicturesSayItAndTryAgain();
    void thePathPreviewSaysItAndTriesAgain();
};

namespace {

constexpr int side = 64;
constexpr std::size_t little = 8192;  // an array of side x side floats takes more

std::shared_ptr<const LamResult> result() {
    std::vector<double> sums(std::size_t{side} * side, 0.0);
    sums[100] = 1.0;
    auto made = testing::resultOf(sums, {0, 0, side, side});
    made.lr = *testing::plainImage(side, side, 0.4F);
    return std::make_shared<const LamResult>(std::move(made));
}

}  // namespace

void LowMemoryTest::derivedPicturesSayItAndTryAgain() {
    DerivedPictures pictures;
    QSignalSpy failed(&pictures, &DerivedPictures::failed);
    QSignalSpy ready(&pictures, &DerivedPictures::ready);
    const auto source = result();
    largestAllocation = little;
    QVERIFY(pictures.mass(source) == nullptr);
    QVERIFY(failed.wait());
    QCOMPARE(failed.front().front().toString(), QStringLiteral("not enough memory"));
    QCOMPARE(ready.count(), 0);
    largestAllocation = noLimit;
    QVERIFY(pictures.mass(source) == nullptr);
    QVERIFY(ready.wait());
    QVERIFY(pictures.mass(source) != nullptr);
}

void LowMemoryTest::thePathPreviewSaysItAndTriesAgain() {
    Session session;
    session.setImage({.file = "", .sha256 = "", .pixels = testing::plainImage(side, side, 0.4F)});
    const auto id = session.addNetwork({});
    session.updateNetwork(id, [](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Ready;
        entry.result = result();
    });
    QWidget over;
    over.resize(400, 300);
    over.show();
    PathPreview preview(session, &over);
    const auto says = [&](const QString& words) {
        const auto labels = preview.findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(),
                           [&](const QLabel* label) { return label->text().contains(words); });
    };
    largestAllocation = little;
    preview.showAt(0.5);
    QTRY_VERIFY(preview.isVisible());
    QVERIFY(says(QStringLiteral("not enough memory")));
    largestAllocation = noLimit;
    preview.showAt(0.25);
    QTRY_VERIFY(says(QStringLiteral("0.250")));
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::LowMemoryTest)
#include "low_memory_test.moc"
