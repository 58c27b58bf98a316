// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/network_panel.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QListView>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTextBrowser>
#include <QTextCursor>

#include "panels/network_delegate.h"
#include "panels/network_list_model.h"
#include "panels/number_text.h"
#include "ui/panels/example_session.h"

namespace lamscope::ui {

using test::addReady;
using test::exampleResult;
using test::giveResult;
using test::makeStale;

class NetworkPanelTest : public QObject {
    Q_OBJECT

    [[nodiscard]] QStringList namesInOrder() const;
    [[nodiscard]] QAction* action(const QString& text) const;

    std::unique_ptr<Session> session_;
    std::unique_ptr<NetworkPanel> panel_;
    QListView* list_ = nullptr;
    NetworkId first_ = 0;
    NetworkId second_ = 0;
    NetworkId third_ = 0;

private slots:
    void init();
    void cleanup();

    void numbersAreWrittenForReaders();
    void theModelKeepsTheRulesOfItemModels();
    void aRowShowsSummaryAndIndex();
    void aRowSaysWhatIsMissing();
    void theFirstReadyNetworkIsMarkedAsReference();
    void clickingTheTickHidesAndShows();
    void altDownMovesTheSelectedNetwork();
    void deleteRemovesTheSelectedNetwork();
    void selectionFollowsTheSessionBothWays();
    void draggingARowBehindAnotherMovesIt();
    void filesAreLeftToTheWindow();
    void showAloneIsOneStepOfUndo();
    void sortingAndAddingAreOffered();
    void aRandomNetworkIsAddedWithSeeds();
    void digitsAndSpokenTextTellRowsApart();
    void theButtonOfARowOpensItsCard();
    void theCardExplainsTheNetwork();
    void theCardTellsWhatARestorationNetworkReads();
    void theCardShowsAFailureInFull();
};

void NetworkPanelTest::init() {
    session_ = std::make_unique<Session>();
    first_ = addReady(*session_, "nets/first.pth");
    second_ = addReady(*session_, "nets/second.pth");
    third_ = addReady(*session_, "nets/third.pth");
    panel_ = std::make_unique<NetworkPanel>(*session_);
    list_ = panel_->findChild<QListView*>();
    panel_->resize(280, 600);
    panel_->show();
    panel_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(panel_.get()));
    list_->setFocus();
}

void NetworkPanelTest::cleanup() {
    panel_.reset();
    session_.reset();
}

QStringList NetworkPanelTest::namesInOrder() const {
    QStringList names;
    for (int row = 0; row < list_->model()->rowCount(); ++row) {
        names += list_->model()->index(row, 0).data().toString();
    }
    return names;
}

QAction* NetworkPanelTest::action(const QString& text) const {
    for (auto* candidate : list_->actions()) {
        if (candidate->text() == text) {
            return candidate;
        }
    }
    return nullptr;
}

void NetworkPanelTest::numbersAreWrittenForReaders() {
    QCOMPARE(countText(860), QStringLiteral("860"));
    QCOMPARE(countText(715176), QStringLiteral("715 k"));
    QCOMPARE(countText(999499), QStringLiteral("999 k"));
    QCOMPARE(countText(999500), QStringLiteral("1.0 M"));
    QCOMPARE(countText(43'100'000), QStringLiteral("43 M"));
    QCOMPARE(groupedText(715176).remove(QChar(0x202F)), QStringLiteral("715176"));
    QCOMPARE(groupedText(1715176).count(QChar(0x202F)), 2);
    QCOMPARE(groupedText(999), QStringLiteral("999"));
    QCOMPARE(fixedText(-0.4, 1), QStringLiteral("−0.4"));
    QCOMPARE(fixedText(-0.04, 1), QStringLiteral("0.0"));
    QCOMPARE(fixedText(std::nan(""), 1), QStringLiteral("–"));
    QCOMPARE(signedText(0.4, 1), QStringLiteral("+0.4"));
    QCOMPARE(signedText(0.04, 1), QStringLiteral("0.0"));
}

void NetworkPanelTest::theModelKeepsTheRulesOfItemModels() {
    NetworkListModel model(*session_);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    session_->moveNetwork(first_, 2);
    const auto fourth = addReady(*session_, "nets/fourth.pth");
    session_->removeNetwork(second_);
    session_->setShown(third_, false);
    giveResult(*session_, fourth, exampleResult(20.0, 70.0));
    session_->sortByDiffusionIndex();
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.idAt(0), fourth);
}

