// SPDX-License-Identifier: GPL-3.0-or-later
// Workspaces of a window: a second one beside the probe, with all that a workspace can bring.
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QSpinBox>
#include <QTabBar>
#include <QToolBar>
#include <algorithm>
#include <optional>

#include "live/job_handle.h"
#include "live/live_job.h"
#include "session/session_file.h"
#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::WindowFixture;

namespace {

/// Counts the engine's networks when it is asked to.
class CountJob final : public LiveJob {
public:
    CountJob(const LiveState& state, std::function<void(std::size_t)> found)
        : state_(state)
        , found_(std::move(found)) {}

    [[nodiscard]] bool hasWork() const override { return isAsked; }
    [[nodiscard]] LivePriority priority() const override { return LivePriority::Checks; }
    void step(const std::stop_token& /*stop*/) override {
        isAsked = false;
        found_(state_.networks.size());
    }

    bool isAsked = false;

private:
    const LiveState& state_;
    std::function<void(std::size_t)> found_;
};

/// Keeps a number, counts how often its command was given, and how many networks the engine has.
class TallyWorkspace final : public Workspace {
public:
    TallyWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus)
        : host_(host)
        , view_(new QWidget)
        , notes_(new QWidget)
        , number_(new QSpinBox)
        , command_(menus.tools.add(QStringLiteral("Tally"), QKeySequence(Qt::Key_F))) {  // a key of the probe, too
        view_->setFocusPolicy(Qt::StrongFocus);
        connect(command_, &QAction::triggered, this, [this] { ++commands; });
        connect(number_, &QSpinBox::valueChanged, this, &Workspace::keptChanged);
        connect(&host_.controller, &LiveController::restarted, this, &TallyWorkspace::takeEngine);
        takeEngine();
    }

    [[nodiscard]] QWidget* centre() override { return view_; }
    [[nodiscard]] QWidget* view() override { return view_; }
    [[nodiscard]] bool isEmpty() const override { return false; }
    void addControls(CompactToolBar& bar) override { bar.addControl(number_); }
    [[nodiscard]] std::vector<WorkspaceDock> docks() override {
        return {{Qt::BottomDockWidgetArea, QStringLiteral("Notes"), "notes", notes_}};
    }
    [[nodiscard]] QString command(DeviceChoice /*device*/, int /*threads*/) const override {
        return QStringLiteral("lamscope-cli tally %1").arg(number_->value());
    }
    [[nodiscard]] nlohmann::ordered_json kept() const override {
        return number_->value() == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(number_->value());
    }
    void restore(const nlohmann::ordered_json& kept) override {
        number_->setValue(kept.is_null() ? 0 : kept.get<int>());
    }

    void setOpen(bool open) override { opened.push_back(open); }

    /// Asks the job to count.
    void count() const {
        job_->tell([](CountJob& job) { job.isAsked = true; });
    }

    [[nodiscard]] QSpinBox& number() const { return *number_; }
    int commands = 0;
    std::size_t networks = 0;
    std::vector<bool> opened;  ///< what the window said of it, one after the other

private:
    void takeEngine() {
        auto& controller = host_.controller;
        job_.emplace(controller.engine(),
                     controller.sinkFor<std::size_t>(this, [this](const std::size_t& counted) { networks = counted; }));
    }

    const WorkspaceHost& host_;
    QWidget* view_;
    QWidget* notes_;
    QSpinBox* number_;
    QAction* command_;
    std::optional<JobHandle<CountJob>> job_;
};

/// A window with the probe and a tally.
class TwoWorkspaces : public WindowFixture {
public:
    explicit TwoWorkspaces(bool tallyIsFirst = false) {
        workspaces.resize(1);
        workspaces.insert(tallyIsFirst ? workspaces.begin() : workspaces.end(),
                          {"tally", QStringLiteral("Tally"), QStringLiteral("check"),
                           [this](const WorkspaceHost& host, WorkspaceMenus& menus) {
                               ++made;
                               return std::make_unique<TallyWorkspace>(host, menus);
                           }});
        open();
    }

