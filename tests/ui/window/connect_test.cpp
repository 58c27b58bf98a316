// SPDX-License-Identifier: GPL-3.0-or-later
// Networks > Connect…: networks that run in another process, in the window.
#include <QAbstractButton>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "dialogs/connect_dialog.h"
#include "panels/network_list_model.h"
#include "scene/experiment_file.h"
#include "support/python_server.h"
#include "ui/window/served_networks.h"
#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::patienceMs;
using testing::ServedNetworks;
using testing::WindowFixture;

namespace {

QPushButton* connectButton(const QDialog& dialog) {
    for (auto* button : dialog.findChildren<QPushButton*>()) {
        if (button->text() == QLatin1String("Connect")) {
            return button;
        }
    }
    return nullptr;
}

}  // namespace

class ConnectTest : public QObject {
    Q_OBJECT

private slots:
    void init() { fixture_ = std::make_unique<WindowFixture>(); }
    void cleanup() {
        fixture_.reset();
        server_.reset();
    }

    void wrongAddressIsExplainedWhileTyping();
    void networksOfAServerAreOpened();
    void serverThatIsNotThereIsTrouble();
    void serverThatDiesIsConnectedAgain();
    void savedSessionNamesTheAddress();
    void scriptOfASessionIsStartedOnlyWhenTheUserSaysSo();
    void networksThatCannotBeExportedAreProbedLive();

private:
    [[nodiscard]] std::filesystem::path socket() const { return fixture_->files.path() / "mine.sock"; }
    [[nodiscard]] QString address() const {
        return QStringLiteral("lamscope+unix://") + QString::fromStdString(socket().string());
    }
    void serve() { server_ = std::make_unique<ServedNetworks>(socket()); }

