// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QClipboard>
#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <QUrl>

#include "base/version.h"
#include "dialogs/about_dialog.h"
#include "dialogs/log_view.h"
#include "dialogs/sanity_dialog.h"
#include "dialogs/shortcuts_dialog.h"
#include "dialogs/start_card.h"
#include "dialogs/start_page.h"
#include "dialogs/theme.h"
#include "runtime/device.h"

namespace lamscope::ui {

namespace {

QImage flat(const QColor& colour) {
    QImage image(80, 60, QImage::Format_RGB32);
    image.fill(colour);
    return image;
}

std::vector<Sample> twoSamples() {
    return {{QStringLiteral("Red"), QStringLiteral("one"), flat(Qt::red)},
            {QStringLiteral("Green"), QStringLiteral("two"), flat(Qt::green)}};
}

/// Texts of the rows that are not filtered out, "what|how".
QStringList shownRows(const QWidget& dialog) {
    QStringList rows;
    const auto* table = dialog.findChild<QTreeWidget*>();
    for (int i = 0; i < table->topLevelItemCount(); ++i) {
        const auto* group = table->topLevelItem(i);
        for (int j = 0; !group->isHidden() && j < group->childCount(); ++j) {
            if (!group->child(j)->isHidden()) {
                rows << group->child(j)->text(0) + QLatin1Char('|') + group->child(j)->text(1);
            }
        }
    }
    return rows;
}

}  // namespace

class DialogsTest : public QObject {
    Q_OBJECT

private slots:
    void aboutNamesVersionsAndLicence();
    void aboutCopiesTheBibTeXEntry();
    void shortcutsListActionsThatHaveOne();
    void shortcutsAreFiltered();
    void theLogKeepsTimeSeverityAndText();
    void theLogIsCopied();
    void theLogIsSaved();
    void aLogThatCannotBeSavedSaysSo();
    void aClickOnASampleChoosesIt();
    void aSampleShowsItsPicture();
    void aClickOnARecentFileChoosesIt();
    void theStartPageOffersWhatIsNotEmpty();
    void theStartPageAsksForFiles();
    void aFileDroppedOnTheStartPageIsChosen();
    void sanityRowsAreJudgedByTheirCorrelation();
    void sanityShowsItsHeadingsWholeBeforeItRuns();
    void sanityRunsAndCancels();
};

void DialogsTest::aboutNamesVersionsAndLicence() {
    const AboutDialog about;
    QString texts;
    for (const auto* label : about.findChildren<QLabel*>()) {
        texts += label->text() + QLatin1Char('\n');
    }
    for (const auto& part : {version(), libtorchVersion(), std::string(qVersion()), std::string("GPL-3.0-or-later")}) {
        QVERIFY2(texts.contains(QString::fromStdString(part)), part.c_str());
    }
}

void DialogsTest::aboutCopiesTheBibTeXEntry() {
    QGuiApplication::clipboard()->clear();
    AboutDialog about;
    about.show();
    QVERIFY(QTest::qWaitForWindowExposed(&about));
    QTest::mouseClick(about.findChild<QPushButton*>(QStringLiteral("copy")), Qt::LeftButton);
    const auto copied = QGuiApplication::clipboard()->text();
    QVERIFY(copied.startsWith(QStringLiteral("@inproceedings{")));
    QCOMPARE(copied.count(QLatin1Char('{')), copied.count(QLatin1Char('}')));
    for (const auto* part : {"Gu, Jinjin and Dong, Chao", "9199--9208", "2021", "Local Attribution Maps"}) {
        QVERIFY2(copied.contains(QLatin1String(part)), part);
    }
}

void DialogsTest::shortcutsListActionsThatHaveOne() {
    QAction open(QStringLiteral("&Open image…"));
    open.setShortcut(QKeySequence(QStringLiteral("Ctrl+O")));
    QAction redo(QStringLiteral("&Redo"));
    redo.setShortcuts({QKeySequence(QStringLiteral("Ctrl+Y")), QKeySequence(QStringLiteral("Ctrl+Shift+Z"))});
    QAction silent(QStringLiteral("Nothing"));
    QMenu layers(QStringLiteral("Layer"));
    layers.addAction(QStringLiteral("R&&D"))->setShortcut(QKeySequence(QStringLiteral("R")));
    layers.addAction(QStringLiteral("Map"))->setShortcut(QKeySequence(QStringLiteral("M")));
    const ShortcutsDialog dialog({{QStringLiteral("&File"), {&open, &silent}},
                                  {QStringLiteral("&View"), {&redo, layers.menuAction()}},
                                  {QStringLiteral("Empty"), {&silent}}});
    const auto rows = shownRows(dialog);
    QVERIFY(rows.contains(QStringLiteral("Open image|Ctrl+O")));
    QVERIFY(rows.contains(QStringLiteral("Redo|Ctrl+Y or Ctrl+Shift+Z")));
    QVERIFY(rows.contains(QStringLiteral("Map|M")));
    QVERIFY(rows.contains(QStringLiteral("R&D|R")));
    QVERIFY(rows.filter(QStringLiteral("Nothing")).isEmpty());
    QVERIFY(dialog.findChild<QTreeWidget*>()->findItems(QStringLiteral("Empty"), Qt::MatchExactly).isEmpty());
}

void DialogsTest::shortcutsAreFiltered() {
    QAction open(QStringLiteral("Open image"));
    open.setShortcut(QKeySequence(QStringLiteral("Ctrl+O")));
    ShortcutsDialog dialog({{QStringLiteral("File"), {&open}}});
    dialog.show();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    const auto all = shownRows(dialog);
    auto* field = dialog.findChild<QLineEdit*>();
    QTest::keyClicks(field, QStringLiteral("ctrl image"));  // every word, in any case
    QCOMPARE(shownRows(dialog), QStringList(QStringLiteral("Open image|Ctrl+O")));
    field->clear();
    QTest::keyClicks(field, QStringLiteral("zzz"));
    QVERIFY(shownRows(dialog).isEmpty());
    field->clear();
    QCOMPARE(shownRows(dialog), all);
}

void DialogsTest::theLogKeepsTimeSeverityAndText() {
    LogView log;
    const auto before = QTime::currentTime();
    log.append(LogView::Severity::Trouble, QStringLiteral("a <b> & c\nsecond line"));
    log.append(LogView::Severity::Info, QStringLiteral("opened"));
    const auto lines = log.plainText().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 3);
    const auto fields = lines[0].split(QLatin1Char('\t'));
    QVERIFY(std::abs(before.secsTo(QTime::fromString(fields[0], QStringLiteral("HH:mm:ss")))) <= 5);
    QCOMPARE(fields.mid(1), QStringList({QStringLiteral("trouble"), QStringLiteral("a <b> & c")}));
    QCOMPARE(lines[1].trimmed(), QStringLiteral("second line"));
    QVERIFY(lines[2].endsWith(QStringLiteral("info\topened")));
}