    void openProbe() const { key(Qt::Key_1, Qt::ControlModifier); }
    void openTally() const { key(Qt::Key_2, Qt::ControlModifier); }
    [[nodiscard]] TallyWorkspace& tally() const {
        return dynamic_cast<TallyWorkspace&>(*window->workspaces().find(QStringLiteral("tally")));
    }
    [[nodiscard]] bool isTallyInFront() const {
        return dynamic_cast<TallyWorkspace*>(&window->workspaces().current()) != nullptr;
    }
    [[nodiscard]] QTabBar* tabs() const { return window->findChild<QToolBar*>()->findChild<QTabBar*>(); }
    [[nodiscard]] QDockWidget& dock(const char* name) const {
        auto* found = window->findChild<QDockWidget*>(QLatin1String(name));
        if (found == nullptr) {
            throw std::logic_error("no such dock");
        }
        return *found;
    }
    /// The control of the toolbar with this name.
    [[nodiscard]] QWidget& control(const char* name) const {
        for (auto* box : window->findChild<QToolBar*>()->findChildren<QComboBox*>()) {
            if (box->accessibleName() == QLatin1String(name)) {
                return *box;
            }
        }
        throw std::logic_error("no such control");
    }
    [[nodiscard]] std::string save(const char* name) const {
        const auto file = (files.path() / name).string();
        window->files().saveSession(QString::fromStdString(file));
        if (!waitForMessage(QStringLiteral("Saved %1").arg(QString::fromStdString(file)))) {
            throw std::runtime_error("the session is not saved");
        }
        return file;
    }

    int made = 0;
};

}  // namespace

class WorkspacesTest : public QObject {
    Q_OBJECT

private slots:
    void aWindowOfOneHasNoTabs();
    void oneIsMadeWhenItIsFirstOpened();
    void theTabsFollowAndOpen();
    void whatIsOpenStays();
    void commandsControlsAndPanelsComeAndGo();
    void aControlThatComesAndGoesStaysHidden();
    void theKeyboardGoesThroughTheToolbarFromLeftToRight();
    void eachHasItsLayout();
    void tabHidesThePanels();
    void panelsThatTabHasHiddenStayHidden();
    void panelsStayHiddenInOneThatIsNew();
    void theOneInFrontKnowsIt();
    void theFocusStaysInTheOneInFront();
    void theCommandIsThatOfTheOneInFront();
    void sessionFilesKeepThem();
    void whatAnUnopenedOneKeepsStaysInTheFile();
    void sessionsWithoutWorkspacesOpenInTheFirst();
    void aJobIsAskedAndAnswers();
};

void WorkspacesTest::aWindowOfOneHasNoTabs() {
    WindowFixture fixture;
    fixture.workspaces.resize(1);
    fixture.open();
    fixture.openImage();
    fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    QVERIFY(fixture.window->findChild<QToolBar*>()->findChild<QTabBar*>() == nullptr);
    QVERIFY(!fixture.window->actions().workspaces->menuAction()->isVisible());
    fixture.key(Qt::Key_1, Qt::ControlModifier);  // not the network's key
    QVERIFY(fixture.session().networks().front().shown);
}

void WorkspacesTest::oneIsMadeWhenItIsFirstOpened() {
    const TwoWorkspaces fixture;
    QCOMPARE(fixture.made, 0);
    QVERIFY(fixture.window->workspaces().find(QStringLiteral("tally")) == nullptr);
    fixture.openTally();
    QCOMPARE(fixture.made, 1);
    QVERIFY(fixture.tally().centre()->isVisible());
    fixture.openProbe();
    QVERIFY(!fixture.tally().centre()->isVisible());
    fixture.openTally();
    QCOMPARE(fixture.made, 1);
    QVERIFY(fixture.tally().view()->hasFocus());
}

void WorkspacesTest::theTabsFollowAndOpen() {
    const TwoWorkspaces fixture;
    auto* tabs = fixture.tabs();
    QVERIFY(tabs != nullptr && tabs->isVisible());
    QCOMPARE(tabs->count(), 2);
    QCOMPARE(tabs->accessibleTabName(0), QStringLiteral("Probe"));  // there is room for the icons alone
    QCOMPARE(tabs->accessibleTabName(1), QStringLiteral("Tally"));
    QVERIFY(!tabs->tabIcon(0).isNull() && !tabs->tabIcon(1).isNull());
    QVERIFY(tabs->tabToolTip(1).contains(QStringLiteral("Ctrl+2")));
    QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(1).center());
    QVERIFY(fixture.isTallyInFront());
    fixture.openProbe();
    QCOMPARE(tabs->currentIndex(), 0);
    QVERIFY(!fixture.isTallyInFront());
}

