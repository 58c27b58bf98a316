// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/message_bar.h"

#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWindow>
#include <algorithm>

#include "dialogs/message_row.h"

namespace lamscope::ui {

namespace {

using Kind = MessageBar::Kind;
using Messages = std::vector<MessageBar::Message>;

/// The bar as it stands in the window: above something that takes the rest.
struct Window {
    Window() {
        auto* column = new QVBoxLayout(&widget);
        column->addWidget(bar);
        column->addWidget(new QWidget, 1);
        widget.resize(700, 500);
        widget.show();
        widget.activateWindow();
    }

    /// The rows from top to bottom; closed ones are gone.
    [[nodiscard]] std::vector<MessageRow*> rows() const {
        std::vector<MessageRow*> result;
        for (auto* row : bar->findChildren<MessageRow*>()) {
            if (!row->isHidden()) {
                result.push_back(row);
            }
        }
        std::sort(result.begin(), result.end(), [](auto* a, auto* b) { return a->y() < b->y(); });
        return result;
    }

    QWidget widget;
    MessageBar* bar = new MessageBar;
};

void clickClose(const MessageRow* row) {
    QTest::mouseClick(row->findChild<QToolButton*>(QStringLiteral("close")), Qt::LeftButton);
}

QTimer* lifetimeOf(const MessageRow* row) {
    return row->findChild<QTimer*>(QStringLiteral("lifetime"));
}

}  // namespace

class MessageBarTest : public QObject {
    Q_OBJECT

private slots:
    void isHiddenWhileThereIsNothingToSay();
    void theNewestStandsOnTop();
    void theSameMessageIsCounted();
    void aNoteAndATroubleOfTheSameTextAreTwoMessages();
    void aFourthMessageReplacesTheOldestNote();
    void aFourthTroubleReplacesTheOldest();
    void aClickOnCloseRemovesItsMessage();
    void escapeClosesTheNewestBeforeAnyShortcutOfTheWindow();
    void onlyNotesFade();
    void aNoteThatIsReadStays();
    void anActionRunsAndClosesItsMessage();
    void aLongMessageIsWrappedAndLeadsToTheLog();
    void itsTextCanBeSelectedAndCopied();
};

void MessageBarTest::isHiddenWhileThereIsNothingToSay() {
    Window window;
    QVERIFY(!window.bar->isVisible());
    window.bar->showNote(QStringLiteral("a"));
    QVERIFY(window.bar->isVisible());
    window.bar->clear();
    QVERIFY(!window.bar->isVisible());
    QVERIFY(window.bar->messages().empty());
}

void MessageBarTest::theNewestStandsOnTop() {
    Window window;
    window.bar->showTrouble(QStringLiteral("old"));
    window.bar->showTrouble(QStringLiteral("new"));
    QVERIFY((window.bar->messages() == Messages{{Kind::Trouble, "new", 1}, {Kind::Trouble, "old", 1}}));
    QTRY_VERIFY(window.rows().front()->message().text == QStringLiteral("new"));
}

void MessageBarTest::theSameMessageIsCounted() {
    Window window;
    for (int i = 0; i < 3; ++i) {
        window.bar->showTrouble(QStringLiteral("flat patch"));
    }
    QVERIFY((window.bar->messages() == Messages{{Kind::Trouble, "flat patch", 3}}));
    const auto* count = window.rows().front()->findChild<QLabel*>(QStringLiteral("count"));
    QVERIFY(count->isVisible());
    QVERIFY(count->text().contains(QLatin1Char('3')));
}

void MessageBarTest::aNoteAndATroubleOfTheSameTextAreTwoMessages() {
    Window window;
    window.bar->showTrouble(QStringLiteral("a"));
    window.bar->showNote(QStringLiteral("a"));
    QCOMPARE(window.bar->messages().size(), std::size_t{2});
}

void MessageBarTest::aFourthMessageReplacesTheOldestNote() {
    Window window;
    window.bar->showTrouble(QStringLiteral("first"));
    window.bar->showNote(QStringLiteral("older note"));
    window.bar->showNote(QStringLiteral("newer note"));
    window.bar->showTrouble(QStringLiteral("last"));
    QVERIFY((window.bar->messages()
             == Messages{{Kind::Trouble, "last", 1}, {Kind::Note, "newer note", 1}, {Kind::Trouble, "first", 1}}));
}

void MessageBarTest::aFourthTroubleReplacesTheOldest() {
    Window window;
    for (const auto* text : {"1", "2", "3", "4"}) {
        window.bar->showTrouble(QString::fromLatin1(text));
    }
    QVERIFY((window.bar->messages()
             == Messages{{Kind::Trouble, "4", 1}, {Kind::Trouble, "3", 1}, {Kind::Trouble, "2", 1}}));
}

void MessageBarTest::aClickOnCloseRemovesItsMessage() {
    Window window;
    window.bar->showTrouble(QStringLiteral("stays"));
    window.bar->showTrouble(QStringLiteral("goes"));
    QVERIFY(QTest::qWaitForWindowExposed(&window.widget));
    clickClose(window.rows().front());
    QVERIFY((window.bar->messages() == Messages{{Kind::Trouble, "stays", 1}}));
}

void MessageBarTest::escapeClosesTheNewestBeforeAnyShortcutOfTheWindow() {
    Window window;
    const QShortcut shortcut(QKeySequence(Qt::Key_Escape), &window.widget);
    const QSignalSpy stolen(&shortcut, &QShortcut::activated);
    window.bar->showTrouble(QStringLiteral("old"));
    window.bar->showTrouble(QStringLiteral("new"));
    QVERIFY(QTest::qWaitForWindowActive(&window.widget));
    window.rows().back()->setFocus();
    QTest::keyClick(window.widget.windowHandle(), Qt::Key_Escape);
    QVERIFY((window.bar->messages() == Messages{{Kind::Trouble, "old", 1}}));
    QTest::keyClick(window.widget.windowHandle(), Qt::Key_Escape);
    QVERIFY(window.bar->messages().empty());
    QCOMPARE(stolen.count(), 0);
}

void MessageBarTest::onlyNotesFade() {
    Window window;
    window.bar->showTrouble(QStringLiteral("trouble"));
    window.bar->showNote(QStringLiteral("note"));
    QVERIFY(QTest::qWaitForWindowExposed(&window.widget));
    QTRY_VERIFY(window.rows().front()->message().kind == Kind::Note);
    auto* note = lifetimeOf(window.rows().front());
    const auto* trouble = lifetimeOf(window.rows().back());
    QVERIFY(!trouble->isActive());
    QCOMPARE(note->intervalAsDuration(), std::chrono::milliseconds(12000));
    QVERIFY(note->isActive());
    note->start(1);  // 12 s later
    QTRY_VERIFY((window.bar->messages() == Messages{{Kind::Trouble, "trouble", 1}}));
}

void MessageBarTest::aNoteThatIsReadStays() {
    Window window;
    window.bar->showNote(QStringLiteral("note"));
    QVERIFY(QTest::qWaitForWindowActive(&window.widget));
    auto* row = window.rows().front();
    row->setFocus();
    auto* lifetime = lifetimeOf(row);
    QSignalSpy ended(lifetime, &QTimer::timeout);
    lifetime->start(1);
    QVERIFY(ended.wait());
    QVERIFY(lifetime->isActive());
    QCOMPARE(window.bar->messages().size(), std::size_t{1});
}

void MessageBarTest::anActionRunsAndClosesItsMessage() {
    Window window;
    int runs = 0;
    window.bar->showTrouble(QStringLiteral("out of memory"),
                            {{QStringLiteral("Smaller context"), [&runs] { ++runs; }}});
    QVERIFY(QTest::qWaitForWindowExposed(&window.widget));
    QTest::mouseClick(window.bar->findChild<QPushButton*>(), Qt::LeftButton);
    QCOMPARE(runs, 1);
    QVERIFY(window.bar->messages().empty());
}

void MessageBarTest::aLongMessageIsWrappedAndLeadsToTheLog() {
    Window window;
    const auto text = QStringLiteral("word ").repeated(200);
    window.bar->showTrouble(text);
    QVERIFY(QTest::qWaitForWindowExposed(&window.widget));
    const auto* row = window.rows().front();
    const auto* label = row->findChild<QLabel*>(QStringLiteral("text"));
    QVERIFY(label->text().size() < text.size());
    QTRY_VERIFY(label->height() >= label->heightForWidth(label->width()));
    QVERIFY(label->height() > 2 * label->fontMetrics().lineSpacing());
    QCOMPARE(window.bar->messages().front().text, text);
    const QSignalSpy asked(window.bar, &MessageBar::logRequested);
    QTest::mouseClick(row->findChild<QPushButton*>(), Qt::LeftButton);
    QCOMPARE(asked.count(), 1);
}

void MessageBarTest::itsTextCanBeSelectedAndCopied() {
    Window window;
    window.bar->showTrouble(QStringLiteral("imdn.pth is truncated"));
    QVERIFY(QTest::qWaitForWindowActive(&window.widget));
    auto* label = window.rows().front()->findChild<QLabel*>(QStringLiteral("text"));
    label->setFocus();
    QTest::keyClick(label, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(label, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("imdn.pth is truncated"));
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::MessageBarTest)
#include "message_bar_test.moc"