void DialogsTest::theLogIsCopied() {
    LogView log;
    log.append(LogView::Severity::Note, QStringLiteral("batch halved"));
    log.show();
    QVERIFY(QTest::qWaitForWindowExposed(&log));
    QTest::mouseClick(log.findChild<QPushButton*>(QStringLiteral("copy")), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), log.plainText());
}

void DialogsTest::theLogIsSaved() {
    const QTemporaryDir folder;
    const auto file = folder.filePath(QStringLiteral("log.txt"));
    LogView log;
    log.append(LogView::Severity::Trouble, QStringLiteral("σ is out of range"));
    log.show();
    QVERIFY(QTest::qWaitForWindowExposed(&log));
    QTest::mouseClick(log.findChild<QPushButton*>(QStringLiteral("save")), Qt::LeftButton);
    emit log.findChild<QFileDialog*>()->fileSelected(file);
    QTRY_VERIFY(QFile::exists(file));
    QFile saved(file);
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(saved.readAll()), log.plainText());
}

void DialogsTest::aLogThatCannotBeSavedSaysSo() {
    const QTemporaryDir folder;
    const auto file = folder.filePath(QStringLiteral("no such folder/log.txt"));
    LogView log;
    log.show();
    QVERIFY(QTest::qWaitForWindowExposed(&log));
    QTest::mouseClick(log.findChild<QPushButton*>(QStringLiteral("save")), Qt::LeftButton);
    emit log.findChild<QFileDialog*>()->fileSelected(file);
    const auto told = [&] {
        const auto labels = log.findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(),
                           [&](const auto* label) { return label->text().contains(file); });
    };
    QTRY_VERIFY(told());
}

