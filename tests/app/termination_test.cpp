// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope` when the system ends it: a process, judged by its exit code and by what it leaves for the next start. What
// the next start says is in tests/ui/window/files_test.cpp.
#include <QProcess>
#include <QTest>
#include <csignal>
#include <memory>

#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

constexpr int patienceMs = 300'000;

class TerminationTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<test::TemporaryFolder>();
        writeImage(*folder_ / "scene.png", drawScene());
    }

    void signalsKeepWhatIsOpenForTheNextStart_data() {
        QTest::addColumn<int>("signal");
        QTest::addColumn<int>("exitCode");
        QTest::newRow("SIGTERM") << SIGTERM << 0;
        QTest::newRow("SIGHUP") << SIGHUP << 0;
        QTest::newRow("SIGINT") << SIGINT << 130;
    }
    void signalsKeepWhatIsOpenForTheNextStart() const {
        QFETCH(const int, signal);
        QFETCH(const int, exitCode);
        QProcess first;
        start(first, {in("scene.png"), QStringLiteral("bicubic")});
        QTRY_VERIFY_WITH_TIMEOUT(has("autosave-0.lamscope"), patienceMs);
        end(first, signal, exitCode);
        QVERIFY(!has("autosave-0.lamscope"));  // what a crash would leave
        QVERIFY(has("kept-0.lamscope"));
        QVERIFY(test::contentOf(state() / "kept-0.lamscope").find("scene.png") != std::string::npos);

        QProcess second;
        start(second, {in("scene.png")});
        QTRY_VERIFY_WITH_TIMEOUT(has("autosave-0.lamscope"), patienceMs);
        QVERIFY(!has("kept-0.lamscope"));
        QVERIFY(has("recovered.lamscope"));
        end(second, signal, exitCode);
    }

    void anIgnoredSignalStaysIgnored() const {
        QProcess process;
        start(process, {in("scene.png")}, SIG_IGN);
        QTRY_VERIFY_WITH_TIMEOUT(has("autosave-0.lamscope"), patienceMs);
        QCOMPARE(kill(static_cast<pid_t>(process.processId()), SIGHUP), 0);
        end(process, SIGINT, 130);  // 0 where SIGHUP came first
    }

private:
    [[nodiscard]] QString in(const char* name) const { return QString::fromStdString((*folder_ / name).string()); }
    [[nodiscard]] std::filesystem::path state() const { return *folder_ / "config/lamscope"; }
    [[nodiscard]] bool has(const char* name) const { return std::filesystem::exists(state() / name); }

    /// @param atHangUp  what SIGHUP does when the program starts; SIGINT ends it, whatever it does in this test.
    void start(QProcess& process, const QStringList& files, sighandler_t atHangUp = SIG_DFL) const {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), in("config"));
        environment.insert(QStringLiteral("XDG_DATA_HOME"), in("data"));
        process.setProcessEnvironment(environment);
        process.setChildProcessModifier([atHangUp] {
            std::signal(SIGHUP, atHangUp);
            std::signal(SIGINT, SIG_DFL);
        });
        process.start(QStringLiteral(LAMSCOPE_WINDOW), files);
        QVERIFY2(process.waitForStarted(patienceMs), qPrintable(process.errorString()));
    }

    static void end(QProcess& process, int signal, int exitCode) {
        QCOMPARE(kill(static_cast<pid_t>(process.processId()), signal), 0);
        QVERIFY(process.waitForFinished(patienceMs));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), exitCode);
    }

    std::unique_ptr<test::TemporaryFolder> folder_;
};

}  // namespace
}  // namespace lamscope

QTEST_GUILESS_MAIN(lamscope::TerminationTest)
#include "termination_test.moc"