void NetworkPanelTest::aRowShowsSummaryAndIndex() {
    giveResult(*session_, second_, exampleResult(20.0849, 78.0));
    const auto row = list_->model()->index(1, 0);
    QCOMPARE(row.data(NetworkListModel::DetailRole).toString(), QStringLiteral("×4 · 715 k · ±36"));
    QCOMPARE(row.data(NetworkListModel::DiffusionIndexRole).toString(), QStringLiteral("20.08"));
    QVERIFY(!row.data(NetworkListModel::StaleRole).toBool());
    makeStale(*session_, second_);
    QVERIFY(row.data(NetworkListModel::StaleRole).toBool());

    ModelCard card;
    card.scale = 2;
    card.parameters = 12'500;
    card.receptiveField.global = true;
    QCOMPARE(networkSummary(card), QStringLiteral("×2 · 13 k · global"));
    card.receptiveField = {};
    QCOMPARE(networkSummary(card), QStringLiteral("×2 · 13 k"));
}

void NetworkPanelTest::aRowSaysWhatIsMissing() {
    const auto row = list_->model()->index(0, 0);
    const auto indexText = [&] { return row.data(NetworkListModel::DiffusionIndexRole).toString(); };
    QCOMPARE(indexText(), QStringLiteral("…"));
    session_->setShown(first_, false);
    QCOMPARE(indexText(), QStringLiteral("–"));
    session_->setShown(first_, true);
    auto flat = exampleResult(20.0, 0.0);
    flat.diffusionIndex.reset();
    giveResult(*session_, first_, flat);
    QCOMPARE(indexText(), QStringLiteral("–"));
    session_->updateNetwork(first_, [](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Failed;
        entry.message = "nets/first.pth is truncated";
    });
    QCOMPARE(row.data(Qt::ToolTipRole).toString(), QStringLiteral("nets/first.pth is truncated"));
    QCOMPARE(row.data(NetworkListModel::TroubleRole).toString(), QStringLiteral("nets/first.pth is truncated"));
}

void NetworkPanelTest::theFirstReadyNetworkIsMarkedAsReference() {
    const auto isReference = [&](int row) {
        return list_->model()->index(row, 0).data(NetworkListModel::ReferenceRole).toBool();
    };
    QVERIFY(isReference(0));
    session_->select(third_);
    action(NetworkPanel::tr("Set as reference"))->trigger();
    QCOMPARE(session_->reference(), third_);
    QVERIFY(!isReference(0));
    QVERIFY(isReference(2));
}

void NetworkPanelTest::clickingTheTickHidesAndShows() {
    const auto row = list_->model()->index(1, 0);
    QStyleOptionViewItem option;
    option.initFrom(list_);
    option.widget = list_;
    option.rect = list_->visualRect(row);
    const auto tick = NetworkDelegate::tickRect(option).center();
    QTest::mouseClick(list_->viewport(), Qt::LeftButton, {}, tick);
    QVERIFY(!session_->network(second_)->shown);
    QCOMPARE(row.data(Qt::CheckStateRole).value<Qt::CheckState>(), Qt::Unchecked);
    QTest::mouseClick(list_->viewport(), Qt::LeftButton, {}, tick);
    QVERIFY(session_->network(second_)->shown);
    // Anywhere else a click only selects.
    QTest::mouseClick(list_->viewport(), Qt::LeftButton, {}, list_->visualRect(row).center());
    QVERIFY(session_->network(second_)->shown);
    QCOMPARE(session_->selected(), second_);
}

void NetworkPanelTest::altDownMovesTheSelectedNetwork() {
    session_->select(first_);
    QTest::keyClick(list_, Qt::Key_Down, Qt::AltModifier);
    QCOMPARE(namesInOrder(), (QStringList{"second", "first", "third"}));
    QCOMPARE(session_->selected(), first_);
    QCOMPARE(list_->currentIndex().row(), 1);
    QTest::keyClick(list_, Qt::Key_Down, Qt::AltModifier);
    QTest::keyClick(list_, Qt::Key_Down, Qt::AltModifier);
    QCOMPARE(namesInOrder(), (QStringList{"second", "third", "first"}));
    QTest::keyClick(list_, Qt::Key_Up, Qt::AltModifier);
    QCOMPARE(namesInOrder(), (QStringList{"second", "first", "third"}));
}

void NetworkPanelTest::deleteRemovesTheSelectedNetwork() {
    session_->select(second_);
    QTest::keyClick(list_, Qt::Key_Delete);
    QCOMPARE(namesInOrder(), (QStringList{"first", "third"}));
    QVERIFY(session_->network(second_) == nullptr);
    QCOMPARE(list_->currentIndex().row(), 1);
    QCOMPARE(session_->selected(), third_);
    QTest::keyClick(list_, Qt::Key_Delete);
    QTest::keyClick(list_, Qt::Key_Delete);
    QVERIFY(session_->networks().empty());
    QVERIFY(!list_->isVisible());  // in its place: how to add one
}