void DialogsTest::aClickOnASampleChoosesIt() {
    StartPage page;
    page.resize(1000, 700);
    page.setSamples(twoSamples());
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const QSignalSpy chosen(&page, &StartPage::sampleChosen);
    const auto cards = page.findChildren<SampleCard*>();
    QCOMPARE(cards.size(), 2);
    QTest::mouseClick(cards[1], Qt::LeftButton);
    cards[0]->setFocus();
    QTest::keyClick(cards[0], Qt::Key_Space);
    QCOMPARE(chosen.count(), 2);
    QCOMPARE(chosen[0][0].toInt(), 1);
    QCOMPARE(chosen[1][0].toInt(), 0);
}

void DialogsTest::aSampleShowsItsPicture() {
    StartPage page;
    page.resize(1000, 700);
    page.setSamples(twoSamples());
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const auto* card = page.findChildren<SampleCard*>()[1];
    const auto drawn = page.findChildren<SampleCard*>()[1]->grab().toImage();
    QCOMPARE(drawn.pixelColor(drawn.width() / 2, drawn.height() / 4), QColor(Qt::green));
    QCOMPARE(card->accessibleDescription(), QStringLiteral("two"));
}

void DialogsTest::aClickOnARecentFileChoosesIt() {
    StartPage page;
    page.resize(1000, 700);
    page.setRecentFiles({QStringLiteral("/a/first.png"), QStringLiteral("/b/second.pth")});
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const QSignalSpy chosen(&page, &StartPage::fileChosen);
    const auto buttons = page.findChildren<RecentFileButton*>();
    QCOMPARE(buttons.size(), 2);
    QCOMPARE(buttons[1]->text(), QStringLiteral("second.pth"));
    QTest::mouseClick(buttons[1], Qt::LeftButton);
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen[0][0].toString(), QStringLiteral("/b/second.pth"));
}

void DialogsTest::theStartPageOffersWhatIsNotEmpty() {
    StartPage page;
    page.show();
    const auto shown = [&page](const QString& text) {
        const auto labels = page.findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(),
                           [&](const QLabel* label) { return label->isVisible() && label->text() == text; });
    };
    QVERIFY(!shown(QStringLiteral("Start with a sample")));
    QVERIFY(!shown(QStringLiteral("Recent files")));
    page.setSamples(twoSamples());
    page.setRecentFiles({QStringLiteral("/a/first.png")});
    QVERIFY(shown(QStringLiteral("Start with a sample")));
    QVERIFY(shown(QStringLiteral("Recent files")));
    page.setRecentFiles({});
    QVERIFY(!shown(QStringLiteral("Recent files")));
}

void DialogsTest::theStartPageAsksForFiles() {
    StartPage page;
    page.resize(1000, 700);
    page.show();
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const QSignalSpy image(&page, &StartPage::openImageRequested);
    const QSignalSpy network(&page, &StartPage::addNetworkRequested);
    QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("open-image")), Qt::LeftButton);
    QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("add-network")), Qt::LeftButton);
    QCOMPARE(image.count(), 1);
    QCOMPARE(network.count(), 1);
}