    /// The dialog, opened by its key.
    [[nodiscard]] ConnectDialog* dialog() const {
        fixture_->key(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
        ConnectDialog* found = nullptr;
        static_cast<void>(QTest::qWaitFor(
            [&] {
                found = qobject_cast<ConnectDialog*>(QApplication::activeWindow());
                return found != nullptr;
            },
            patienceMs));
        return found;
    }

    /// Types the address and Enter.
    void connectByTyping(const QString& text) const {
        auto* opened = dialog();
        QVERIFY(opened != nullptr);
        QTest::keyClicks(opened->findChild<QComboBox*>()->lineEdit(), text);
        QTest::keyClick(opened->findChild<QComboBox*>()->lineEdit(), Qt::Key_Return);
    }

    [[nodiscard]] bool waitForState(std::size_t index, NetworkEntry::State state) const {
        return QTest::qWaitFor(
            [&] {
                const auto& networks = fixture_->session().networks();
                return networks.size() > index && networks[index].state == state;
            },
            patienceMs);
    }

    [[nodiscard]] QString rowText(int row) const {
        const NetworkListModel model(fixture_->session());
        return model.index(row).data(NetworkListModel::DetailRole).toString();
    }

    std::unique_ptr<WindowFixture> fixture_;
    std::unique_ptr<ServedNetworks> server_;
};

void ConnectTest::wrongAddressIsExplainedWhileTyping() {
    auto* opened = dialog();
    QVERIFY(opened != nullptr);
    auto* line = opened->findChild<QComboBox*>()->lineEdit();
    const auto* button = connectButton(*opened);
    QVERIFY(button != nullptr);
    QVERIFY(!button->isEnabled());
    QTest::keyClicks(line, QStringLiteral("lamscope+tcp://127.0.0.1"));
    QVERIFY(!button->isEnabled());
    QVERIFY(testing::shownTexts(*opened).join(QLatin1Char('\n')).contains(QLatin1String("has no port")));
    QTest::keyClick(line, Qt::Key_Return);
    QVERIFY(opened->isVisible());
    QTest::keyClicks(line, QStringLiteral(":41233/token"));
    QVERIFY(button->isEnabled());
    QVERIFY(!testing::shownTexts(*opened).join(QLatin1Char('\n')).contains(QLatin1String("has no port")));
    line->clear();
    QTest::keyClicks(line, QStringLiteral(" lamscope lamscope+unix:///tmp/a.sock "));  // the line as it is printed
    QVERIFY(button->isEnabled());
    QCOMPARE(opened->address(), QStringLiteral("lamscope+unix:///tmp/a.sock"));
    QTest::keyClick(line, Qt::Key_Escape);
    QTRY_VERIFY(QApplication::activeWindow() != opened);
    QVERIFY(fixture_->session().networks().empty());
}

void ConnectTest::networksOfAServerAreOpened() {
    serve();
    fixture_->openImage();
    connectByTyping(address());
    QVERIFY(waitForState(0, NetworkEntry::State::Ready));
    QVERIFY(waitForState(1, NetworkEntry::State::Ready));
    QVERIFY(fixture_->waitForMaps());
    QCOMPARE(fixture_->session().networks()[0].name(), QStringLiteral("mine"));
    QCOMPARE(fixture_->session().networks()[1].name(), QStringLiteral("other"));
    auto* again = dialog();
    QVERIFY(again != nullptr);
    QVERIFY(again->findChild<QComboBox*>()->findText(address()) >= 0);
    QTest::keyClick(again, Qt::Key_Escape);
}

void ConnectTest::serverThatIsNotThereIsTrouble() {
    connectByTyping(address());
    QVERIFY(waitForState(0, NetworkEntry::State::Failed));
    QVERIFY(fixture_->waitForMessage(QStringLiteral("is the server running?")));
    QVERIFY(rowText(0).contains(QLatin1String("mine.sock")));
}

void ConnectTest::serverThatDiesIsConnectedAgain() {
    serve();
    fixture_->openImage();
    connectByTyping(address() + QStringLiteral("#mine"));
    QVERIFY(waitForState(0, NetworkEntry::State::Ready));
    QVERIFY(fixture_->waitForMaps());
    server_.reset();
    fixture_->session().setBox({8, 8, 16});
    QVERIFY(waitForState(0, NetworkEntry::State::Loading));
    QCOMPARE(rowText(0), QStringLiteral("connecting…"));
    serve();
    QVERIFY(waitForState(0, NetworkEntry::State::Ready));
    QVERIFY(fixture_->waitForMaps());
}

void ConnectTest::savedSessionNamesTheAddress() {
    serve();
    fixture_->window->files().open({address() + QStringLiteral("#other")});  // as an argument of the program
    QVERIFY(waitForState(0, NetworkEntry::State::Ready));
    const auto file = QString::fromStdString((fixture_->files.path() / "s.lamscope").string());
    QSignalSpy saved(&fixture_->window->files(), &FileOpener::sessionSaved);
    fixture_->window->files().saveSession(file);
    QVERIFY(saved.wait(patienceMs));
    QFile written(file);
    QVERIFY(written.open(QIODevice::ReadOnly));
    const auto text = written.readAll();
    QVERIFY(text.contains((address() + QStringLiteral("#other")).toUtf8()));
    QVERIFY(text.contains(QByteArray(64, 'a')));  // the hash of its weights
    written.close();
    server_.reset();
    fixture_->open();
    fixture_->window->files().open({file});
    QVERIFY(waitForState(0, NetworkEntry::State::Failed));
    QVERIFY(fixture_->waitForMessage(QStringLiteral("mine.sock")));
}

void ConnectTest::scriptOfASessionIsStartedOnlyWhenTheUserSaysSo() {
    const auto& files = fixture_->files;
    const auto trace = files.path() / "started";
    std::filesystem::permissions(files.write("ssh", "#!/bin/sh\necho started >" + trace.string() + "\nexit 255\n"),
                                 std::filesystem::perms::owner_all);
    const auto path = qgetenv("PATH");
    qputenv("PATH", QByteArray::fromStdString(files.path().string()) + ":" + path);
    Experiment saved;
    saved.networks.push_back({.spec = ModelSpec::parse("ssh://me@gpu/work/serve.py?python=/opt/python")});
    saved.networks.push_back({.spec = ModelSpec::parse("bicubic:scale=2")});
    const auto file = files.path() / "s.lamscope";
    writeExperiment(saved, file);
    fixture_->window->files().open({QString::fromStdString(file.string())});
    QVERIFY(fixture_->waitForMessage(QStringLiteral("/opt/python /work/serve.py on me@gpu")));
    QVERIFY(waitForState(1, NetworkEntry::State::Ready));  // the rest is there
    QVERIFY(fixture_->session().networks().front().held);
    QVERIFY(rowText(0).contains(QStringLiteral("not connected")));
    QVERIFY(!std::filesystem::exists(trace));
    for (auto* button : fixture_->window->messages().findChildren<QAbstractButton*>()) {
        if (button->text() == QLatin1String("Start it")) {
            button->click();
            break;
        }
    }
    QVERIFY(fixture_->waitForMessage(QStringLiteral("ssh to gpu failed")));
    QVERIFY(!fixture_->session().networks().front().held);
    QVERIFY(std::filesystem::exists(trace));
    qputenv("PATH", path);
}

void ConnectTest::networksThatCannotBeExportedAreProbedLive() {
    const auto python = test::pythonWithPyTorch();
    if (python.empty()) {
        QSKIP("there is no Python with PyTorch: name one by LAMSCOPE_PYTHON");
    }
    std::filesystem::permissions(fixture_->files.path(), std::filesystem::perms::owner_all);
    test::PythonServer server(python, socket().string(), {"selective-scan", "experts", "in-place"});
    connectByTyping(QString::fromStdString(server.address()));
    for (std::size_t i = 0; i < 3; ++i) {
        QVERIFY(waitForState(i, NetworkEntry::State::Ready));
    }
    fixture_->openImage();
    QVERIFY(fixture_->waitForMaps());
    std::vector<std::vector<double>> before;
    for (const auto& entry : fixture_->session().networks()) {
        QVERIFY(entry.result->diffusionIndex.has_value());
        QVERIFY(entry.result->nonfiniteGradients == 0);
        before.push_back(entry.result->map);
    }
    QVERIFY(before[0] != before[1] && before[1] != before[2]);
    // A drag: maps follow, each of the box that it is shown for.
    const auto id = fixture_->session().networks().front().id;
    int wrong = 0;
    connect(&fixture_->session(), &Session::networkChanged, this, [&](int changed) {
        const auto& entry = fixture_->entry(changed);
        const auto* result = entry.currentResult();
        wrong += result == nullptr || result->patch == fixture_->session().patchFor(entry) ? 0 : 1;
    });
    auto& view = fixture_->view(id);
    const auto box = fixture_->session().box();
    QTest::mousePress(&view, Qt::LeftButton, Qt::NoModifier, fixture_->at(id, 20, 20));
    for (int i = 1; i <= 10; ++i) {
        QTest::mouseMove(&view, fixture_->at(id, 20 + 4 * i, 20 + 4 * i));
        QTest::qWait(20);
    }
    QTest::mouseRelease(&view, Qt::LeftButton, Qt::NoModifier, fixture_->at(id, 60, 60));
    QVERIFY(fixture_->session().box() != box);
    QVERIFY(fixture_->waitForMaps());
    QCOMPARE(wrong, 0);
    for (std::size_t i = 0; i < before.size(); ++i) {
        QVERIFY(fixture_->session().networks()[i].result->map != before[i]);
    }
    disconnect(&fixture_->session(), &Session::networkChanged, this, nullptr);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::ConnectTest)
#include "connect_test.moc"