void NetworkPanelTest::aRandomNetworkIsAddedWithSeeds() {
    auto* add = action("Add with noise of seeds 1 to 5");
    QVERIFY(add != nullptr);
    session_->select(second_);
    QVERIFY(!add->isVisible());
    session_->updateNetwork(second_, [](NetworkEntry& entry) { entry.card.randomness = "noise"; });
    QVERIFY(add->isVisible());
    add->trigger();
    QCOMPARE(session_->networks().size(), std::size_t{8});
    for (std::size_t seed = 1; seed <= 5; ++seed) {
        const auto& spec = session_->networks()[2 + seed].spec;
        QCOMPARE(spec.file, session_->network(second_)->spec.file);
        QCOMPARE(spec.settings.assumptions, (Assumptions{{"noise_seed", {static_cast<double>(seed)}}}));
        QCOMPARE(QString::fromStdString(*spec.settings.name), QStringLiteral("second, seed %1").arg(seed));
    }
    session_->updateNetwork(session_->networks().back().id, [](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Ready;
        entry.card.randomness = "noise of seed 5";
    });
    session_->select(session_->networks().back().id);
    QVERIFY(!add->isVisible());  // has its seed
}

void NetworkPanelTest::selectionFollowsTheSessionBothWays() {
    session_->select(third_);
    QCOMPARE(list_->currentIndex().row(), 2);
    QTest::keyClick(list_, Qt::Key_Up);
    QCOMPARE(session_->selected(), second_);
    session_->moveNetwork(second_, 0);
    QCOMPARE(session_->selected(), second_);
    QCOMPARE(list_->currentIndex().row(), 0);
}

void NetworkPanelTest::draggingARowBehindAnotherMovesIt() {
    // What a list view asks for when a row is dropped: in front of the given row.
    QVERIFY(list_->model()->moveRow({}, 0, {}, 2));
    QCOMPARE(namesInOrder(), (QStringList{"second", "first", "third"}));
    QVERIFY(list_->model()->moveRow({}, 2, {}, 0));
    QCOMPARE(namesInOrder(), (QStringList{"third", "second", "first"}));
}

void NetworkPanelTest::filesAreLeftToTheWindow() {
    QMimeData files;
    files.setUrls({QUrl::fromLocalFile(QStringLiteral("/nets/fourth.pth"))});
    for (auto* target : {list_->viewport(), panel_->findChild<QTextBrowser*>()->viewport()}) {
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(target, &enter);
        QVERIFY(!enter.isAccepted());
    }
}

void NetworkPanelTest::showAloneIsOneStepOfUndo() {
    session_->select(second_);
    action(NetworkPanel::tr("Show alone"))->trigger();
    QVERIFY(!session_->network(first_)->shown);
    QVERIFY(session_->network(second_)->shown);
    QVERIFY(!session_->network(third_)->shown);
    session_->undoStack().undo();
    QVERIFY(session_->network(first_)->shown);
    QVERIFY(session_->network(third_)->shown);
}

void NetworkPanelTest::sortingAndAddingAreOffered() {
    const auto buttons = panel_->findChildren<QPushButton*>();
    QCOMPARE(buttons.size(), 2);
    const QSignalSpy added(panel_.get(), &NetworkPanel::addRequested);
    QTest::mouseClick(buttons[0], Qt::LeftButton);
    QCOMPARE(added.count(), 1);
    QVERIFY(!buttons[1]->isEnabled());
    giveResult(*session_, first_, exampleResult(3.0, 66.0));
    giveResult(*session_, third_, exampleResult(20.0, 78.0));
    QVERIFY(buttons[1]->isEnabled());
    QTest::mouseClick(buttons[1], Qt::LeftButton);
    QCOMPARE(namesInOrder(), (QStringList{"third", "first", "second"}));
}

void NetworkPanelTest::digitsAndSpokenTextTellRowsApart() {
    giveResult(*session_, second_, exampleResult(20.0849, 78.0));
    session_->setShown(third_, false);
    const auto data = [&](int row, int role) { return list_->model()->index(row, 0).data(role).toString(); };
    QCOMPARE(data(1, NetworkListModel::DigitRole), QStringLiteral("2"));
    QCOMPARE(data(1, Qt::AccessibleTextRole), QStringLiteral("second, DI 20.08, shown"));
    QVERIFY(data(2, Qt::AccessibleTextRole).endsWith(QStringLiteral("hidden")));
    for (int n = 4; n <= 10; ++n) {
        addReady(*session_, "nets/more" + std::to_string(n) + ".pth");
    }
    QCOMPARE(data(8, NetworkListModel::DigitRole), QStringLiteral("9"));
    QCOMPARE(data(9, NetworkListModel::DigitRole), QString());
}

