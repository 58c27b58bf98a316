// SPDX-License-Identifier: GPL-3.0-or-later
// The window as a screen reader and the keyboard meet it.
#include <QAccessible>
#include <QApplication>
#include <QDialog>
#include <QPushButton>
#include <QSet>
#include <QTabBar>
#include <QToolButton>

#include "ui/window/window_fixture.h"

namespace lamscope::ui {

using testing::WindowFixture;

namespace {

/// What a person acts on or reads from: it has to say what it is.
bool needsName(QAccessible::Role role) {
    static const QSet<QAccessible::Role> roles{
        QAccessible::PushButton,   QAccessible::ButtonMenu, QAccessible::ButtonDropDown, QAccessible::CheckBox,
        QAccessible::RadioButton,  QAccessible::ComboBox,   QAccessible::SpinBox,        QAccessible::Slider,
        QAccessible::EditableText, QAccessible::List,       QAccessible::Table,          QAccessible::Tree,
        QAccessible::ListItem,     QAccessible::MenuItem,   QAccessible::PopupMenu,      QAccessible::ProgressBar,
        QAccessible::PageTab,      QAccessible::Graphic,    QAccessible::Chart,          QAccessible::Link,
        QAccessible::Dialog,       QAccessible::ToolBar,    QAccessible::Canvas,         QAccessible::ColumnHeader};
    return roles.contains(role);
}

QString pathOf(const QAccessibleInterface* element) {
    QStringList path;
    for (const auto* at = element; at != nullptr; at = at->parent()) {
        const auto* object = at->object();
        path.prepend(object == nullptr
                         ? QString::number(at->role())
                         : QStringLiteral("%1 %2").arg(QString::fromLatin1(object->metaObject()->className()),
                                                       object->objectName()));
    }
    return path.join(QStringLiteral(" > "));
}

/// The paths of all elements under `root` that have no name and need one.
void collectNameless(QAccessibleInterface* root, QStringList& nameless) {
    if (root == nullptr || !root->isValid()) {
        return;
    }
    const auto* widget = qobject_cast<QWidget*>(root->object());
    if (root->state().invisible && widget != nullptr && !widget->isVisible()) {
        return;
    }
    if (const auto* tabs = qobject_cast<QTabBar*>(root->object()); tabs != nullptr && tabs->count() == 0) {
        return;  // Qt keeps rows of tabs that it does not need, outside of the window
    }
    const bool takesFocus = widget != nullptr && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus) != 0;
    if ((needsName(root->role()) || takesFocus) && root->text(QAccessible::Name).trimmed().isEmpty()) {
        nameless << pathOf(root);
    }
    for (int i = 0; i < root->childCount(); ++i) {
        collectNameless(root->child(i), nameless);
    }
}

QStringList namelessIn(QWidget* root) {
    QStringList nameless;
    collectNameless(QAccessible::queryAccessibleInterface(root), nameless);
    return nameless;
}

}  // namespace

class AccessibilityTest : public QObject {
    Q_OBJECT

private slots:
    void everythingInTheWindowHasAName();
    void everythingOnTheStartPageHasAName();
    void everythingInTheDialogsHasAName();
    void theWalkFindsWhatHasNoName();
    void panesAndPlotsSayWhatTheyAre();
    void theKeyboardReachesEverythingAndComesBack();
};

void AccessibilityTest::everythingInTheWindowHasAName() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("global.pth:name=First");
    fixture.add("bicubic");
    fixture.add("missing.pth");  // a failure and its message
    QVERIFY(QTest::qWaitFor([&] { return !fixture.window->messages().messages().empty(); }, testing::patienceMs));
    const auto nameless = namelessIn(fixture.window.get());
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QLatin1Char('\n'))));
}

void AccessibilityTest::everythingOnTheStartPageHasAName() {
    const WindowFixture fixture;
    const auto nameless = namelessIn(fixture.window.get());
    QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(QLatin1Char('\n'))));
}

void AccessibilityTest::everythingInTheDialogsHasAName() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    const auto& actions = fixture.window->actions();
    const auto& probe = fixture.window->probe().actions();
    for (auto* action : {actions.settings, actions.shortcuts, actions.about, probe.sanity, probe.exportFigure}) {
        action->trigger();
        QDialog* dialog = nullptr;
        QVERIFY(QTest::qWaitFor(
            [&] {
                for (auto* each : QApplication::topLevelWidgets()) {
                    if (auto* shown = qobject_cast<QDialog*>(each); shown != nullptr && shown->isVisible()) {
                        dialog = shown;
                    }
                }
                return dialog != nullptr;
            },
            testing::patienceMs));
        const auto nameless = namelessIn(dialog);
        QVERIFY2(nameless.isEmpty(), qPrintable(action->text() + QLatin1Char('\n') + nameless.join(QLatin1Char('\n'))));
        dialog->close();
        QTRY_VERIFY(!dialog->isVisible());
    }
}

void AccessibilityTest::theWalkFindsWhatHasNoName() {
    QWidget window;
    auto* button = new QPushButton(&window);
    window.show();
    QCOMPARE(namelessIn(&window).size(), 1);
    button->setAccessibleName(QStringLiteral("Start"));
    QVERIFY(namelessIn(&window).isEmpty());
}

void AccessibilityTest::panesAndPlotsSayWhatTheyAre() {
    WindowFixture fixture;
    fixture.openImage();
    const auto id = fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    for (auto* pane : fixture.window->probe().grid().panes()) {
        QVERIFY(!pane->accessibleName().isEmpty());
        QVERIFY(!pane->accessibleDescription().isEmpty());
        QVERIFY(pane->view().accessibleName().contains(pane->accessibleName()));
    }
    QCOMPARE(fixture.window->probe().grid().panes().at(1)->accessibleName(), fixture.entry(id).name());
    int plots = 0;
    for (const auto* widget : fixture.window->findChildren<QWidget*>()) {
        if (widget->inherits("QCustomPlot")) {
            ++plots;
            QVERIFY(!widget->accessibleName().isEmpty());
        }
    }
    QCOMPARE(plots, 5);  // curves, scatter and bars
}

void AccessibilityTest::theKeyboardReachesEverythingAndComesBack() {
    WindowFixture fixture;
    fixture.openImage();
    fixture.add("bicubic");
    QVERIFY(fixture.waitForMaps());
    auto* const grid = &fixture.window->probe().grid();
    grid->setFocus();
    QSet<const QWidget*> reached;
    constexpr int enough = 200;
    for (int i = 0; i < enough; ++i) {
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Backtab, Qt::ShiftModifier);
        reached.insert(QApplication::focusWidget());
        if (grid->hasFocus()) {
            break;
        }
    }
    QVERIFY2(grid->hasFocus(), qPrintable(pathOf(QAccessible::queryAccessibleInterface(QApplication::focusWidget()))));
    for (const auto* widget : fixture.window->findChildren<QWidget*>()) {
        const bool wantsFocus = (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->isVisible()
                                && widget->isEnabled() && widget->focusProxy() == nullptr;
        QVERIFY2(!wantsFocus || reached.contains(widget),
                 qPrintable(pathOf(QAccessible::queryAccessibleInterface(const_cast<QWidget*>(widget)))));
    }
    for (auto* button : grid->findChildren<QToolButton*>()) {  // those in the panes' titles
        QVERIFY(!button->isVisible() || reached.contains(button));
    }
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::AccessibilityTest)
#include "accessibility_test.moc"
