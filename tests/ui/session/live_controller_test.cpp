// SPDX-License-Identifier: GPL-3.0-or-later
// What comes too late: events of images, jobs and engines that are not there any more.
#include "session/live_controller.h"

#include <QSignalSpy>
#include <QTest>
#include <chrono>
#include <semaphore>

#include "image/image_file.h"
#include "live/job_handle.h"
#include "support/analytic_loader.h"
#include "support/temporary_folder.h"

namespace lamscope::ui {

namespace {

constexpr int patienceMs = 180'000;

OpenedImage imageOf(int width, int height) {
    Image image(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.at(1, y, x) = 0.5F + 0.01F * static_cast<float>((x * 7 + y * 3) % 40);
        }
    }
    return {.file = "picture.png", .sha256 = "", .pixels = std::make_shared<const Image>(std::move(image))};
}

/// Says what it is told to.
class SayingJob final : public LiveJob {
public:
    SayingJob(const LiveState& /*state*/, std::function<void(int)> sink)
        : say(std::move(sink)) {}

    [[nodiscard]] bool hasWork() const override { return false; }
    [[nodiscard]] LivePriority priority() const override { return LivePriority::Checks; }
    void step(const std::stop_token& /*stop*/) override {}

    const std::function<void(int)> say;
};

}  // namespace

class LiveControllerTest : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void picturesOfAnImageThatWasOpenBeforeAreDropped();
    void failuresOfAnImageThatWasOpenBeforeAreDropped();
    void whatAJobSaysReachesWhoLivesWhileItsEngineDoes();
    void anotherEngineOpensTheImagesThatAreOnTheirWay();

private:
    [[nodiscard]] NetworkId addReady(const char* spec);
    /// Blocks this thread, so that it hears of nothing, until the engine has done all that it was asked before.
    void waitForEngine();

    std::counting_semaphore<> loads_{0};
    std::unique_ptr<Session> session_;
    std::unique_ptr<LiveController> controller_;
};

void LiveControllerTest::init() {
    session_ = std::make_unique<Session>();
    LiveEngineOptions options;
    options.threads = 1;
    options.load = [this](const ModelSpec& spec, const std::string& device) {
        loads_.release();
        return test::loadAnalytic(spec, device);
    };
    controller_ = std::make_unique<LiveController>(*session_, options);
}

void LiveControllerTest::cleanup() {
    controller_.reset();
    session_.reset();
    while (loads_.try_acquire()) {
    }
}

NetworkId LiveControllerTest::addReady(const char* spec) {
    const auto id = session_->addNetwork(ModelSpec::parse(spec));
    const auto ready = [&] { return session_->network(id)->state == NetworkEntry::State::Ready; };
    const bool loaded = QTest::qWaitFor(ready, patienceMs) && loads_.try_acquire();
    return loaded ? id : 0;
}

void LiveControllerTest::waitForEngine() {
    static_cast<void>(session_->addNetwork(ModelSpec::parse("global.pth:name=last")));
    QVERIFY(loads_.try_acquire_for(std::chrono::milliseconds(patienceMs)));
}

void LiveControllerTest::picturesOfAnImageThatWasOpenBeforeAreDropped() {
    session_->setImage(imageOf(20, 20));
    const auto id = addReady("global.pth");
    QVERIFY(id != 0);
    session_->setImage(imageOf(24, 24));
    waitForEngine();
    session_->setImage(imageOf(28, 28));
    int wrong = 0;
    connect(session_.get(), &Session::networkChanged, this, [&](int changed) {
        const auto& lr = session_->network(changed)->lr;
        wrong += lr == nullptr || lr == session_->image().pixels ? 0 : 1;
    });
    QVERIFY(QTest::qWaitFor([&] { return session_->network(id)->sr != nullptr; }, patienceMs));
    QCOMPARE(wrong, 0);
    QCOMPARE(session_->network(id)->sr->width(), 28 * 4);
}

void LiveControllerTest::failuresOfAnImageThatWasOpenBeforeAreDropped() {
    session_->setImage(imageOf(20, 20));
    const auto id = addReady("global.pth");
    QVERIFY(id != 0);
    session_->setImage(imageOf(200, 1));  // as HR it cannot be reduced
    QVERIFY(session_->role() == ImageRole::Hr);
    waitForEngine();
    session_->setImage(imageOf(28, 28));
    const QSignalSpy troubles(session_.get(), &Session::troubleReported);
    QVERIFY(QTest::qWaitFor([&] { return session_->network(id)->sr != nullptr; }, patienceMs));
    QCOMPARE(troubles.count(), 0);
    QVERIFY(session_->network(id)->message.isEmpty());
}

void LiveControllerTest::whatAJobSaysReachesWhoLivesWhileItsEngineDoes() {
    std::vector<int> heard;
    auto listener = std::make_unique<QObject>();
    const auto handleOf = [&](QObject* receiver) {
        return JobHandle<SayingJob>(controller_->engine(),
                                    controller_->sinkFor<int>(receiver, [&](int what) { heard.push_back(what); }));
    };
    const auto told = handleOf(this);
    const auto toldToListener = handleOf(listener.get());
    toldToListener.tell([](SayingJob& job) { job.say(1); });
    told.tell([](SayingJob& job) { job.say(2); });
    QVERIFY(QTest::qWaitFor([&] { return heard.size() == 2; }, patienceMs));
    QCOMPARE(heard, (std::vector<int>{1, 2}));

    toldToListener.tell([](SayingJob& job) { job.say(3); });
    waitForEngine();
    listener.reset();
    told.tell([](SayingJob& job) { job.say(4); });
    QVERIFY(QTest::qWaitFor([&] { return heard.size() == 3; }, patienceMs));
    QCOMPARE(heard.back(), 4);

    const QSignalSpy started(controller_.get(), &LiveController::restarted);
    told.tell([](SayingJob& job) { job.say(5); });
    waitForEngine();
    LiveEngineOptions options;
    options.load = test::loadAnalytic;
    controller_->restart(options);
    QCOMPARE(started.count(), 1);
    const auto again = handleOf(this);
    again.tell([](SayingJob& job) { job.say(6); });
    QVERIFY(QTest::qWaitFor([&] { return heard.size() == 4; }, patienceMs));
    QCOMPARE(heard.back(), 6);
}

void LiveControllerTest::anotherEngineOpensTheImagesThatAreOnTheirWay() {
    const test::TemporaryFolder folder;
    const auto named = [&](const char* name) { return QString::fromStdString((folder / name).string()); };
    writeImage(folder / "turned.png", *imageOf(20, 24).pixels);
    LiveEngineOptions options;
    options.load = test::loadAnalytic;

    QStringList order;
    connect(controller_.get(), &LiveController::imageOpened, this,
            [&] { order << QString::fromStdString(session_->image().file); });
    connect(controller_.get(), &LiveController::imageFailed, this, [&](const QString& message) { order << message; });
    controller_->openImage(named("absent.png"));
    controller_->openImage(named("turned.png"), {.upright = true});
    waitForEngine();  // it has answered, and nobody has heard
    controller_->restart(options);
    QVERIFY(order.isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return order.size() == 2; }, patienceMs));
    QVERIFY(order[0].contains(QStringLiteral("absent.png")));
    QCOMPARE(order[1], named("turned.png"));
    QVERIFY(session_->image().reading.upright);

    // What has been answered is not opened again.
    controller_->restart(options);
    QTest::qWait(100);
    QCOMPARE(order.size(), qsizetype{2});
}

}  // namespace lamscope::ui

QTEST_GUILESS_MAIN(lamscope::ui::LiveControllerTest)
#include "live_controller_test.moc"