void WorkspacesTest::whatIsOpenStays() {
    TwoWorkspaces fixture;
    fixture.openImage();
    const auto first = fixture.add("global.pth:name=First");
    fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    const auto before = fixture.session().box();
    fixture.session().setBox({before.x + 8, before.y, before.size});
    QVERIFY(fixture.waitForMaps());
    const auto* result = fixture.entry(first).result.get();

    fixture.openTally();
    QVERIFY(fixture.session().hasImage());
    QCOMPARE(fixture.session().networks().size(), std::size_t{2});
    QVERIFY(fixture.entry(first).result.get() == result);
    QVERIFY(fixture.dock("networks").isVisible());
    QVERIFY(!fixture.dock("log").isHidden());
    fixture.key(Qt::Key_1);  // the digits are the networks' in every workspace
    QVERIFY(!fixture.entry(first).shown);
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(fixture.entry(first).shown);
    fixture.key(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(fixture.session().box().x, before.x);
    QVERIFY(fixture.waitForMaps());  // they go on unseen

    fixture.openProbe();
    QCOMPARE(fixture.window->probe().grid().panes().size(), std::size_t{3});
    QVERIFY(fixture.window->probe().grid().isVisible());
    QVERIFY(fixture.window->probe().grid().hasFocus());
}

void WorkspacesTest::commandsControlsAndPanelsComeAndGo() {
    TwoWorkspaces fixture;
    fixture.openImage();
    fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    fixture.window->resize(1900, 900);  // room for all controls
    fixture.dock("results").raise();
    const auto isProbeThere = [&] {
        const auto& actions = fixture.window->probe().actions();
        const bool commands = actions.fit->isEnabled() && actions.exportCsv->isVisible() && actions.sanity->isVisible();
        const bool controls = fixture.control("Layer").isVisible() && fixture.control("Detector").isVisible();
        const bool panels = !fixture.dock("curves").isHidden() && fixture.dock("results").isVisible();
        return std::vector{commands, controls, panels};
    };
    const std::vector all{true, true, true};
    const std::vector none{false, false, false};
    QTRY_COMPARE(isProbeThere(), all);
    const auto panels = fixture.window->actions().panels->actions();
    QCOMPARE(panels.size(), 6);  // networks, curves, results, fields, restoration, log

    fixture.openTally();
    QTRY_COMPARE(isProbeThere(), none);
    QTRY_VERIFY(fixture.tally().number().isVisible());
    QVERIFY(fixture.dock("notes").isVisible());
    QCOMPARE(fixture.window->actions().panels->actions().size(), 3);  // networks, notes, log
    const auto zoom = fixture.window->probe().grid().transform().zoom();
    fixture.key(Qt::Key_F);
    QCOMPARE(fixture.tally().commands, 1);
    QCOMPARE(fixture.window->probe().grid().transform().zoom(), zoom);

    fixture.openProbe();
    QTRY_COMPARE(isProbeThere(), all);
    QTRY_VERIFY(!fixture.tally().number().isVisible());
    QVERIFY(fixture.dock("notes").isHidden());
    QCOMPARE(fixture.window->actions().panels->actions(), panels);
    fixture.key(Qt::Key_F);
    QCOMPARE(fixture.tally().commands, 1);
}

void WorkspacesTest::aControlThatComesAndGoesStaysHidden() {
    TwoWorkspaces fixture;
    fixture.window->resize(1900, 900);
    fixture.openTally();
    auto view = fixture.session().view();
    view.layer = Layer::DiMap;
    fixture.session().setView(view);
    QCoreApplication::processEvents();
    QVERIFY(!fixture.control("Stride").isVisible());
    fixture.openProbe();
    QTRY_VERIFY(fixture.control("Stride").isVisible());
}

void WorkspacesTest::theKeyboardGoesThroughTheToolbarFromLeftToRight() {
    TwoWorkspaces fixture;
    fixture.window->resize(1900, 900);
    fixture.openTally();
    auto* bar = fixture.window->findChild<QToolBar*>();
    auto* undo = bar->widgetForAction(fixture.window->actions().undo);
    auto* add = bar->widgetForAction(fixture.window->actions().addNetwork);
    const auto stepsTo = [&](const QWidget* from, const QWidget* to) {
        int steps = 0;
        for (auto* at = from->nextInFocusChain(); at != to && at != from; at = at->nextInFocusChain()) {
            ++steps;
        }
        return steps;
    };
    // Going on from the button before it, the number comes before the button behind it.
    QVERIFY(stepsTo(add, &fixture.tally().number()) < stepsTo(add, undo));
}

void WorkspacesTest::eachHasItsLayout() {
    TwoWorkspaces fixture;
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    fixture.openTally();
    fixture.dock("notes").close();
    fixture.openProbe();
    fixture.dock("curves").close();
    fixture.openTally();
    QVERIFY(fixture.dock("notes").isHidden());
    fixture.openProbe();
    QVERIFY(fixture.dock("curves").isHidden());
    QVERIFY(!fixture.dock("results").isHidden());
    fixture.openTally();
    fixture.window->close();

    fixture.open();  // the next start
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    QVERIFY(fixture.dock("curves").isHidden());
    QVERIFY(!fixture.dock("results").isHidden());
    fixture.openTally();
    QVERIFY(fixture.dock("notes").isHidden());
    QVERIFY(!fixture.dock("log").isHidden());
}

void WorkspacesTest::tabHidesThePanels() {
    const TwoWorkspaces fixture;
    fixture.openTally();
    fixture.key(Qt::Key_Tab);
    QVERIFY(fixture.dock("notes").isHidden() && fixture.dock("networks").isHidden());
    fixture.key(Qt::Key_Tab);
    QVERIFY(!fixture.dock("notes").isHidden() && !fixture.dock("networks").isHidden());
    QVERIFY(fixture.dock("curves").isHidden());
}

void WorkspacesTest::panelsThatTabHasHiddenStayHidden() {
    TwoWorkspaces fixture;
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    const auto shown = [&] {
        QStringList names;
        for (const auto* name : {"networks", "curves", "results", "notes", "log"}) {
            if (!fixture.dock(name).isHidden()) {
                names << QLatin1String(name);
            }
        }
        return names.join(QLatin1Char(' '));
    };
    fixture.openTally();
    fixture.openProbe();
    QCOMPARE(shown(), QStringLiteral("networks curves results log"));
    fixture.key(Qt::Key_Tab);
    QCOMPARE(shown(), QString());
    fixture.openTally();
    QCOMPARE(shown(), QString());
    fixture.openProbe();
    QCOMPARE(shown(), QString());
    fixture.key(Qt::Key_Tab);
    QCOMPARE(shown(), QStringLiteral("networks curves results log"));
    fixture.openTally();
    QCOMPARE(shown(), QStringLiteral("networks notes log"));
}

void WorkspacesTest::panelsStayHiddenInOneThatIsNew() {
    TwoWorkspaces fixture;
    fixture.openImage();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    fixture.key(Qt::Key_Tab);
    QVERIFY(fixture.dock("networks").isHidden());
    fixture.openTally();
    QVERIFY(fixture.dock("notes").isHidden() && fixture.dock("networks").isHidden());
    fixture.key(Qt::Key_Tab);
    QVERIFY(!fixture.dock("notes").isHidden() && !fixture.dock("networks").isHidden());
    fixture.openProbe();
    QVERIFY(!fixture.dock("networks").isHidden() && !fixture.dock("curves").isHidden());
}

void WorkspacesTest::theOneInFrontKnowsIt() {
    const TwoWorkspaces fixture(/*tallyIsFirst=*/true);
    QCOMPARE(fixture.tally().opened, std::vector{true});
    fixture.key(Qt::Key_2, Qt::ControlModifier);
    QCOMPARE(fixture.tally().opened, (std::vector{true, false}));
    fixture.key(Qt::Key_1, Qt::ControlModifier);
    QCOMPARE(fixture.tally().opened, (std::vector{true, false, true}));
}

void WorkspacesTest::theFocusStaysInTheOneInFront() {
    TwoWorkspaces fixture;
    fixture.window->resize(1900, 900);  // room for all controls
    fixture.openTally();
    QTRY_VERIFY(fixture.tally().number().isVisible());
    fixture.tally().number().setFocus();
    fixture.openImage();  // which the probe shows in place of its start page
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().hasImage(), testing::patienceMs);
    fixture.key(Qt::Key_Up);
    QCOMPARE(fixture.tally().number().value(), 1);
    const auto before = fixture.session().box();
    fixture.openProbe();
    fixture.key(Qt::Key_Right);
    QCOMPARE(fixture.session().box().x, before.x + 1);
}