void DialogsTest::aFileDroppedOnTheStartPageIsChosen() {
    StartPage page;
    page.show();
    const QSignalSpy chosen(&page, &StartPage::fileChosen);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral("/a/x.png")), QUrl(QStringLiteral("https://example.org/y.png")),
                  QUrl::fromLocalFile(QStringLiteral("/a/n.pth"))});
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&page, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop({10.0, 10.0}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&page, &drop);
    QCOMPARE(chosen.count(), 2);
    QCOMPARE(chosen[0][0].toString(), QStringLiteral("/a/x.png"));
    QCOMPARE(chosen[1][0].toString(), QStringLiteral("/a/n.pth"));
}

void DialogsTest::sanityRowsAreJudgedByTheirCorrelation() {
    SanityDialog dialog;
    dialog.setRows({{"IMDN", "last", 0.499, -0.012, {}},
                    {"IMDN", "half", 0.5, 0.0, {}},
                    {"IMDN", "all", {}, {}, {}},
                    {"Bicubic", "all", {}, {}, "it has no weights"}});
    const auto* table = dialog.findChild<QTreeWidget*>();
    QCOMPARE(table->topLevelItemCount(), 4);
    const auto colours = statusColours(dialog.palette());
    const auto* good = table->topLevelItem(0);
    QCOMPARE(good->text(2), QStringLiteral("0.499"));
    QCOMPARE(good->text(3), QString(QChar(0x2212)) + QStringLiteral("1.2 %"));
    QCOMPARE(good->foreground(2).color(), colours.good);
    QCOMPARE(table->topLevelItem(1)->foreground(2).color(), colours.trouble);
    QVERIFY(table->topLevelItem(2)->text(2).isEmpty());
    QCOMPARE(table->topLevelItem(3)->text(4), QStringLiteral("it has no weights"));
    const auto labels = dialog.findChildren<QLabel*>();
    QVERIFY(std::any_of(labels.begin(), labels.end(),
                        [](const QLabel* label) { return label->text().startsWith(QStringLiteral("1 of 2 maps")); }));
}

void DialogsTest::sanityShowsItsHeadingsWholeBeforeItRuns() {
    const SanityDialog dialog;
    const auto* header = dialog.findChild<QTreeWidget*>()->header();
    for (int column = 0; column < header->count(); ++column) {
        QVERIFY(header->sectionSize(column) >= header->sectionSizeHint(column));
    }
}

void DialogsTest::sanityRunsAndCancels() {
    SanityDialog dialog;
    dialog.show();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    const QSignalSpy run(&dialog, &SanityDialog::runRequested);
    const QSignalSpy cancel(&dialog, &SanityDialog::cancelRequested);
    const auto button = [&dialog](const QString& text) {
        const auto buttons = dialog.findChildren<QPushButton*>();
        return *std::find_if(buttons.begin(), buttons.end(), [&](const auto* each) { return each->text() == text; });
    };
    QVERIFY(!button(QStringLiteral("&Cancel"))->isVisible());
    QTest::mouseClick(button(QStringLiteral("&Run")), Qt::LeftButton);
    QCOMPARE(run.count(), 1);
    dialog.setRunning(true);
    dialog.setProgress(2, 8);
    QCOMPARE(dialog.findChild<QProgressBar*>()->text(), QStringLiteral("2 of 8 maps"));
    QTest::mouseClick(button(QStringLiteral("&Cancel")), Qt::LeftButton);
    QCOMPARE(cancel.count(), 1);
    dialog.setRunning(false);
    QVERIFY(!dialog.findChild<QProgressBar*>()->isVisible());
    QVERIFY(button(QStringLiteral("&Run"))->isVisible());
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::DialogsTest)
#include "dialogs_test.moc"
