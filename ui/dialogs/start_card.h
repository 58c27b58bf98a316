// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QImage>
#include <QPixmap>
#include <QString>

namespace lamscope::ui {

/// A large button of the start page: picture above, title and a few lines of description below.
class SampleCard : public QAbstractButton {
    Q_OBJECT

public:
    SampleCard(const QString& title, QString description, QImage thumbnail, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] int textHeight() const;
    void drawPicture(QPainter& painter, const QRect& frame);

    QString description_;
    QImage thumbnail_;
    QPixmap picture_;  ///< `thumbnail_` as it was last drawn
};

/// A file that was opened before: its name, and its folder in grey.
class RecentFileButton : public QAbstractButton {
    Q_OBJECT

public:
    explicit RecentFileButton(QString file, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString file_;
};

}  // namespace lamscope::ui