void WorkspacesTest::theCommandIsThatOfTheOneInFront() {
    const TwoWorkspaces fixture;
    fixture.openTally();
    fixture.tally().number().setValue(5);
    fixture.window->actions().copyCommand->trigger();
    QVERIFY(fixture.waitForMessage(QStringLiteral("lamscope-cli tally 5")));
    fixture.openProbe();
    fixture.window->actions().copyCommand->trigger();
    QVERIFY(fixture.waitForMessage(QStringLiteral("There is nothing to repeat")));
}

void WorkspacesTest::sessionFilesKeepThem() {
    TwoWorkspaces fixture;
    fixture.openTally();
    fixture.tally().number().setValue(7);
    const auto file = fixture.save("seven.lamscope");
    fixture.tally().number().setValue(3);
    fixture.openProbe();
    fixture.window->files().openSession(QString::fromStdString(file));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.isTallyInFront(), testing::patienceMs);
    QCOMPARE(fixture.tally().number().value(), 7);

    fixture.open();  // it has not been opened here
    fixture.window->files().openSession(QString::fromStdString(file));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.isTallyInFront(), testing::patienceMs);
    QCOMPARE(fixture.tally().number().value(), 7);
}

void WorkspacesTest::whatAnUnopenedOneKeepsStaysInTheFile() {
    TwoWorkspaces fixture;
    fixture.openTally();
    fixture.tally().number().setValue(7);
    fixture.openProbe();
    const auto file = fixture.save("probe.lamscope");
    fixture.open();
    fixture.window->files().openSession(QString::fromStdString(file));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.session().workspaces().kept.size(), std::size_t{1}, testing::patienceMs);
    QVERIFY(fixture.window->workspaces().find(QStringLiteral("tally")) == nullptr);
    const auto saved = workspacesOf(readSession(fixture.save("again.lamscope")));
    QCOMPARE(saved.open, std::string("probe"));
    QVERIFY(saved.kept.at("tally") == 7);
    fixture.openTally();
    QCOMPARE(fixture.tally().number().value(), 7);
}