void NetworkPanelTest::theButtonOfARowOpensItsCard() {
    auto* card = panel_->findChild<QTextBrowser*>();
    QVERIFY(!card->isVisible());
    const auto row = list_->model()->index(2, 0);
    QStyleOptionViewItem option;
    option.initFrom(list_);
    option.widget = list_;
    option.rect = list_->visualRect(row);
    const auto button = NetworkDelegate::cardButtonRect(option);
    QVERIFY(option.rect.contains(button));
    QVERIFY(!button.intersects(NetworkDelegate::tickRect(option)));
    QTest::mouseClick(list_->viewport(), Qt::LeftButton, {}, button.center());
    QCOMPARE(session_->selected(), third_);
    QVERIFY(session_->network(third_)->shown);
    QVERIFY(card->isVisible() && card->hasFocus() && !list_->isVisible());
    QTest::keyClick(card, Qt::Key_Escape);
    QVERIFY(list_->isVisible() && list_->hasFocus());
    QTest::keyClick(list_, Qt::Key_Return);
    QVERIFY(card->isVisible());
    // Without networks there is nothing to tell.
    for (const auto id : {first_, second_, third_}) {
        session_->removeNetwork(id);
    }
    QVERIFY(!card->isVisible());
}

void NetworkPanelTest::theCardExplainsTheNetwork() {
    session_->updateNetwork(second_, [](NetworkEntry& entry) {
        entry.card.scales = {4, 2, 3};
        entry.card.rangeEvidence = "as IMDN was published";
        entry.card.mean = {0.4488, 0.4371, 0.404};
        entry.card.bicubicAgreementDb = 69.93;
        entry.card.nesting = {"params"};
        entry.card.warnings = {"3 weights are <not finite>"};
    });
    session_->select(second_);
    auto* card = panel_->findChild<QTextBrowser*>();
    const auto text = card->toPlainText();
    for (const auto* part : {"second", "IMDN, 64 features, 6 blocks", "×4", "×2, ×3", "[0, 1]", "as IMDN was published",
                             "0.4488, 0.4371, 0.4040", "715 176", "±36 LR pixels", "69.9 dB", "torch-legacy", "params",
                             "second.pth", "e660c3822114…", "3 weights are <not finite>"}) {
        QVERIFY2(text.contains(QString::fromUtf8(part)), part);
    }
    const auto hash = card->document()->find(QStringLiteral("e660c3822114"));
    QCOMPARE(hash.charFormat().toolTip(), QString::fromStdString(session_->network(second_)->card.sha256));
    emit card->anchorClicked(QUrl(QStringLiteral("copy:e660c382")));
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("e660c382"));
}

void NetworkPanelTest::theCardTellsWhatARestorationNetworkReads() {
    session_->updateNetwork(second_, [](NetworkEntry& entry) {
        entry.card.scale = 1;
        entry.card.bicubicAgreementDb = 41.25;
        entry.card.colour = ModelCard::Colour::Each;
        entry.card.sideInputs = {
            {.name = "sigma", .value = 25.0, .unit = "levels of 0 to 255", .evidence = "given by the user"}};
    });
    session_->select(second_);
    const auto text = panel_->findChild<QTextBrowser*>()->toPlainText();
    for (const auto* part :
         {"each colour by itself", "sigma 25", "levels of 0 to 255", "given by the user", "vs input"}) {
        QVERIFY2(text.contains(QString::fromUtf8(part)), part);
    }
    QVERIFY(!text.contains(QStringLiteral("vs bicubic")));
}

void NetworkPanelTest::theCardShowsAFailureInFull() {
    session_->updateNetwork(second_, [](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Failed;
        entry.message = "no network fits nets/second.pth: the closest is RLFN, which lacks fea_conv.weight";
    });
    session_->select(second_);
    const auto text = panel_->findChild<QTextBrowser*>()->toPlainText();
    QVERIFY(text.contains(QStringLiteral("the closest is RLFN, which lacks fea_conv.weight")));
    QVERIFY(!text.contains(QStringLiteral("Receptive")));
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::NetworkPanelTest)
#include "network_panel_test.moc"
