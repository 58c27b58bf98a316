// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QDragEnterEvent>
#include <QDragMoveEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>
#include <algorithm>
#include <memory>

#include "dialogs/message_bar.h"
#include "image/image_file.h"
#include "support/analytic_loader.h"
#include "support/temporary_folder.h"
#include "view/elided_label.h"
#include "view/view_grid.h"
#include "window/main_window.h"
#include "workspaces/probe/probe_workspace.h"

namespace lamscope::ui::testing {

inline constexpr int patienceMs = 180'000;

/// A window with its own settings, networks given by formulas beside real ones, and an image of stripes.
class WindowFixture {
public:
    explicit WindowFixture(int imageSide = 96)
        : image(files.path() / "stripes.png") {
        Image picture(imageSide, imageSide);
        for (int y = 0; y < imageSide; ++y) {
            for (int x = 0; x < imageSide; ++x) {
                for (int c = 0; c < Image::channels; ++c) {
                    picture.at(c, y, x) =
                        0.5F + 0.3F * std::sin(0.7F * static_cast<float>(x) + 0.2F * static_cast<float>(y * (c + 1)));
                }
            }
        }
        writePng(image, picture);
        open();
    }

    static void writePng(const std::filesystem::path& file, const Image& picture) {
        writeFileAtomically(file, std::span<const std::byte>(encodePng(picture)));
    }

    /// Another window over the same settings.
    void open() {
        window.reset();
        MainWindowOptions options;
        options.stateFolder = QString::fromStdString((files.path() / "state").string());
        options.load = test::loadAnalytic;
        options.threads = threads;
        options.workspaces = workspaces;
        window = std::make_unique<MainWindow>(options);
        window->show();
        QVERIFY(QTest::qWaitForWindowActive(window.get()));
    }

    void openImage() const { window->files().open({QString::fromStdString(image.string())}); }

    NetworkId add(const char* spec) const {
        window->files().openNetwork(QString::fromUtf8(spec));
        return session().networks().back().id;
    }

    [[nodiscard]] Session& session() const { return window->session(); }
    [[nodiscard]] const NetworkEntry& entry(NetworkId id) const { return *session().network(id); }

    /// True when every shown network has its final map.
    [[nodiscard]] bool waitForMaps() const {
        return QTest::qWaitFor(
            [this] {
                const auto& networks = session().networks();
                return session().hasImage() && !networks.empty()
                       && std::ranges::all_of(networks, [](const NetworkEntry& each) {
                              return !each.shown || (each.currentResult() != nullptr && each.finished);
                          });
            },
            patienceMs);
    }

    [[nodiscard]] ImageView& view(NetworkId id) const {
        for (auto* pane : window->probe().grid().panes()) {
            if (pane->id() == id) {
                return pane->view();
            }
        }
        throw std::logic_error("no such pane");
    }
    /// The pixel of a view under a point of the box grid.
    [[nodiscard]] QPoint at(NetworkId id, double x, double y) const { return view(id).fromScene({x, y}).toPoint(); }

    /// True when a message of the bar contains `words`.
    [[nodiscard]] bool waitForMessage(const QString& words) const {
        return QTest::qWaitFor(
            [&] {
                return std::ranges::any_of(window->messages().messages(),
                                           [&](const auto& message) { return message.text.contains(words); });
            },
            patienceMs);
    }

    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) const {
        window->activateWindow();  // a dialog that was closed may have left nothing active
        QVERIFY(QTest::qWaitForWindowActive(window.get()));
        QTest::keyClick(window->focusWidget() != nullptr ? window->focusWidget() : window.get(), key, modifiers);
    }

    test::TemporaryFolder files;
    std::filesystem::path image;
    int threads = 1;                                         ///< of the next window
    std::vector<WorkspaceRow> workspaces = allWorkspaces();  ///< of the next window
    std::unique_ptr<MainWindow> window;
};

/// Drops files at a place of a window, by the events that Qt sends to the innermost widget there that takes drops.
inline void drop(QWidget& window, const QPoint& place, const QStringList& files) {
    QMimeData data;
    QList<QUrl> urls;
    for (const auto& file : files) {
        urls << QUrl::fromLocalFile(file);
    }
    data.setUrls(urls);
    auto* target = window.childAt(place);
    while (target != nullptr && !target->acceptDrops()) {
        target = target->parentWidget();
    }
    QVERIFY(target != nullptr);
    const auto at = target->mapFrom(&window, place);
    QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(target, &enter);
    QVERIFY(enter.isAccepted());
    QDragMoveEvent move(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(target, &move);
    QDropEvent event(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(target, &event);
    QVERIFY(event.isAccepted());
}

/// The texts of all labels that are shown in a widget.
inline QStringList shownTexts(const QWidget& parent) {
    QStringList texts;
    for (const auto* label : parent.findChildren<QLabel*>()) {
        texts += label->isVisible() ? label->text() : QString();
    }
    for (const auto* label : parent.findChildren<ElidedLabel*>()) {
        texts += label->isVisible() ? label->text() : QString();
    }
    return texts;
}

/// Types a file's name into the file dialog that is open, and Enter.
inline void chooseInDialog(const QString& file) {
    QFileDialog* dialog = nullptr;
    QVERIFY(QTest::qWaitFor(
        [&] {
            dialog = qobject_cast<QFileDialog*>(QApplication::activeWindow());
            return dialog != nullptr;
        },
        patienceMs));
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
    QVERIFY(name != nullptr);
    name->clear();
    QTest::keyClicks(name, file);
    QTest::keyClick(name, Qt::Key_Return);
    QTRY_VERIFY(!dialog->isVisible());
}

}  // namespace lamscope::ui::testing