void WorkspacesTest::sessionsWithoutWorkspacesOpenInTheFirst() {
    TwoWorkspaces fixture;
    const auto file = fixture.files.path() / "old.lamscope";
    writeExperiment(snapshot(fixture.session()), file);
    fixture.openTally();
    fixture.tally().number().setValue(7);
    fixture.window->files().openSession(QString::fromStdString(file.string()));
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.isTallyInFront(), testing::patienceMs);
    QCOMPARE(fixture.tally().number().value(), 0);
}

void WorkspacesTest::aJobIsAskedAndAnswers() {
    TwoWorkspaces fixture;
    fixture.openImage();
    fixture.add("global.pth:name=First");
    fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    fixture.openTally();
    fixture.tally().count();
    QTRY_COMPARE_WITH_TIMEOUT(fixture.tally().networks, std::size_t{2}, testing::patienceMs);

    // Another engine has the job, too.
    fixture.tally().networks = 0;
    const auto isReady = [](const NetworkEntry& entry) { return entry.state == NetworkEntry::State::Ready; };
    LiveEngineOptions options;
    options.load = test::loadAnalytic;
    fixture.window->controller().restart(options);
    QTRY_VERIFY_WITH_TIMEOUT(std::ranges::all_of(fixture.session().networks(), isReady), testing::patienceMs);
    fixture.tally().count();
    QTRY_COMPARE_WITH_TIMEOUT(fixture.tally().networks, std::size_t{2}, testing::patienceMs);
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::WorkspacesTest)
#include "workspaces_test.moc"
