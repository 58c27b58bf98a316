// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolBar>
#include <vector>

class QLabel;
class QTabBar;
class QToolButton;

namespace lamscope::ui {

/// A toolbar of one line. Where it has less room, captions and texts of buttons go one after the other, those first
/// that say least; what does not fit even then is in Qt's menu at the end. Tool tips and accessible names stay.
class CompactToolBar final : public QToolBar {
    Q_OBJECT

public:
    /// What goes first where there is no room for all.
    enum class Keep {
        Least,    ///< captions of controls that explain themselves
        Width,    ///< room for the longest text of a control that shows a shorter one
        Texts,    ///< of buttons whose icons explain themselves
        Rather,   ///< captions without which a value is not understood
        Tabs,     ///< names of tabs that have icons and tool tips
        Longest,  ///< whole buttons, of actions that have a key and are in a menu
        Last      ///< tabs that are in a menu, too
    };

    explicit CompactToolBar(const QString& title, QWidget* parent = nullptr);

    /// A place before which controls can be added later, see beginSection(). Nothing is seen of it.
    [[nodiscard]] QAction* addMark();
    /// What is added from now on until endSection() goes before `mark`, and shows and hides as one: see showSection().
    void beginSection(const QString& name, QAction* mark);
    void endSection();
    /// A section of two parts has one name.
    void showSection(const QString& name, bool shown);
    /// Of something that comes and goes while its section is shown.
    void setShown(QAction* place, bool shown);

    QAction* addControl(QWidget* control);
    void addDivider();

    /// A caption before the control that is added next.
    QAction* addCaption(QLabel* caption, Keep keep);
    /// A control that can be as narrow as `leastWidth`, in logical pixels.
    QAction* addShrinking(QWidget* control, int leastWidth);
    /// A button with icon and text that can lose its text.
    void addButton(QToolButton* button);
    void addButton(QAction* action);
    /// Tabs with icons that can lose their texts, which are their accessible names, and at last go.
    void addTabs(QTabBar* tabs);
    /// A button with an icon that can go.
    void addSpareButton(QAction* action);

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Something of a section, which is visible where both are shown.
    struct Member {
        QAction* action;
        QString section;
        bool shown = true;
        bool sectionShown = true;
    };
    /// A widget that can be made narrower.
    struct Part {
        QAction* action;
        QWidget* widget;
        Keep keep;
        int least = 0;  ///< width in logical pixels
        int full = 0;
    };

    void addPlace(QAction* action, bool isOwn);
    void addPart(QAction* action, Keep keep, int least = 0);
    void measure(Part& part) const;
    [[nodiscard]] int fullWidth() const;
    void fit();

    std::vector<Part> parts_;  ///< by `keep`
    std::vector<Member> members_;
    QString section_;          ///< that is being filled
    QAction* mark_ = nullptr;  ///< before which it is filled; null: the end of the bar
};

}  // namespace lamscope::ui
